/**
 * The differences that are meant: where the Modern specification (modern.ircdocs.horse) says what ours answers. Each names the part
 * of it and what stands there; commands that it does not know are judged by what it says of all.
 */

/** Why some cases differ. */
export interface Explanation {
  /** The part of the specification, and what it says in few words. */
  readonly clause: string;
  /** Texts of the cases. */
  readonly cases: readonly string[];
}

export const explained: readonly Explanation[] = [
  {
    clause: 'NICK: without a nickname "it should issue an ERR_NONICKNAMEGIVEN numeric"',
    cases: ['newcomer: NICK', 'guest: NICK'],
  },
  {
    clause: 'ERR_NOTREGISTERED (451): "<client> :You have not registered", with no command in it',
    cases: [
      'newcomer: JOIN #c',
      'newcomer: PRIVMSG YOU :hello',
      'newcomer: MODE ME +i',
      'newcomer: WHOIS YOU',
      'newcomer: LIST',
      'newcomer: OPER root hunter2',
    ],
  },
  {
    clause:
      'ERR_NOTREGISTERED (451): "returned when a client command cannot be parsed as they are not yet registered"',
    cases: ['newcomer: NOSUCH', 'newcomer: MARKREAD #c', 'newcomer: METADATA * LIST'],
  },
  {
    clause:
      'AUTHENTICATE: to be used once "sasl" is negotiated; its specification ends what cannot be with 904',
    cases: ['newcomer: AUTHENTICATE PLAIN'],
  },
  { clause: 'PONG: "Numeric Replies: None"', cases: ['guest: PONG'] },
  {
    clause: 'OPER: a wrong password is ERR_PASSWDMISMATCH (464); ERR_NOOPERHOST (491) is for the wrong host',
    cases: ['guest: OPER root wrong', 'guest: OPER nobody hunter2'],
  },
  {
    clause:
      'OPER: RPL_YOUREOPER, "a MODE message indicating their new user modes, and other messages may be sent"; who is one already has no new modes',
    cases: ['guest: OPER root hunter2', 'oper: OPER root hunter2', 'oper: MODE ME -o'],
  },
  {
    clause:
      'JOIN: ERR_NEEDMOREPARAMS; and ERR_BADCHANMASK (476) has "<client> <channel>", of which there is none',
    cases: ['guest: JOIN :'],
  },
  {
    clause: 'JOIN: "the special argument of 0 requests that the sending client leave all channels"',
    cases: ['guest: JOIN 0', 'member: JOIN 0'],
  },
  {
    clause: 'TOPIC: of who is not joined "the server MAY return the ERR_NOTONCHANNEL numeric"',
    cases: ['guest: TOPIC #c <- YOU: MODE #c +s'],
  },
  {
    clause: 'NAMES: without a channel "attempt to list all visible users on the network"',
    cases: ['guest: NAMES'],
  },
  {
    clause: 'INVITE: <nickname> and <channel> are both needed, but for "the INVITE with no parameter"',
    cases: ['guest: INVITE YOU'],
  },
  {
    clause:
      'INVITE: "only members of the channel are allowed to invite", else ERR_NOTONCHANNEL; ERR_NOSUCHNICK is none of its replies',
    cases: ['guest: INVITE NOBODY #c'],
  },
  {
    clause: 'INVITE: ERR_CHANOPRIVSNEEDED where the channel is invite-only and the user no operator of it',
    cases: ['member: INVITE NOBODY #c <- YOU: MODE #c +i'],
  },
  {
    clause:
      'MODE: "if <modestring> is not given, RPL_CHANNELMODEIS is returned. Servers MAY hide channel keys"',
    cases: ['guest: MODE #c <- YOU: MODE #c +sk key'],
  },
  {
    clause:
      'Client Messages: "with less parameters than the command requires", ERR_NEEDMOREPARAMS; ERR_INVALIDMODEPARAM is for a parameter that is there',
    cases: ['op: MODE #c +k', 'op: MODE #c +l', 'op: MODE #c +o'],
  },
  {
    clause:
      'MODE: only "when being set" does a type B mode need a parameter from the client; the server always sends one, and MAY hide what is sensitive',
    cases: [
      'op: MODE #c -k <- ME: MODE #c +k key',
      'op: MODE #c -k key <- ME: MODE #c +k key',
      'op: MODE #c -k wrong <- ME: MODE #c +k key',
    ],
  },
  {
    clause: 'Client Limit Channel Mode: "its value is an integer"; ERR_INVALIDMODEPARAM (696) for another',
    cases: ['op: MODE #c +l x'],
  },
  {
    clause: 'MODE: only what changed is told; the numeric 698 is not in the specification',
    cases: ['op: MODE #c -b *!*@example.org'],
  },
  {
    clause: 'MODE: only what changed is told, and 50:7d is what was set already',
    cases: ['op: MODE #c +H 50:7d <- ME: MODE #c +H 50:7d'],
  },
  {
    clause:
      'Channel modes of type C have a parameter when they are set, as what is announced has; +H alone leaves all of it to the server',
    cases: ['op: MODE #c +H'],
  },
  {
    clause:
      'Mode H is not in it; ours has one spelling for what means the same, the largest unit of which a time is a whole number',
    cases: ['op: MODE #c +H 50:1h30m'],
  },
  {
    clause:
      'Mode H is not in it; who reads is said behind a second colon here, and * leaves a part to the server',
    cases: ['op: MODE #c +H 50:7d:members', 'op: MODE #c +H *:7d'],
  },
  {
    clause:
      'ERR_INVALIDMODEPARAM (696): of a time that is none, or has no unit (UnrealIRCd takes a bare number for minutes, InspIRCd for seconds)',
    cases: ['op: MODE #c +H 50:', 'op: MODE #c +H 50:0d', 'op: MODE #c +H 50:600'],
  },
  {
    clause:
      'ERR_INVALIDMODEPARAM (696): of a time for which nothing is kept by the settings of the server; InspIRCd shows it, and keeps less',
    cases: ['op: MODE #c +H 50:99w'],
  },
  {
    clause:
      'RPL_CHANNELMODEIS (324): "<client> <channel> <modestring> <mode arguments>...", whose order it leaves open; the last may follow a colon',
    cases: ['op: MODE #c <- ME: MODE #c +H 50:7d', 'guest: MODE #c <- YOU: MODE #c +H 50:7d'],
  },
  {
    clause:
      'JOIN: what was said before is none of its replies; ours says that it is kept, and shows by CHATHISTORY what of it somebody may read',
    cases: ['guest: JOIN #c <- YOU: MODE #c +H 50:7d; YOU: PRIVMSG #c :hello'],
  },
  {
    clause: 'ERR_USERNOTINCHANNEL (441): "for example, MODE #channel +o nick"',
    cases: ['op: MODE #c +o YOU <- YOU: PART #c'],
  },
  {
    clause: 'ERR_UMODEUNKNOWNFLAG (501): "<client> :Unknown MODE flag", with no letter in it',
    cases: ['guest: MODE ME +y'],
  },
  {
    clause: 'MODE: of "a different nick than the user who sent the command", ERR_USERSDONTMATCH',
    cases: ['oper: MODE YOU'],
  },
  {
    clause: 'PRIVMSG: ERR_NORECIPIENT (411) and ERR_NOTEXTTOSEND (412) are what it lists',
    cases: ['guest: PRIVMSG', 'guest: PRIVMSG YOU'],
  },
  {
    clause: 'PRIVMSG: ERR_NOSUCHNICK is among its replies, ERR_NOPRIVILEGES is not',
    cases: ['member: PRIVMSG $* :hello'],
  },
  {
    clause: 'NOTICE: servers "must not send any error back to the client on receipt of a NOTICE command"',
    cases: ['guest: NOTICE', 'guest: NOTICE YOU', 'guest: NOTICE NOBODY :hello', 'guest: NOTICE #c :hello'],
  },
  {
    clause:
      'RPL_WHOREPLY (352): of a nick "an arbitrary channel, or a literal asterisk if no channel is returned"',
    cases: ['guest: WHO YOU', 'oper: WHO YOU'],
  },
  {
    clause: 'WHOIS: ERR_NONICKNAMEGIVEN is among its replies, ERR_NEEDMOREPARAMS is not',
    cases: ['guest: WHOIS'],
  },
  {
    clause:
      'WHOIS: <target> "SHOULD be a server name or the nick of a user"; ERR_NOSUCHSERVER is among its replies',
    cases: ['guest: WHOIS no.such.server YOU'],
  },
  {
    clause: 'WHOWAS: "either ERR_NONICKNAMEGIVEN or ERR_NEEDMOREPARAMS"',
    cases: ['guest: WHOWAS'],
  },
  {
    clause: 'WHOWAS: a nickname that no longer exists "due to a nickname change or the user leaving"',
    cases: ['guest: WHOWAS MEx <- ME: NICK MEx; ME: NICK MEy'],
  },
  {
    clause: 'MOTD, ADMIN, TIME: "a matching server cannot be found, ERR_NOSUCHSERVER"',
    cases: ['guest: MOTD no.such.server', 'guest: ADMIN no.such.server', 'guest: TIME no.such.server'],
  },
  {
    clause: 'RPL_LOCALUSERS, RPL_GLOBALUSERS: "the two optional parameters SHOULD be supplied"',
    cases: ['guest: LUSERS'],
  },
  {
    clause:
      'STATS: a query "is only checked by the destination server", whose answer ends with RPL_ENDOFSTATS',
    cases: ['guest: STATS ?'],
  },
  {
    clause: 'HELP: "HELP ; request generic help" is answered with "704 val * :", ended with 706',
    cases: ['guest: HELP'],
  },
  {
    clause: 'Obsolete Commands: SUMMON; ERR_UNKNOWNCOMMAND of what "isn\'t known by the server"',
    cases: ['guest: SUMMON YOU', 'guest: USERS'],
  },
  {
    clause:
      'Client Messages: ERR_NEEDMOREPARAMS where less is there than "the command requires to be processed": a reason is not (irctest tries it as "KILL nick")',
    cases: ['oper: KILL YOU'],
  },
  {
    clause:
      'KILL: "users may elect to receive KILL messages created for other users"; operators of ours begin with such notices (mode s)',
    cases: ['oper: KILL YOU :out'],
  },
  {
    clause: 'SAJOIN is not in it; other operators with mode s, and who said it, are told of it by a notice',
    cases: ['oper: SAJOIN YOU #none'],
  },
  {
    clause:
      'WALLOPS: "Servers MAY echo WALLOPS messages to their sender"; operators of ours begin with mode w',
    cases: ['oper: WALLOPS :hello'],
  },
  {
    clause: 'SQUIT, CONNECT: ERR_NOSUCHSERVER, where InspIRCd has a notice',
    cases: ['oper: SQUIT no.such.server :out', 'oper: CONNECT no.such.server'],
  },
  {
    clause:
      'Numeric Replies: "SHOULD contain the target of the reply as the first parameter", which is who reads it',
    cases: ['guest: KNOCK #c :let me in <- YOU: MODE #c +i'],
  },
  {
    clause:
      'ERR_NOSUCHNICK (401): "no client can be found for the supplied nickname", where InspIRCd has a notice',
    cases: ['oper: SANICK NOBODY a'],
  },
  {
    clause: 'SILENCE is not in it; ours has the form of ircu, which names whose list ends',
    cases: ['guest: SILENCE'],
  },
  {
    clause:
      'Client Messages: ERR_NEEDMOREPARAMS "with less parameters than the command requires"; InspIRCd does not know the command',
    cases: ['guest: METADATA', 'guest: METADATA ME', 'guest: CHATHISTORY'],
  },
  {
    clause:
      'ERR_UNKNOWNCOMMAND (421) is for a command that "isn\'t known by the server"; its draft of IRCv3 has the refusal as FAIL',
    cases: [
      'guest: MARKREAD <- ME: CAP REQ :draft/read-marker',
      'guest: MARKREAD NOBODY! <- ME: CAP REQ :draft/read-marker',
      'member: MARKREAD #c whenever <- ME: CAP REQ :draft/read-marker',
      'guest: METADATA ME NOSUCH <- ME: CAP REQ :draft/metadata-3 batch',
      'guest: METADATA NOBODY LIST <- ME: CAP REQ :draft/metadata-3 batch',
      'guest: METADATA YOU SET url :x <- ME: CAP REQ :draft/metadata-3 batch',
      'guest: METADATA * SET a!b :x <- ME: CAP REQ :draft/metadata-3 batch',
      'member: METADATA #c SET url :x <- ME: CAP REQ :draft/metadata-3 batch',
      'guest: CHATHISTORY NOSUCH <- ME: CAP REQ :draft/chathistory batch',
      'guest: CHATHISTORY LATEST #c * 10 <- ME: CAP REQ :draft/chathistory batch',
      'member: CHATHISTORY LATEST #c * 10 <- ME: CAP REQ :draft/chathistory batch',
      'member: CHATHISTORY LATEST #c * many <- ME: CAP REQ :draft/chathistory batch',
    ],
  },
  {
    clause:
      'ERR_UNKNOWNCOMMAND (421) is for a command that "isn\'t known by the server"; nothing was read of the channel yet',
    cases: ['guest: MARKREAD #c <- ME: CAP REQ :draft/read-marker'],
  },
];

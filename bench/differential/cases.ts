/**
 * The command lines that every compared server is given, and who says each: `who: line`, and behind `<-` what was said before
 * it so that there is something to answer. `ME` is who says the line, `YOU` somebody else, who operates the channel `#c` where `ME`
 * does not, `NOBODY` and `#none` are nowhere, `SERVER` is the server itself.
 */

/** Who says a line: somebody who is not registered yet, is on no channel, is on `#c`, operates it, or is an operator of the network. */
export const ROLES = ['newcomer', 'guest', 'member', 'op', 'oper'] as const;
export type Role = (typeof ROLES)[number];

/** One line, and what goes before it. */
export interface Case {
  /** The case as it is written. */
  readonly text: string;
  readonly role: Role;
  readonly line: string;
  readonly before: readonly { readonly who: 'ME' | 'YOU'; readonly line: string }[];
}

const CASES = `
newcomer: NICK
newcomer: NICK YOU
newcomer: NICK #c
newcomer: NICK ME
newcomer: USER
newcomer: USER a b
newcomer: USER a 0 * :
newcomer: USER a 0 * :somebody
newcomer: PASS
newcomer: PASS secret
newcomer: JOIN #c
newcomer: PRIVMSG YOU :hello
newcomer: MODE ME +i
newcomer: WHOIS YOU
newcomer: LIST
newcomer: OPER root hunter2
newcomer: CAP
newcomer: CAP NOSUCH
newcomer: CAP REQ :no-such-capability
newcomer: CAP LIST
newcomer: AUTHENTICATE PLAIN
newcomer: NOSUCH
newcomer: QUIT :bye

guest: NOSUCH
guest: PASS secret
guest: USER a 0 * :somebody
guest: NICK
guest: NICK :
guest: NICK ME
guest: NICK YOU
guest: NICK 1abc
guest: NICK a!b
guest: NICK MEx
guest: PING
guest: PING :
guest: PING token
guest: PONG
guest: PONG token
guest: QUIT
guest: QUIT :bye
guest: CAP
guest: CAP NOSUCH
guest: CAP REQ :no-such-capability
guest: OPER
guest: OPER root
guest: OPER root wrong
guest: OPER nobody hunter2
guest: OPER root hunter2

guest: JOIN
guest: JOIN :
guest: JOIN none
guest: JOIN #none
guest: JOIN #none,#none2
guest: JOIN #c
guest: JOIN #c <- YOU: MODE #c +k key
guest: JOIN #c wrong <- YOU: MODE #c +k key
guest: JOIN #c key <- YOU: MODE #c +k key
guest: JOIN #c <- YOU: MODE #c +i
guest: JOIN #c <- YOU: MODE #c +i; YOU: INVITE ME #c
guest: JOIN #c <- YOU: MODE #c +l 1
guest: JOIN #c <- YOU: MODE #c +b ME!*@*
guest: JOIN #c <- YOU: MODE #c +b ME!*@*; YOU: MODE #c +e ME!*@*
guest: JOIN #c <- YOU: MODE #c +i; YOU: MODE #c +I ME!*@*
guest: JOIN 0
member: JOIN 0
member: JOIN #c
member: PART
member: PART #none
member: PART #c
member: PART #c :bye
member: PART none
guest: PART #c

member: TOPIC
member: TOPIC #c
member: TOPIC #c <- YOU: TOPIC #c :about it
member: TOPIC #c :mine
member: TOPIC #c :mine <- YOU: MODE #c -t
op: TOPIC #c :mine
op: TOPIC #c : <- ME: TOPIC #c :mine
guest: TOPIC #none
guest: TOPIC #c
guest: TOPIC #c :mine
guest: TOPIC #c <- YOU: MODE #c +s
guest: NAMES
guest: NAMES #c
guest: NAMES #none
guest: NAMES #c <- YOU: MODE #c +s
member: NAMES #c
guest: LIST #c
guest: LIST #none
guest: LIST #c <- YOU: MODE #c +s
member: LIST #c <- YOU: MODE #c +s
guest: LIST >99999
guest: INVITE
guest: INVITE YOU
guest: INVITE NOBODY #c
guest: INVITE YOU #c
guest: INVITE YOU #none
member: INVITE YOU #c
member: INVITE ME #c
op: INVITE NOBODY #c
op: INVITE YOU #c
op: INVITE YOU #c <- YOU: PART #c
member: INVITE NOBODY #c <- YOU: MODE #c +i
guest: KICK
guest: KICK #c
guest: KICK #c YOU
guest: KICK #none YOU
member: KICK #c YOU
op: KICK #c
op: KICK #c NOBODY
op: KICK #c YOU
op: KICK #c YOU :go away
op: KICK #c YOU <- YOU: PART #c
op: KICK #c ME

member: MODE
member: MODE NOBODY
member: MODE #none
member: MODE #c
guest: MODE #c
guest: MODE #c <- YOU: MODE #c +sk key
member: MODE #c +m
member: MODE #c b
member: MODE #c +b
member: MODE #c +b *!*@example.org
guest: MODE #c +m
guest: MODE #c b
op: MODE #c +m
op: MODE #c +mm
op: MODE #c +mi-m
op: MODE #c -m
op: MODE #c +y
op: MODE #c +k
op: MODE #c +k key
op: MODE #c -k <- ME: MODE #c +k key
op: MODE #c -k key <- ME: MODE #c +k key
op: MODE #c -k wrong <- ME: MODE #c +k key
op: MODE #c +l
op: MODE #c +l 5
op: MODE #c +l x
op: MODE #c -l <- ME: MODE #c +l 5
op: MODE #c +b
op: MODE #c +b *!*@example.org
op: MODE #c +b nick
op: MODE #c -b *!*@example.org
op: MODE #c b <- ME: MODE #c +b *!*@example.org
op: MODE #c e <- ME: MODE #c +e *!*@example.org
op: MODE #c I <- ME: MODE #c +I *!*@example.org
op: MODE #c +o
op: MODE #c +o NOBODY
op: MODE #c +o YOU
op: MODE #c +o YOU <- YOU: PART #c
op: MODE #c +v YOU
op: MODE #c -o ME
guest: MODE #c +H 50:7d
member: MODE #c +H 50:7d
op: MODE #c +H
op: MODE #c +H 50:7d
op: MODE #c +H 50:1h30m
op: MODE #c +H 50:7d <- ME: MODE #c +H 50:7d
op: MODE #c +H 20:1d <- ME: MODE #c +H 50:7d
op: MODE #c +H 50:7d:members
op: MODE #c +H 50:7d:nobody
op: MODE #c +H 50
op: MODE #c +H 50:
op: MODE #c +H 50:600
op: MODE #c +H 0:7d
op: MODE #c +H 50:0d
op: MODE #c +H x
op: MODE #c +H *:7d
op: MODE #c +H 999999:7d
op: MODE #c +H 50:99w
op: MODE #c -H
op: MODE #c -H <- ME: MODE #c +H 50:7d
op: MODE #c -H 50:7d <- ME: MODE #c +H 50:7d
member: MODE #c -H <- YOU: MODE #c +H 50:7d
op: MODE #c <- ME: MODE #c +H 50:7d
guest: MODE #c <- YOU: MODE #c +H 50:7d
guest: JOIN #c <- YOU: MODE #c +H 50:7d; YOU: PRIVMSG #c :hello
guest: MODE ME
guest: MODE ME +i
guest: MODE ME +o
guest: MODE ME +y
guest: MODE ME -i
guest: MODE ME +w-i
guest: MODE YOU
guest: MODE YOU +i
oper: MODE YOU
oper: MODE ME -o

guest: PRIVMSG
guest: PRIVMSG YOU
guest: PRIVMSG YOU :
guest: PRIVMSG YOU :hello
guest: PRIVMSG NOBODY :hello
guest: PRIVMSG #none :hello
guest: PRIVMSG #c :hello
guest: PRIVMSG #c :hello <- YOU: MODE #c -n
guest: PRIVMSG YOU :hello <- YOU: AWAY :gone
member: PRIVMSG #c :hello
member: PRIVMSG #c :hello <- YOU: MODE #c +m
member: PRIVMSG #c :hello <- YOU: MODE #c +b ME!*@*
member: PRIVMSG #c :hello <- YOU: MODE #c +m; YOU: MODE #c +v ME
member: PRIVMSG @#c :hello
member: PRIVMSG $* :hello
guest: NOTICE
guest: NOTICE YOU
guest: NOTICE YOU :hello
guest: NOTICE NOBODY :hello
guest: NOTICE #c :hello
member: NOTICE #c :hello
guest: AWAY
guest: AWAY :gone
guest: AWAY <- ME: AWAY :gone

guest: WHO
guest: WHO NOBODY
guest: WHO YOU
guest: WHO #none
guest: WHO #c
member: WHO #c
guest: WHO #c <- YOU: MODE #c +s
member: WHO #c %tcuhnfar,42
oper: WHO YOU
guest: WHOIS
guest: WHOIS NOBODY
guest: WHOIS YOU
guest: WHOIS YOU YOU
guest: WHOIS SERVER YOU
guest: WHOIS no.such.server YOU
guest: WHOIS ME
oper: WHOIS ME
guest: WHOIS YOU <- YOU: AWAY :gone
guest: WHOIS YOU <- YOU: MODE #c +s
guest: WHOWAS
guest: WHOWAS NOBODY
guest: WHOWAS MEx <- ME: NICK MEx; ME: NICK MEy
guest: USERHOST
guest: USERHOST YOU
guest: USERHOST NOBODY
guest: USERHOST YOU <- YOU: AWAY :gone
guest: ISON
guest: ISON YOU NOBODY
guest: ISON NOBODY

guest: MOTD
guest: MOTD no.such.server
guest: VERSION
guest: VERSION no.such.server
guest: ADMIN
guest: ADMIN no.such.server
guest: LUSERS
guest: TIME
guest: TIME no.such.server
guest: INFO
guest: STATS
guest: STATS u
guest: STATS ?
guest: LINKS
guest: HELP
guest: HELP NOSUCH
guest: MAP
guest: SUMMON YOU
guest: USERS

guest: KILL YOU :out
guest: REHASH
guest: RESTART
guest: DIE
guest: SQUIT SERVER :out
guest: CONNECT no.such.server
guest: WALLOPS :hello
guest: WALLOPS
guest: KLINE *@192.0.2.1 10 :out
oper: KILL
oper: KILL YOU
oper: KILL NOBODY :out
oper: KILL YOU :out
oper: KILL SERVER :out
oper: WALLOPS
oper: WALLOPS :hello
oper: SQUIT
oper: SQUIT no.such.server :out
oper: CONNECT
oper: CONNECT no.such.server
oper: OPER root hunter2

guest: MONITOR
guest: MONITOR + YOU
guest: MONITOR + NOBODY
guest: MONITOR L <- ME: MONITOR + YOU
guest: MONITOR S <- ME: MONITOR + YOU
guest: MONITOR C
guest: SETNAME
guest: SETNAME :a new name
guest: KNOCK
guest: KNOCK #none :let me in
guest: KNOCK #c :let me in
guest: KNOCK #c :let me in <- YOU: MODE #c +i
guest: TAGMSG
guest: TAGMSG YOU
newcomer: MARKREAD #c
guest: MARKREAD
guest: MARKREAD #c
guest: MARKREAD <- ME: CAP REQ :draft/read-marker
guest: MARKREAD #c <- ME: CAP REQ :draft/read-marker
guest: MARKREAD NOBODY! <- ME: CAP REQ :draft/read-marker
member: MARKREAD #c whenever <- ME: CAP REQ :draft/read-marker
newcomer: METADATA * LIST
guest: METADATA
guest: METADATA ME
guest: METADATA ME LIST
guest: METADATA ME NOSUCH <- ME: CAP REQ :draft/metadata-3 batch
guest: METADATA NOBODY LIST <- ME: CAP REQ :draft/metadata-3 batch
guest: METADATA YOU SET url :x <- ME: CAP REQ :draft/metadata-3 batch
guest: METADATA * SET a!b :x <- ME: CAP REQ :draft/metadata-3 batch
member: METADATA #c SET url :x <- ME: CAP REQ :draft/metadata-3 batch
guest: CHATHISTORY
guest: CHATHISTORY LATEST #c * 10
guest: CHATHISTORY NOSUCH <- ME: CAP REQ :draft/chathistory batch
guest: CHATHISTORY LATEST #c * 10 <- ME: CAP REQ :draft/chathistory batch
member: CHATHISTORY LATEST #c * 10 <- ME: CAP REQ :draft/chathistory batch
member: CHATHISTORY LATEST #c * many <- ME: CAP REQ :draft/chathistory batch
guest: SILENCE
guest: ACCEPT
guest: USERIP
guest: CYCLE #c
oper: SAJOIN
oper: SAJOIN YOU #none
oper: SAPART
oper: SANICK
oper: SANICK NOBODY a
oper: SAMODE
oper: CHGHOST
`;

/** All of them, in the order above. */
export const cases: readonly Case[] = CASES.split('\n')
  .map((text) => text.trim())
  .filter((text) => text !== '')
  .map(parseCase);

/** Reads one case. Throws at what is none. */
export function parseCase(text: string): Case {
  const [said = '', before = ''] = text.split(' <- ', 2);
  const [, role, line] = /^(\w+): (.+)$/.exec(said) ?? [];
  const known = ROLES.find((one) => one === role);
  if (known === undefined || line === undefined) throw new Error(`"${text}" is not of the form "who: line"`);
  return {
    text,
    role: known,
    line,
    before: before
      .split('; ')
      .filter((part) => part !== '')
      .map((part) => {
        const [, who, first] = /^(ME|YOU): (.+)$/.exec(part) ?? [];
        if ((who !== 'ME' && who !== 'YOU') || first === undefined)
          throw new Error(`"${part}" in "${text}" is not of the form "ME: line" or "YOU: line"`);
        return { who, line: first };
      }),
  };
}

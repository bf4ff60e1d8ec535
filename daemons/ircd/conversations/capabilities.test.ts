/** What each capability changes of what its client hears: IRCv3. */
import { expect, it } from 'vitest';
import { conversation, replay } from './replay.ts';

const conversations: Readonly<Record<string, string>> = {
  'a list of capabilities is taken whole or not at all, and quoted as it was sent': `
    alice connects
    alice < CAP LIST
    alice > :irc.test CAP * LIST :
    alice < CAP REQ :multi-prefix nonsense
    alice > :irc.test CAP * NAK :multi-prefix nonsense
    alice < CAP REQ :-nonsense multi-prefix
    alice > :irc.test CAP * NAK :-nonsense multi-prefix
    alice < CAP REQ :Multi-Prefix
    alice > :irc.test CAP * NAK :Multi-Prefix
    alice < CAP LIST
    alice > :irc.test CAP * LIST :
    alice < CAP REQ :multi-prefix  batch
    alice > :irc.test CAP * ACK :multi-prefix  batch
    alice < CAP REQ multi-prefix
    alice > :irc.test CAP * ACK :multi-prefix
    alice < CAP REQ :
    alice > :irc.test CAP * ACK :
    alice < CAP REQ
    alice > :irc.test CAP * ACK :
    alice < CAP LIST
    alice > :irc.test CAP * LIST :batch multi-prefix
    alice < CAP
    alice > :irc.test 461 * CAP :Not enough parameters
    alice < CAP nonsense
    alice > :irc.test 410 * nonsense :Invalid CAP command`,
  'a client of before version 302 gets one line without values, also after the welcome': `
    alice connects
    alice < CAP LS
    alice > :irc.test CAP * LS :away-notify batch cap-notify chghost draft/channel-rename draft/extended-isupport draft/message-redaction draft/metadata-3 draft/multiline draft/pre-away draft/read-marker echo-message extended-join extended-monitor invite-notify labeled-response message-tags multi-prefix no-implicit-names server-time setname standard-replies userhost-in-names
    alice < CAP LS 301
    alice > :irc.test CAP * LS :away-notify batch cap-notify chghost draft/channel-rename draft/extended-isupport draft/message-redaction draft/metadata-3 draft/multiline draft/pre-away draft/read-marker echo-message extended-join extended-monitor invite-notify labeled-response message-tags multi-prefix no-implicit-names server-time setname standard-replies userhost-in-names
    alice < NICK alice
    alice < USER a 0 * :A
    alice < CAP END
    alice > :irc.test 001 alice :Welcome to the Signalbox IRC Network, alice!~a@192.0.2.1
    alice > (welcome)
    alice < CAP LS
    alice > :irc.test CAP alice LS :away-notify batch cap-notify chghost draft/channel-rename draft/extended-isupport draft/message-redaction draft/metadata-3 draft/multiline draft/pre-away draft/read-marker echo-message extended-join extended-monitor invite-notify labeled-response message-tags multi-prefix no-implicit-names server-time setname standard-replies userhost-in-names
    alice < CAP END`,
  'echo-message returns what was sent, in the form others get it': `
    alice joins with echo-message
    bob joins
    carol joins with message-tags
    alice < JOIN #x
    alice > :alice!~alice@192.0.2.1 JOIN #x
    alice > :irc.test 353 alice = #x :@alice
    alice > :irc.test 366 alice #x :End of /NAMES list
    bob < JOIN #x
    bob > :bob!~bob@192.0.2.1 JOIN #x
    bob > :irc.test 353 bob = #x :@alice bob
    bob > :irc.test 366 bob #x :End of /NAMES list
    alice > :bob!~bob@192.0.2.1 JOIN #x
    carol < JOIN #x
    carol > :carol!~carol@192.0.2.1 JOIN #x
    carol > :irc.test 353 carol = #x :@alice bob carol
    carol > :irc.test 366 carol #x :End of /NAMES list
    alice > :carol!~carol@192.0.2.1 JOIN #x
    bob > :carol!~carol@192.0.2.1 JOIN #x
    alice < PRIVMSG #x :to all
    alice > :alice!~alice@192.0.2.1 PRIVMSG #x :to all
    bob > :alice!~alice@192.0.2.1 PRIVMSG #x :to all
    carol > @msgid=ID :alice!~alice@192.0.2.1 PRIVMSG #x :to all
    alice < NOTICE bob :to one
    alice > :alice!~alice@192.0.2.1 NOTICE bob :to one
    bob > :alice!~alice@192.0.2.1 NOTICE bob :to one
    alice < PRIVMSG alice :to myself
    alice > :alice!~alice@192.0.2.1 PRIVMSG alice :to myself
    alice > :alice!~alice@192.0.2.1 PRIVMSG alice :to myself
    bob < PRIVMSG #x :mine
    alice > :bob!~bob@192.0.2.1 PRIVMSG #x :mine
    carol > @msgid=ID :bob!~bob@192.0.2.1 PRIVMSG #x :mine`,
  'client-only tags reach those who take tags, others get the text alone, and no other tag is relayed': `
    alice joins with echo-message message-tags
    bob joins with message-tags
    carol joins
    alice < @+reply=7;+x;time=2000-01-01T00:00:00.000Z;msgid=mine;account=root;label=3;bot PRIVMSG bob :tagged
    alice > @msgid=ID;+reply=7;+x :alice!~alice@192.0.2.1 PRIVMSG bob :tagged
    bob > @msgid=ID;+reply=7;+x :alice!~alice@192.0.2.1 PRIVMSG bob :tagged
    alice < @+reply=7 PRIVMSG carol :tagged
    alice > @msgid=ID;+reply=7 :alice!~alice@192.0.2.1 PRIVMSG carol :tagged
    carol > :alice!~alice@192.0.2.1 PRIVMSG carol :tagged
    alice < @+typing=active TAGMSG carol
    alice > @msgid=ID;+typing=active :alice!~alice@192.0.2.1 TAGMSG carol
    alice < @+typing=active TAGMSG bob
    alice > @msgid=ID;+typing=active :alice!~alice@192.0.2.1 TAGMSG bob
    bob > @msgid=ID;+typing=active :alice!~alice@192.0.2.1 TAGMSG bob
    carol < @+typing=active TAGMSG bob
    alice < TAGMSG bob`,
  'tags are bounded apart from the line behind them': `
    alice joins with message-tags
    bob joins with message-tags
    alice < @+x={y*4091} PRIVMSG bob :fits
    bob > @msgid=ID;+x={y*4091} :alice!~alice@192.0.2.1 PRIVMSG bob :fits
    alice < @+x={y*4092} PRIVMSG bob :does not
    alice > :irc.test 417 alice :Input line was too long
    alice < @+x=y PRIVMSG bob :{z*494}
    bob > @msgid=ID;+x=y :alice!~alice@192.0.2.1 PRIVMSG bob :{z*473}
    alice < @+x=y PRIVMSG bob :{z*497}
    bob > @msgid=ID;+x=y :alice!~alice@192.0.2.1 PRIVMSG bob :{z*473}
    alice < PRIVMSG bob :{z*500}
    bob > @msgid=ID :alice!~alice@192.0.2.1 PRIVMSG bob :{z*473}`,
  'server-time is on every line of who asked for it, and on none of others': `
    alice joins with server-time
    bob joins
    alice < PRIVMSG bob :hi
    bob > :alice!~alice@192.0.2.1 PRIVMSG bob :hi
    bob < PRIVMSG alice :hi
    alice > @time=TIME :bob!~bob@192.0.2.1 PRIVMSG alice :hi
    bob < NOTICE alice :hi
    alice > @time=TIME :bob!~bob@192.0.2.1 NOTICE alice :hi
    alice < JOIN #x
    alice > @time=TIME :alice!~alice@192.0.2.1 JOIN #x
    alice > @time=TIME :irc.test 353 alice = #x :@alice
    alice > @time=TIME :irc.test 366 alice #x :End of /NAMES list
    alice < TOPIC #x
    alice > @time=TIME :irc.test 331 alice #x :No topic is set
    alice < PING t
    alice > @time=TIME :irc.test PONG irc.test :t`,
  'multi-prefix and userhost-in-names change NAMES and WHO of who asked': `
    alice joins with multi-prefix
    bob joins with userhost-in-names
    carol joins
    alice < JOIN #x
    alice > :alice!~alice@192.0.2.1 JOIN #x
    alice > :irc.test 353 alice = #x :@alice
    alice > :irc.test 366 alice #x :End of /NAMES list
    alice < MODE #x +v alice
    alice > :alice!~alice@192.0.2.1 MODE #x +v alice
    bob < JOIN #x
    bob > :bob!~bob@192.0.2.1 JOIN #x
    bob > :irc.test 353 bob = #x :@alice!~alice@192.0.2.1 bob!~bob@192.0.2.1
    bob > :irc.test 366 bob #x :End of /NAMES list
    alice > :bob!~bob@192.0.2.1 JOIN #x
    carol < JOIN #x
    carol > :carol!~carol@192.0.2.1 JOIN #x
    carol > :irc.test 353 carol = #x :@alice bob carol
    carol > :irc.test 366 carol #x :End of /NAMES list
    alice > :carol!~carol@192.0.2.1 JOIN #x
    bob > :carol!~carol@192.0.2.1 JOIN #x
    alice < NAMES #x
    alice > :irc.test 353 alice = #x :@+alice bob carol
    alice > :irc.test 366 alice #x :End of /NAMES list
    bob < NAMES #x
    bob > :irc.test 353 bob = #x :@alice!~alice@192.0.2.1 bob!~bob@192.0.2.1 carol!~carol@192.0.2.1
    bob > :irc.test 366 bob #x :End of /NAMES list
    carol < NAMES #x
    carol > :irc.test 353 carol = #x :@alice bob carol
    carol > :irc.test 366 carol #x :End of /NAMES list
    alice < WHO #x
    alice > :irc.test 352 alice #x ~alice 192.0.2.1 irc.test alice H@+ :0 Real alice
    alice > :irc.test 352 alice #x ~bob 192.0.2.1 irc.test bob H :0 Real bob
    alice > :irc.test 352 alice #x ~carol 192.0.2.1 irc.test carol H :0 Real carol
    alice > :irc.test 315 alice #x :End of WHO list
    carol < WHO #x
    carol > :irc.test 352 carol #x ~alice 192.0.2.1 irc.test alice H@ :0 Real alice
    carol > :irc.test 352 carol #x ~bob 192.0.2.1 irc.test bob H :0 Real bob
    carol > :irc.test 352 carol #x ~carol 192.0.2.1 irc.test carol H :0 Real carol
    carol > :irc.test 315 carol #x :End of WHO list
    alice < WHOIS alice
    alice > :irc.test 311 alice alice ~alice 192.0.2.1 * :Real alice
    alice > :irc.test 319 alice alice :@+#x
    alice > :irc.test 312 alice alice irc.test :Signalbox IRC server
    alice > :irc.test 378 alice alice :is connecting from ~alice@192.0.2.1 192.0.2.1
    alice > :irc.test 379 alice alice :is using modes +
    alice > :irc.test 317 alice alice 0 SECONDS :seconds idle, signon time
    alice > :irc.test 318 alice alice :End of /WHOIS list
    carol < WHOIS alice
    carol > :irc.test 311 carol alice ~alice 192.0.2.1 * :Real alice
    carol > :irc.test 319 carol alice :@#x
    carol > :irc.test 312 carol alice irc.test :Signalbox IRC server
    carol > :irc.test 317 carol alice 0 SECONDS :seconds idle, signon time
    carol > :irc.test 318 carol alice :End of /WHOIS list`,
  'away-notify tells channels who goes, comes back, and who joins away': `
    alice joins
    bob joins with away-notify
    carol joins
    bob < JOIN #x
    bob > :bob!~bob@192.0.2.1 JOIN #x
    bob > :irc.test 353 bob = #x :@bob
    bob > :irc.test 366 bob #x :End of /NAMES list
    carol < JOIN #x
    carol > :carol!~carol@192.0.2.1 JOIN #x
    carol > :irc.test 353 carol = #x :@bob carol
    carol > :irc.test 366 carol #x :End of /NAMES list
    bob > :carol!~carol@192.0.2.1 JOIN #x
    alice < JOIN #x
    alice > :alice!~alice@192.0.2.1 JOIN #x
    alice > :irc.test 353 alice = #x :@bob carol alice
    alice > :irc.test 366 alice #x :End of /NAMES list
    bob > :alice!~alice@192.0.2.1 JOIN #x
    carol > :alice!~alice@192.0.2.1 JOIN #x
    alice < AWAY :lunch
    alice > :irc.test 306 alice :You have been marked as being away
    bob > :alice!~alice@192.0.2.1 AWAY :lunch
    alice < AWAY :lunch
    alice > :irc.test 306 alice :You have been marked as being away
    alice < AWAY :dinner
    alice > :irc.test 306 alice :You have been marked as being away
    bob > :alice!~alice@192.0.2.1 AWAY :dinner
    alice < AWAY
    alice > :irc.test 305 alice :You are no longer marked as being away
    bob > :alice!~alice@192.0.2.1 AWAY
    alice < AWAY
    alice > :irc.test 305 alice :You are no longer marked as being away
    alice < AWAY :lunch
    alice > :irc.test 306 alice :You have been marked as being away
    bob > :alice!~alice@192.0.2.1 AWAY :lunch
    alice < PART #x
    alice > :alice!~alice@192.0.2.1 PART #x
    bob > :alice!~alice@192.0.2.1 PART #x
    carol > :alice!~alice@192.0.2.1 PART #x
    alice < JOIN #x
    alice > :alice!~alice@192.0.2.1 JOIN #x
    alice > :irc.test 353 alice = #x :@bob carol alice
    alice > :irc.test 366 alice #x :End of /NAMES list
    bob > :alice!~alice@192.0.2.1 JOIN #x
    bob > :alice!~alice@192.0.2.1 AWAY :lunch
    carol > :alice!~alice@192.0.2.1 JOIN #x
    bob < AWAY :me too
    bob > :irc.test 306 bob :You have been marked as being away`,
  'extended-join adds the account and the real name': `
    alice joins
    bob joins with extended-join
    carol joins
    bob < JOIN #x
    bob > :bob!~bob@192.0.2.1 JOIN #x * :Real bob
    bob > :irc.test 353 bob = #x :@bob
    bob > :irc.test 366 bob #x :End of /NAMES list
    carol < JOIN #x
    carol > :carol!~carol@192.0.2.1 JOIN #x
    carol > :irc.test 353 carol = #x :@bob carol
    carol > :irc.test 366 carol #x :End of /NAMES list
    bob > :carol!~carol@192.0.2.1 JOIN #x * :Real carol
    alice < JOIN #x
    alice > :alice!~alice@192.0.2.1 JOIN #x
    alice > :irc.test 353 alice = #x :@bob carol alice
    alice > :irc.test 366 alice #x :End of /NAMES list
    bob > :alice!~alice@192.0.2.1 JOIN #x * :Real alice
    carol > :alice!~alice@192.0.2.1 JOIN #x`,
  'SETNAME changes the real name everywhere, and tells who asked to hear it': `
    alice joins with setname
    bob joins with setname
    carol joins
    dave joins with setname
    alice < JOIN #x
    alice > :alice!~alice@192.0.2.1 JOIN #x
    alice > :irc.test 353 alice = #x :@alice
    alice > :irc.test 366 alice #x :End of /NAMES list
    bob < JOIN #x
    bob > :bob!~bob@192.0.2.1 JOIN #x
    bob > :irc.test 353 bob = #x :@alice bob
    bob > :irc.test 366 bob #x :End of /NAMES list
    alice > :bob!~bob@192.0.2.1 JOIN #x
    carol < JOIN #x
    carol > :carol!~carol@192.0.2.1 JOIN #x
    carol > :irc.test 353 carol = #x :@alice bob carol
    carol > :irc.test 366 carol #x :End of /NAMES list
    alice > :carol!~carol@192.0.2.1 JOIN #x
    bob > :carol!~carol@192.0.2.1 JOIN #x
    alice < SETNAME :Alice Pleasance
    alice > :alice!~alice@192.0.2.1 SETNAME :Alice Pleasance
    bob > :alice!~alice@192.0.2.1 SETNAME :Alice Pleasance
    carol < WHO alice
    carol > :irc.test 352 carol * ~alice 192.0.2.1 irc.test alice H :0 Alice Pleasance
    carol > :irc.test 315 carol alice :End of WHO list
    alice < SETNAME :
    alice > :irc.test FAIL SETNAME INVALID_REALNAME :Realname is empty or too long
    alice < SETNAME :{x*151}
    alice > :irc.test FAIL SETNAME INVALID_REALNAME :Realname is empty or too long
    alice < SETNAME
    alice > :irc.test 461 alice SETNAME :Not enough parameters
    carol < SETNAME :Carol without
    alice > :carol!~carol@192.0.2.1 SETNAME :Carol without
    bob > :carol!~carol@192.0.2.1 SETNAME :Carol without`,
  'invite-notify tells operators of a channel whom others invite': `
    alice joins with invite-notify
    bob joins
    carol joins
    dave joins with invite-notify
    alice < JOIN #x
    alice > :alice!~alice@192.0.2.1 JOIN #x
    alice > :irc.test 353 alice = #x :@alice
    alice > :irc.test 366 alice #x :End of /NAMES list
    bob < JOIN #x
    bob > :bob!~bob@192.0.2.1 JOIN #x
    bob > :irc.test 353 bob = #x :@alice bob
    bob > :irc.test 366 bob #x :End of /NAMES list
    alice > :bob!~bob@192.0.2.1 JOIN #x
    dave < JOIN #x
    dave > :dave!~dave@192.0.2.1 JOIN #x
    dave > :irc.test 353 dave = #x :@alice bob dave
    dave > :irc.test 366 dave #x :End of /NAMES list
    alice > :dave!~dave@192.0.2.1 JOIN #x
    bob > :dave!~dave@192.0.2.1 JOIN #x
    alice < MODE #x +o bob
    alice > :alice!~alice@192.0.2.1 MODE #x +o bob
    bob > :alice!~alice@192.0.2.1 MODE #x +o bob
    dave > :alice!~alice@192.0.2.1 MODE #x +o bob
    bob < INVITE carol #x
    bob > :irc.test 341 bob carol #x
    alice > :bob!~bob@192.0.2.1 INVITE carol #x
    carol > :bob!~bob@192.0.2.1 INVITE carol #x
    dave > :bob!~bob@192.0.2.1 INVITE carol #x`,
  'mode +B marks a bot in messages, WHO and WHOIS': `
    alice joins with message-tags echo-message
    bob joins with message-tags
    carol joins
    alice < MODE alice +B
    alice > :alice!~alice@192.0.2.1 MODE alice :+B
    alice < PRIVMSG bob :beep
    alice > @msgid=ID;bot :alice!~alice@192.0.2.1 PRIVMSG bob :beep
    bob > @msgid=ID;bot :alice!~alice@192.0.2.1 PRIVMSG bob :beep
    alice < PRIVMSG carol :beep
    alice > @msgid=ID;bot :alice!~alice@192.0.2.1 PRIVMSG carol :beep
    carol > :alice!~alice@192.0.2.1 PRIVMSG carol :beep
    bob < WHO alice
    bob > :irc.test 352 bob * ~alice 192.0.2.1 irc.test alice HB :0 Real alice
    bob > :irc.test 315 bob alice :End of WHO list
    bob < WHO alice %nf
    bob > :irc.test 354 bob alice HB
    bob > :irc.test 315 bob alice :End of WHO list
    bob < WHOIS alice
    bob > :irc.test 311 bob alice ~alice 192.0.2.1 * :Real alice
    bob > :irc.test 312 bob alice irc.test :Signalbox IRC server
    bob > :irc.test 335 bob alice :is a bot
    bob > :irc.test 317 bob alice 0 SECONDS :seconds idle, signon time
    bob > :irc.test 318 bob alice :End of /WHOIS list
    alice < MODE alice -B
    alice > :alice!~alice@192.0.2.1 MODE alice :-B
    alice < PRIVMSG bob :boop
    alice > @msgid=ID :alice!~alice@192.0.2.1 PRIVMSG bob :boop
    bob > @msgid=ID :alice!~alice@192.0.2.1 PRIVMSG bob :boop`,
};

it.each(Object.entries(conversations))('%s', (_, text) => {
  expect(conversation(replay(text))).toEqual(conversation(text));
});

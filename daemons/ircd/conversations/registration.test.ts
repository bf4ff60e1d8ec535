/** From the first line to the welcome, and what keeps a client from it: RFC 2812 3.1, IRCv3 capability negotiation. */
import { expect, it } from 'vitest';
import { conversation, replay } from './replay.ts';

const conversations: Readonly<Record<string, string>> = {
  'a client is welcomed once it has said NICK and USER, whichever comes first': `
    welcomes are shown
    alice connects
    alice < NICK alice
    alice < USER al 0 * :Alice Liddell
    alice > :irc.test 001 alice :Welcome to the Signalbox IRC Network, alice!~al@192.0.2.1
    alice > :irc.test 002 alice :Your host is irc.test, running version signalbox-0.1.0
    alice > :irc.test 003 alice :This server was started DATE
    alice > :irc.test 004 alice irc.test signalbox-0.1.0 BDRZdgioswxz CDHIKLMNOPQSTZbcefiklmnoprstv HILbefklov
    alice > :irc.test 005 alice ACCEPT=100 AWAYLEN=378 BOT=B CALLERID=g CASEMAPPING=rfc1459 CHANLIMIT=#:100 CHANMODES=beI,k,lHLf,CDKMNOPQSTZcimnprst CHANNELLEN=64 CHANTYPES=# ELIST=CMNTU EXCEPTS=e EXTBAN=~,cmrz HOSTLEN=63 :are supported by this server
    alice > :irc.test 005 alice INVEX=I KEYLEN=23 KICKLEN=295 KNOCK MAXLIST=beI:100 MODES=6 MONITOR=100 NAMELEN=150 NETWORK=Signalbox NICKLEN=30 PREFIX=(ov)@+ SAFELIST SILENCE=32 :are supported by this server
    alice > :irc.test 005 alice STATUSMSG=@+ TARGMAX=JOIN:20,KICK:4,LIST:,NAMES:4,NOTICE:4,PART:20,PRIVMSG:4,TAGMSG:4,WHOIS:1 TOPICLEN=325 USERLEN=16 UTF8ONLY WHOX :are supported by this server
    alice > :irc.test 251 alice :There are 1 users and 0 invisible on 1 servers
    alice > :irc.test 255 alice :I have 1 clients and 0 servers
    alice > :irc.test 265 alice 1 1 :Current local users 1, max 1
    alice > :irc.test 266 alice 1 1 :Current global users 1, max 1
    alice > :irc.test 422 alice :MOTD File is missing
    bob connects
    bob < USER bob 0 * :Bob
    bob < NICK bob
    bob > :irc.test 001 bob :Welcome to the Signalbox IRC Network, bob!~bob@192.0.2.1
    bob > :irc.test 002 bob :Your host is irc.test, running version signalbox-0.1.0
    bob > :irc.test 003 bob :This server was started DATE
    bob > :irc.test 004 bob irc.test signalbox-0.1.0 BDRZdgioswxz CDHIKLMNOPQSTZbcefiklmnoprstv HILbefklov
    bob > :irc.test 005 bob ACCEPT=100 AWAYLEN=378 BOT=B CALLERID=g CASEMAPPING=rfc1459 CHANLIMIT=#:100 CHANMODES=beI,k,lHLf,CDKMNOPQSTZcimnprst CHANNELLEN=64 CHANTYPES=# ELIST=CMNTU EXCEPTS=e EXTBAN=~,cmrz HOSTLEN=63 :are supported by this server
    bob > :irc.test 005 bob INVEX=I KEYLEN=23 KICKLEN=295 KNOCK MAXLIST=beI:100 MODES=6 MONITOR=100 NAMELEN=150 NETWORK=Signalbox NICKLEN=30 PREFIX=(ov)@+ SAFELIST SILENCE=32 :are supported by this server
    bob > :irc.test 005 bob STATUSMSG=@+ TARGMAX=JOIN:20,KICK:4,LIST:,NAMES:4,NOTICE:4,PART:20,PRIVMSG:4,TAGMSG:4,WHOIS:1 TOPICLEN=325 USERLEN=16 UTF8ONLY WHOX :are supported by this server
    bob > :irc.test 251 bob :There are 2 users and 0 invisible on 1 servers
    bob > :irc.test 255 bob :I have 2 clients and 0 servers
    bob > :irc.test 265 bob 2 2 :Current local users 2, max 2
    bob > :irc.test 266 bob 2 2 :Current global users 2, max 2
    bob > :irc.test 422 bob :MOTD File is missing`,
  'nothing but registering works before the welcome': `
    alice connects
    alice < JOIN #x
    alice > :irc.test 451 * :You have not registered
    alice < PRIVMSG alice :hi
    alice > :irc.test 451 * :You have not registered
    alice < WHO #x
    alice > :irc.test 451 * :You have not registered
    alice < NOSUCH
    alice > :irc.test 451 * :You have not registered
    alice < PING token
    alice > :irc.test PONG irc.test :token
    alice < QUIT :never mind
    alice > ERROR :Closing Link: 192.0.2.1 (Quit: never mind)
    alice > (closed)`,
  'capabilities hold the welcome up until CAP END': `
    alice connects
    alice < CAP LS 302
    alice > :irc.test CAP * LS :away-notify batch cap-notify chghost draft/channel-rename draft/extended-isupport draft/message-redaction draft/metadata-3=before-connect,max-subs=50,max-keys=25,max-value-bytes=300 draft/multiline=max-bytes=4096,max-lines=32 draft/pre-away draft/read-marker echo-message extended-join extended-monitor invite-notify labeled-response message-tags multi-prefix no-implicit-names server-time setname standard-replies userhost-in-names
    alice < NICK alice
    alice < USER al 0 * :Alice
    alice < CAP REQ :multi-prefix
    alice > :irc.test CAP alice ACK :multi-prefix
    alice < CAP LIST
    alice > :irc.test CAP alice LIST :cap-notify multi-prefix
    alice < CAP REQ :server-time -multi-prefix
    alice > @time=TIME :irc.test CAP alice ACK :server-time -multi-prefix
    alice < CAP REQ :-server-time
    alice > :irc.test CAP alice ACK :-server-time
    alice < CAP LIST
    alice > :irc.test CAP alice LIST :cap-notify
    alice < CAP END
    alice > :irc.test 001 alice :Welcome to the Signalbox IRC Network, alice!~al@192.0.2.1
    alice > (welcome)
    alice < CAP LIST
    alice > :irc.test CAP alice LIST :cap-notify`,
  'a nick that is taken is refused before and after the welcome, and somebody who has not finished holds it': `
    alice joins
    bob connects
    bob < NICK alice
    bob > :irc.test 433 * alice :Nickname is already in use
    bob < NICK ALICE
    bob > :irc.test 433 * ALICE :Nickname is already in use
    bob < NICK bob
    carol connects
    carol < NICK bob
    carol > :irc.test 433 * bob :Nickname is already in use
    carol < USER c 0 * :C
    carol < NICK carol
    carol > :irc.test 001 carol :Welcome to the Signalbox IRC Network, carol!~c@192.0.2.1
    carol > (welcome)
    bob < USER b 0 * :B
    bob > :irc.test 001 bob :Welcome to the Signalbox IRC Network, bob!~b@192.0.2.1
    bob > (welcome)`,
  'a nick is free again when its owner changes it, quits, or goes before being welcomed': `
    alice joins
    bob joins
    alice < NICK other
    alice > :alice!~alice@192.0.2.1 NICK other
    bob < NICK alice
    bob > :bob!~bob@192.0.2.1 NICK alice
    bob < QUIT
    bob > ERROR :Closing Link: 192.0.2.1 (Client Quit)
    bob > (closed)
    carol joins
    carol < NICK alice
    carol > :carol!~carol@192.0.2.1 NICK alice
    dave connects
    dave < NICK held
    carol < NICK held
    carol > :irc.test 433 alice held :Nickname is already in use
    dave hangs up
    carol < NICK held
    carol > :alice!~carol@192.0.2.1 NICK held`,
  'a change of case is a change of the nick, and one to the same nick is nothing': String.raw`
    alice joins
    bob joins
    alice < JOIN #x
    alice > :alice!~alice@192.0.2.1 JOIN #x
    alice > :irc.test 353 alice = #x :@alice
    alice > :irc.test 366 alice #x :End of /NAMES list
    bob < JOIN #x
    bob > :bob!~bob@192.0.2.1 JOIN #x
    bob > :irc.test 353 bob = #x :@alice bob
    bob > :irc.test 366 bob #x :End of /NAMES list
    alice > :bob!~bob@192.0.2.1 JOIN #x
    alice < NICK Alice
    alice > :alice!~alice@192.0.2.1 NICK Alice
    bob > :alice!~alice@192.0.2.1 NICK Alice
    alice < NICK Alice
    bob < NICK aLICE
    bob > :irc.test 433 bob aLICE :Nickname is already in use
    alice < NICK {}|^
    alice > :Alice!~alice@192.0.2.1 NICK {}|^
    bob > :Alice!~alice@192.0.2.1 NICK {}|^
    bob < NICK []\~
    bob > :irc.test 432 bob []\~ :Erroneous nickname`,
  'a nick that cannot be is refused and the old one stays': `
    alice joins
    alice < NICK *
    alice > :irc.test 432 alice * :Erroneous nickname
    alice < NICK :
    alice > :irc.test 431 alice :No nickname given
    alice < NICK
    alice > :irc.test 431 alice :No nickname given
    alice < NICK #alice
    alice > :irc.test 432 alice #alice :Erroneous nickname
    alice < NICK żółw
    alice > :irc.test 432 alice żółw :Erroneous nickname
    alice < NICK {a*31}
    alice > :irc.test 432 alice {a*31} :Erroneous nickname
    alice < NICK {a*30}
    alice > :alice!~alice@192.0.2.1 NICK {a*30}`,
  'QUIT is answered with ERROR, and others on the same channels are told once': `
    alice joins
    bob joins
    carol joins
    alice < JOIN #x,#y
    alice > :alice!~alice@192.0.2.1 JOIN #x
    alice > :irc.test 353 alice = #x :@alice
    alice > :irc.test 366 alice #x :End of /NAMES list
    alice > :alice!~alice@192.0.2.1 JOIN #y
    alice > :irc.test 353 alice = #y :@alice
    alice > :irc.test 366 alice #y :End of /NAMES list
    bob < JOIN #x,#y
    bob > :bob!~bob@192.0.2.1 JOIN #x
    bob > :irc.test 353 bob = #x :@alice bob
    bob > :irc.test 366 bob #x :End of /NAMES list
    bob > :bob!~bob@192.0.2.1 JOIN #y
    bob > :irc.test 353 bob = #y :@alice bob
    bob > :irc.test 366 bob #y :End of /NAMES list
    alice > :bob!~bob@192.0.2.1 JOIN #x
    alice > :bob!~bob@192.0.2.1 JOIN #y
    alice < QUIT :Gone to lunch
    alice > ERROR :Closing Link: 192.0.2.1 (Quit: Gone to lunch)
    alice > (closed)
    bob > :alice!~alice@192.0.2.1 QUIT :Quit: Gone to lunch
    bob < QUIT
    bob > ERROR :Closing Link: 192.0.2.1 (Client Quit)
    bob > (closed)`,
  'a client that hangs up quits for the others, and its nick and places are free': `
    alice joins
    bob joins
    alice < JOIN #x
    alice > :alice!~alice@192.0.2.1 JOIN #x
    alice > :irc.test 353 alice = #x :@alice
    alice > :irc.test 366 alice #x :End of /NAMES list
    bob < JOIN #x
    bob > :bob!~bob@192.0.2.1 JOIN #x
    bob > :irc.test 353 bob = #x :@alice bob
    bob > :irc.test 366 bob #x :End of /NAMES list
    alice > :bob!~bob@192.0.2.1 JOIN #x
    alice hangs up
    bob > :alice!~alice@192.0.2.1 QUIT :Connection closed
    bob < NAMES #x
    bob > :irc.test 353 bob = #x :bob
    bob > :irc.test 366 bob #x :End of /NAMES list
    bob < WHOIS alice
    bob > :irc.test 401 bob alice :No such nick/channel
    bob > :irc.test 318 bob alice :End of /WHOIS list
    bob < NICK alice
    bob > :bob!~bob@192.0.2.1 NICK alice`,
  'text that is not UTF-8 is refused with the reason, and its client stays': String.raw`
    alice connects
    alice < NICK alice
    alice < USER al\xff 0 * :Alice
    alice > :irc.test FAIL USER INVALID_UTF8 :Message rejected, it is not valid UTF-8
    alice < USER al 0 * :Al\xe9ce
    alice > :irc.test FAIL USER INVALID_UTF8 :Message rejected, it is not valid UTF-8
    alice < USER al 0 * :Alice
    alice > :irc.test 001 alice :Welcome to the Signalbox IRC Network, alice!~al@192.0.2.1
    alice > (welcome)
    bob joins
    alice < PRIVMSG bob :caf\xe9
    alice > :irc.test FAIL PRIVMSG INVALID_UTF8 :Message rejected, it is not valid UTF-8
    alice < PRIVMSG bob :café
    bob > :alice!~al@192.0.2.1 PRIVMSG bob :café`,
};

it.each(Object.entries(conversations))('%s', (_, text) => {
  expect(conversation(replay(text))).toEqual(conversation(text));
});

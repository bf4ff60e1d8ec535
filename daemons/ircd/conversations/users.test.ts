/** What clients ask about each other: RFC 2812 3.6, Modern, IRCv3 WHOX. */
import { expect, it } from 'vitest';
import { conversation, replay } from './replay.ts';

const conversations: Readonly<Record<string, string>> = {
  'WHO of a nick says place, away, operator and bot, and ends with what was asked': `
    alice joins
    bob joins
    carol joins
    alice < WHO bob
    alice > :irc.test 352 alice * ~bob 192.0.2.1 irc.test bob H :0 Real bob
    alice > :irc.test 315 alice bob :End of WHO list
    alice < WHO BOB
    alice > :irc.test 352 alice * ~bob 192.0.2.1 irc.test bob H :0 Real bob
    alice > :irc.test 315 alice BOB :End of WHO list
    alice < WHO nobody
    alice > :irc.test 315 alice nobody :End of WHO list
    bob < AWAY :lunch
    bob > :irc.test 306 bob :You have been marked as being away
    carol opers
    alice < WHO bob
    alice > :irc.test 352 alice * ~bob 192.0.2.1 irc.test bob G :0 Real bob
    alice > :irc.test 315 alice bob :End of WHO list
    alice < WHO carol
    alice > :irc.test 352 alice * ~carol 192.0.2.1 irc.test carol H* :0 Real carol
    alice > :irc.test 315 alice carol :End of WHO list
    bob opers
    alice < WHO bob
    alice > :irc.test 352 alice * ~bob 192.0.2.1 irc.test bob G* :0 Real bob
    alice > :irc.test 315 alice bob :End of WHO list
    alice < WHO * o
    alice > :irc.test 352 alice * ~bob 192.0.2.1 irc.test bob G* :0 Real bob
    alice > :irc.test 352 alice * ~carol 192.0.2.1 irc.test carol H* :0 Real carol
    alice > :irc.test 315 alice * :End of WHO list
    alice < WHO bo*
    alice > :irc.test 352 alice * ~bob 192.0.2.1 irc.test bob G* :0 Real bob
    alice > :irc.test 315 alice bo* :End of WHO list
    alice < WHO 192.0.2.*
    alice > :irc.test 352 alice * ~alice 192.0.2.1 irc.test alice H :0 Real alice
    alice > :irc.test 352 alice * ~bob 192.0.2.1 irc.test bob G* :0 Real bob
    alice > :irc.test 352 alice * ~carol 192.0.2.1 irc.test carol H* :0 Real carol
    alice > :irc.test 315 alice 192.0.2.* :End of WHO list
    alice < WHO "*real*"
    alice > :irc.test 315 alice "*real*" :End of WHO list
    alice < WHO
    alice > :irc.test 461 alice WHO :Not enough parameters
    alice < WHO :
    alice > :irc.test 315 alice * :End of WHO list`,
  'WHO of a channel lists its members with their status, and nothing of a secret one to strangers': `
    alice joins
    bob joins
    carol joins
    alice < JOIN #x
    alice > :alice!~alice@192.0.2.1 JOIN #x
    alice > :irc.test 353 alice = #x :@alice
    alice > :irc.test 366 alice #x :End of /NAMES list
    bob < JOIN #x
    bob > :bob!~bob@192.0.2.1 JOIN #x
    bob > :irc.test 353 bob = #x :@alice bob
    bob > :irc.test 366 bob #x :End of /NAMES list
    alice > :bob!~bob@192.0.2.1 JOIN #x
    alice < MODE #x +v bob
    alice > :alice!~alice@192.0.2.1 MODE #x +v bob
    bob > :alice!~alice@192.0.2.1 MODE #x +v bob
    carol < WHO #x
    carol > :irc.test 352 carol #x ~alice 192.0.2.1 irc.test alice H@ :0 Real alice
    carol > :irc.test 352 carol #x ~bob 192.0.2.1 irc.test bob H+ :0 Real bob
    carol > :irc.test 315 carol #x :End of WHO list
    carol < WHO #X o
    carol > :irc.test 315 carol #X :End of WHO list
    carol < WHO #nowhere
    carol > :irc.test 315 carol #nowhere :End of WHO list
    bob < MODE bob +i
    bob > :bob!~bob@192.0.2.1 MODE bob :+i
    carol < WHO #x
    carol > :irc.test 352 carol #x ~alice 192.0.2.1 irc.test alice H@ :0 Real alice
    carol > :irc.test 315 carol #x :End of WHO list
    alice < WHO #x
    alice > :irc.test 352 alice #x ~alice 192.0.2.1 irc.test alice H@ :0 Real alice
    alice > :irc.test 352 alice #x ~bob 192.0.2.1 irc.test bob H+ :0 Real bob
    alice > :irc.test 315 alice #x :End of WHO list
    alice < MODE #x +s
    alice > :alice!~alice@192.0.2.1 MODE #x +s
    bob > :alice!~alice@192.0.2.1 MODE #x +s
    carol < WHO #x
    carol > :irc.test 315 carol #x :End of WHO list`,
  'WHOX gives the fields that were asked for, in its own order, each by its letter': `
    alice joins
    bob joins
    bob < JOIN #x
    bob > :bob!~bob@192.0.2.1 JOIN #x
    bob > :irc.test 353 bob = #x :@bob
    bob > :irc.test 366 bob #x :End of /NAMES list
    bob < AWAY :lunch
    bob > :irc.test 306 bob :You have been marked as being away
    alice < WHO #x %tcuihsnfdlaor,123
    alice > :irc.test 354 alice 123 #x ~bob 255.255.255.255 192.0.2.1 irc.test bob G@ 0 0 0 999 :Real bob
    alice > :irc.test 315 alice #x :End of WHO list
    alice < WHO #x %roaldfnshiuct,123
    alice > :irc.test 354 alice 123 #x ~bob 255.255.255.255 192.0.2.1 irc.test bob G@ 0 0 0 999 :Real bob
    alice > :irc.test 315 alice #x :End of WHO list
    alice < WHO bob %t,7
    alice > :irc.test 354 alice 7
    alice > :irc.test 315 alice bob :End of WHO list
    alice < WHO bob %t
    alice > :irc.test 354 alice 0
    alice > :irc.test 315 alice bob :End of WHO list
    alice < WHO bob %t,1234
    alice > :irc.test 354 alice 0
    alice > :irc.test 315 alice bob :End of WHO list
    alice < WHO bob %c
    alice > :irc.test 354 alice *
    alice > :irc.test 315 alice bob :End of WHO list
    alice < WHO bob %u
    alice > :irc.test 354 alice ~bob
    alice > :irc.test 315 alice bob :End of WHO list
    alice < WHO bob %i
    alice > :irc.test 354 alice 255.255.255.255
    alice > :irc.test 315 alice bob :End of WHO list
    alice < WHO bob %h
    alice > :irc.test 354 alice 192.0.2.1
    alice > :irc.test 315 alice bob :End of WHO list
    alice < WHO bob %s
    alice > :irc.test 354 alice irc.test
    alice > :irc.test 315 alice bob :End of WHO list
    alice < WHO bob %n
    alice > :irc.test 354 alice bob
    alice > :irc.test 315 alice bob :End of WHO list
    alice < WHO bob %f
    alice > :irc.test 354 alice G
    alice > :irc.test 315 alice bob :End of WHO list
    alice < WHO bob %d
    alice > :irc.test 354 alice 0
    alice > :irc.test 315 alice bob :End of WHO list
    alice < WHO bob %l
    alice > :irc.test 354 alice 0
    alice > :irc.test 315 alice bob :End of WHO list
    alice < WHO bob %a
    alice > :irc.test 354 alice 0
    alice > :irc.test 315 alice bob :End of WHO list
    alice < WHO bob %o
    alice > :irc.test 354 alice n/a
    alice > :irc.test 315 alice bob :End of WHO list
    alice < WHO bob %r
    alice > :irc.test 354 alice :Real bob
    alice > :irc.test 315 alice bob :End of WHO list
    alice < WHO bob %
    alice > :irc.test 315 alice bob :End of WHO list
    alice < WHO bob %zz
    alice > :irc.test 315 alice bob :End of WHO list`,
  'WHOIS tells what everybody may know, and to oneself and operators the rest': `
    alice joins
    bob joins from 192.0.2.9
    carol joins
    bob < JOIN #open,#hidden
    bob > :bob!~bob@192.0.2.9 JOIN #open
    bob > :irc.test 353 bob = #open :@bob
    bob > :irc.test 366 bob #open :End of /NAMES list
    bob > :bob!~bob@192.0.2.9 JOIN #hidden
    bob > :irc.test 353 bob = #hidden :@bob
    bob > :irc.test 366 bob #hidden :End of /NAMES list
    bob < MODE #hidden +s
    bob > :bob!~bob@192.0.2.9 MODE #hidden +s
    alice < WHOIS bob
    alice > :irc.test 311 alice bob ~bob 192.0.2.9 * :Real bob
    alice > :irc.test 319 alice bob :@#open
    alice > :irc.test 312 alice bob irc.test :Signalbox IRC server
    alice > :irc.test 317 alice bob 0 SECONDS :seconds idle, signon time
    alice > :irc.test 318 alice bob :End of /WHOIS list
    alice < WHOIS irc.test bob
    alice > :irc.test 311 alice bob ~bob 192.0.2.9 * :Real bob
    alice > :irc.test 319 alice bob :@#open
    alice > :irc.test 312 alice bob irc.test :Signalbox IRC server
    alice > :irc.test 317 alice bob 0 SECONDS :seconds idle, signon time
    alice > :irc.test 318 alice bob :End of /WHOIS list
    alice < WHOIS BOB
    alice > :irc.test 311 alice bob ~bob 192.0.2.9 * :Real bob
    alice > :irc.test 319 alice bob :@#open
    alice > :irc.test 312 alice bob irc.test :Signalbox IRC server
    alice > :irc.test 317 alice bob 0 SECONDS :seconds idle, signon time
    alice > :irc.test 318 alice bob :End of /WHOIS list
    alice < JOIN #hidden
    alice > :alice!~alice@192.0.2.1 JOIN #hidden
    alice > :irc.test 353 alice @ #hidden :@bob alice
    alice > :irc.test 366 alice #hidden :End of /NAMES list
    bob > :alice!~alice@192.0.2.1 JOIN #hidden
    alice < WHOIS bob
    alice > :irc.test 311 alice bob ~bob 192.0.2.9 * :Real bob
    alice > :irc.test 319 alice bob :@#open @#hidden
    alice > :irc.test 312 alice bob irc.test :Signalbox IRC server
    alice > :irc.test 317 alice bob 0 SECONDS :seconds idle, signon time
    alice > :irc.test 318 alice bob :End of /WHOIS list
    bob < WHOIS bob
    bob > :irc.test 311 bob bob ~bob 192.0.2.9 * :Real bob
    bob > :irc.test 319 bob bob :@#open @#hidden
    bob > :irc.test 312 bob bob irc.test :Signalbox IRC server
    bob > :irc.test 378 bob bob :is connecting from ~bob@192.0.2.9 192.0.2.9
    bob > :irc.test 379 bob bob :is using modes +
    bob > :irc.test 317 bob bob 0 SECONDS :seconds idle, signon time
    bob > :irc.test 318 bob bob :End of /WHOIS list
    carol opers
    alice < WHOIS carol
    alice > :irc.test 311 alice carol ~carol 192.0.2.1 * :Real carol
    alice > :irc.test 312 alice carol irc.test :Signalbox IRC server
    alice > :irc.test 313 alice carol :is an operator
    alice > :irc.test 317 alice carol 0 SECONDS :seconds idle, signon time
    alice > :irc.test 318 alice carol :End of /WHOIS list
    carol < WHOIS bob
    carol > :irc.test 311 carol bob ~bob 192.0.2.9 * :Real bob
    carol > :irc.test 319 carol bob :@#open @#hidden
    carol > :irc.test 312 carol bob irc.test :Signalbox IRC server
    carol > :irc.test 378 carol bob :is connecting from ~bob@192.0.2.9 192.0.2.9
    carol > :irc.test 379 carol bob :is using modes +
    carol > :irc.test 317 carol bob 0 SECONDS :seconds idle, signon time
    carol > :irc.test 318 carol bob :End of /WHOIS list
    alice < WHOIS
    alice > :irc.test 431 alice :No nickname given
    alice < WHOIS :
    alice > :irc.test 431 alice :No nickname given`,
  'an invisible user is found by WHOIS and WHO of the nick, not by a mask': `
    alice joins
    bob joins
    bob < MODE bob +i
    bob > :bob!~bob@192.0.2.1 MODE bob :+i
    alice < WHOIS bob
    alice > :irc.test 311 alice bob ~bob 192.0.2.1 * :Real bob
    alice > :irc.test 312 alice bob irc.test :Signalbox IRC server
    alice > :irc.test 317 alice bob 0 SECONDS :seconds idle, signon time
    alice > :irc.test 318 alice bob :End of /WHOIS list
    alice < WHO bob
    alice > :irc.test 352 alice * ~bob 192.0.2.1 irc.test bob H :0 Real bob
    alice > :irc.test 315 alice bob :End of WHO list
    alice < WHO b*
    alice > :irc.test 315 alice b* :End of WHO list`,
  'WHOWAS tells of those who are gone, newest first, as many as asked': `
    alice joins
    bob joins from 192.0.2.1
    bob < QUIT
    bob > ERROR :Closing Link: 192.0.2.1 (Client Quit)
    bob > (closed)
    bob joins from 192.0.2.2
    bob < NICK robert
    bob > :bob!~bob@192.0.2.2 NICK robert
    alice < WHOWAS bob
    alice > :irc.test 314 alice bob ~bob 192.0.2.2 * :Real bob
    alice > :irc.test 312 alice bob irc.test :DATE
    alice > :irc.test 314 alice bob ~bob 192.0.2.1 * :Real bob
    alice > :irc.test 312 alice bob irc.test :DATE
    alice > :irc.test 369 alice bob :End of WHOWAS
    alice < WHOWAS BOB 1
    alice > :irc.test 314 alice bob ~bob 192.0.2.2 * :Real bob
    alice > :irc.test 312 alice bob irc.test :DATE
    alice > :irc.test 369 alice BOB :End of WHOWAS
    alice < WHOWAS bob 2
    alice > :irc.test 314 alice bob ~bob 192.0.2.2 * :Real bob
    alice > :irc.test 312 alice bob irc.test :DATE
    alice > :irc.test 314 alice bob ~bob 192.0.2.1 * :Real bob
    alice > :irc.test 312 alice bob irc.test :DATE
    alice > :irc.test 369 alice bob :End of WHOWAS
    alice < WHOWAS bob -1
    alice > :irc.test 314 alice bob ~bob 192.0.2.2 * :Real bob
    alice > :irc.test 312 alice bob irc.test :DATE
    alice > :irc.test 314 alice bob ~bob 192.0.2.1 * :Real bob
    alice > :irc.test 312 alice bob irc.test :DATE
    alice > :irc.test 369 alice bob :End of WHOWAS
    alice < WHOWAS bob 0
    alice > :irc.test 314 alice bob ~bob 192.0.2.2 * :Real bob
    alice > :irc.test 312 alice bob irc.test :DATE
    alice > :irc.test 314 alice bob ~bob 192.0.2.1 * :Real bob
    alice > :irc.test 312 alice bob irc.test :DATE
    alice > :irc.test 369 alice bob :End of WHOWAS
    alice < WHOWAS b*
    alice > :irc.test 406 alice b* :There was no such nickname
    alice > :irc.test 369 alice b* :End of WHOWAS
    alice < WHOWAS nobody
    alice > :irc.test 406 alice nobody :There was no such nickname
    alice > :irc.test 369 alice nobody :End of WHOWAS
    alice < WHOWAS
    alice > :irc.test 431 alice :No nickname given
    alice < WHOWAS robert
    alice > :irc.test 406 alice robert :There was no such nickname
    alice > :irc.test 369 alice robert :End of WHOWAS`,
  'ISON and USERHOST answer for several': `
    alice joins
    bob joins
    alice < ISON alice BOB nobody
    alice > :irc.test 303 alice :alice bob
    alice < ISON :alice bob
    alice > :irc.test 303 alice :alice bob
    alice < ISON nobody
    alice > :irc.test 303 alice :
    alice < ISON
    alice > :irc.test 461 alice ISON :Not enough parameters
    bob < AWAY :lunch
    bob > :irc.test 306 bob :You have been marked as being away
    bob opers
    alice < USERHOST alice nobody bob
    alice > :irc.test 302 alice :alice=+~alice@192.0.2.1 bob*=-~bob@192.0.2.1
    alice < USERHOST
    alice > :irc.test 461 alice USERHOST :Not enough parameters`,
};

it.each(Object.entries(conversations))('%s', (_, text) => {
  expect(conversation(replay(text))).toEqual(conversation(text));
});

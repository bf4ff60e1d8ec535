/** What the server tells of itself, and what its operators may: RFC 2812 3.4, 3.7 and 4.7. */
import { expect, it } from 'vitest';
import { conversation, replay } from './replay.ts';

const conversations: Readonly<Record<string, string>> = {
  'LUSERS counts who is there, seen or not, and the most there ever were': `
    welcomes are shown
    alice joins
    bob joins
    carol joins
    alice < LUSERS
    alice > :irc.test 251 alice :There are 3 users and 0 invisible on 1 servers
    alice > :irc.test 255 alice :I have 3 clients and 0 servers
    alice > :irc.test 265 alice 3 3 :Current local users 3, max 3
    alice > :irc.test 266 alice 3 3 :Current global users 3, max 3
    bob < MODE bob +i
    bob > :bob!~bob@192.0.2.1 MODE bob :+i
    alice < LUSERS
    alice > :irc.test 251 alice :There are 2 users and 1 invisible on 1 servers
    alice > :irc.test 255 alice :I have 3 clients and 0 servers
    alice > :irc.test 265 alice 3 3 :Current local users 3, max 3
    alice > :irc.test 266 alice 3 3 :Current global users 3, max 3
    carol opers
    alice < JOIN #x,#y
    alice > :alice!~alice@192.0.2.1 JOIN #x
    alice > :irc.test 353 alice = #x :@alice
    alice > :irc.test 366 alice #x :End of /NAMES list
    alice > :alice!~alice@192.0.2.1 JOIN #y
    alice > :irc.test 353 alice = #y :@alice
    alice > :irc.test 366 alice #y :End of /NAMES list
    alice < LUSERS
    alice > :irc.test 251 alice :There are 2 users and 1 invisible on 1 servers
    alice > :irc.test 252 alice 1 :operator(s) online
    alice > :irc.test 254 alice 2 :channels formed
    alice > :irc.test 255 alice :I have 3 clients and 0 servers
    alice > :irc.test 265 alice 3 3 :Current local users 3, max 3
    alice > :irc.test 266 alice 3 3 :Current global users 3, max 3
    bob < MODE bob -i
    bob > :bob!~bob@192.0.2.1 MODE bob :-i
    carol hangs up
    alice < PART #y
    alice > :alice!~alice@192.0.2.1 PART #y
    dave connects
    alice < LUSERS
    alice > :irc.test 251 alice :There are 2 users and 0 invisible on 1 servers
    alice > :irc.test 253 alice 1 :unknown connection(s)
    alice > :irc.test 254 alice 1 :channels formed
    alice > :irc.test 255 alice :I have 2 clients and 0 servers
    alice > :irc.test 265 alice 2 3 :Current local users 2, max 3
    alice > :irc.test 266 alice 2 3 :Current global users 2, max 3`,
  'LINKS, TIME, INFO, VERSION, ADMIN and MOTD speak for this server alone': `
    alice joins
    alice < LINKS
    alice > :irc.test 364 alice irc.test irc.test :0 Signalbox IRC server
    alice > :irc.test 365 alice * :End of /LINKS list
    alice < LINKS *.test
    alice > :irc.test 364 alice irc.test irc.test :0 Signalbox IRC server
    alice > :irc.test 365 alice *.test :End of /LINKS list
    alice < LINKS *.example
    alice > :irc.test 365 alice *.example :End of /LINKS list
    alice < TIME
    alice > :irc.test 391 alice irc.test :DATE
    alice < TIME irc.test
    alice > :irc.test 391 alice irc.test :DATE
    alice < TIME *.test
    alice > :irc.test 391 alice irc.test :DATE
    alice < TIME elsewhere.test
    alice > :irc.test 402 alice elsewhere.test :No such server
    alice < INFO
    alice > :irc.test 371 alice :signalbox-0.1.0, the IRC server of Signalbox
    alice > :irc.test 371 alice :A desktop app that runs and steers the daemons of a chat network.
    alice > :irc.test 371 alice :Online since DATE
    alice > :irc.test 374 alice :End of INFO list
    alice < INFO elsewhere.test
    alice > :irc.test 402 alice elsewhere.test :No such server
    alice < ADMIN
    alice > :irc.test 423 alice irc.test :No administrative info available
    alice < ADMIN elsewhere.test
    alice > :irc.test 402 alice elsewhere.test :No such server
    alice < VERSION elsewhere.test
    alice > :irc.test 402 alice elsewhere.test :No such server
    alice < MOTD elsewhere.test
    alice > :irc.test 402 alice elsewhere.test :No such server
    alice < MOTD
    alice > (welcome)
    alice < MAP
    alice > :irc.test 015 alice :irc.test [1 users]
    alice > :irc.test 017 alice :End of /MAP`,
  'HELP explains a command, and says what it does not know': `
    alice joins
    alice < HELP PRIVMSG
    alice > :irc.test 704 alice PRIVMSG :PRIVMSG <target>{,<target>} :<text>
    alice > :irc.test 705 alice PRIVMSG :Sends a message to users and channels (@#channel: its operators).
    alice > :irc.test 706 alice PRIVMSG :End of /HELP
    alice < HELP privmsg
    alice > :irc.test 704 alice PRIVMSG :PRIVMSG <target>{,<target>} :<text>
    alice > :irc.test 705 alice PRIVMSG :Sends a message to users and channels (@#channel: its operators).
    alice > :irc.test 706 alice PRIVMSG :End of /HELP
    alice < HELP nosuch
    alice > :irc.test 524 alice NOSUCH :Help not found
    alice < HELPOP KICK
    alice > :irc.test 704 alice KICK :KICK <channel> <nickname>{,<nickname>} [<reason>]
    alice > :irc.test 705 alice KICK :Removes users from a channel you operate.
    alice > :irc.test 706 alice KICK :End of /HELP`,
  'WALLOPS reach who wants them, from operators only': `
    alice joins
    bob joins
    carol joins
    alice < MODE alice +w
    alice > :alice!~alice@192.0.2.1 MODE alice :+w
    bob < WALLOPS :hear me
    bob > :irc.test 481 bob :Permission denied - You're not an IRC operator
    bob opers
    bob < WALLOPS :hear me
    alice > :bob!~bob@192.0.2.1 WALLOPS :hear me
    bob < WALLOPS :
    bob > :irc.test 461 bob WALLOPS :Not enough parameters
    bob < WALLOPS
    bob > :irc.test 461 bob WALLOPS :Not enough parameters`,
  'KILL ends a client with the reason, and needs an operator': `
    alice joins
    bob joins
    carol joins
    alice < JOIN #x
    alice > :alice!~alice@192.0.2.1 JOIN #x
    alice > :irc.test 353 alice = #x :@alice
    alice > :irc.test 366 alice #x :End of /NAMES list
    carol < JOIN #x
    carol > :carol!~carol@192.0.2.1 JOIN #x
    carol > :irc.test 353 carol = #x :@alice carol
    carol > :irc.test 366 carol #x :End of /NAMES list
    alice > :carol!~carol@192.0.2.1 JOIN #x
    bob < KILL alice :no right
    bob > :irc.test 481 bob :Permission denied - You're not an IRC operator
    bob opers
    bob < KILL nobody :gone
    bob > :irc.test 401 bob nobody :No such nick/channel
    bob < KILL
    bob > :irc.test 461 bob KILL :Not enough parameters
    bob < KILL alice :spam
    bob > :irc.test NOTICE bob :*** Received KILL for alice!~alice@192.0.2.1 from bob: spam
    alice > :bob!~bob@192.0.2.1 KILL alice :spam
    alice > ERROR :Closing Link: 192.0.2.1 (Killed (bob (spam)))
    alice > (closed)
    carol > :alice!~alice@192.0.2.1 QUIT :Killed (bob (spam))
    bob < KILL carol
    bob > :irc.test NOTICE bob :*** Received KILL for carol!~carol@192.0.2.1 from bob: No reason given
    carol > :bob!~bob@192.0.2.1 KILL carol :No reason given
    carol > ERROR :Closing Link: 192.0.2.1 (Killed (bob (No reason given)))
    carol > (closed)`,
  'KNOCK asks to be let in, where that means anything': `
    alice joins
    bob joins
    alice < JOIN #x
    alice > :alice!~alice@192.0.2.1 JOIN #x
    alice > :irc.test 353 alice = #x :@alice
    alice > :irc.test 366 alice #x :End of /NAMES list
    bob < KNOCK #x
    bob > :irc.test 713 bob #x :Channel is open.
    alice < MODE #x +i
    alice > :alice!~alice@192.0.2.1 MODE #x +i
    bob < KNOCK #x :please
    bob > :irc.test 711 bob #x :Your KNOCK has been delivered.
    alice > :irc.test 710 alice #x bob!~bob@192.0.2.1 :has asked for an invite.
    bob < KNOCK #nowhere
    bob > :irc.test 403 bob #nowhere :No such channel
    alice < KNOCK #x
    alice > :irc.test 714 alice #x :You are already on that channel.
    bob < KNOCK
    bob > :irc.test 461 bob KNOCK :Not enough parameters`,
};

it.each(Object.entries(conversations))('%s', (_, text) => {
  expect(conversation(replay(text))).toEqual(conversation(text));
});

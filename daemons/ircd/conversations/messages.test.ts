/** Messages and the lines that they travel in: RFC 2812 3.3, ISUPPORT STATUSMSG and UTF8ONLY, IRCv3 message-tags. */
import { expect, it } from 'vitest';
import { conversation, replay } from './replay.ts';

const conversations: Readonly<Record<string, string>> = {
  'what no longer fits behind a long source is cut at the end, between characters': `
    alice joins
    bob joins
    alice < PRIVMSG bob :{ż*240}
    bob > :alice!~alice@192.0.2.1 PRIVMSG bob :{ż*236}
    alice < PRIVMSG bob :a{ż*240}
    bob > :alice!~alice@192.0.2.1 PRIVMSG bob :a{ż*236}`,
  'text needs no colon where it is one word, and every space of it stays': `
    alice joins
    bob joins
    alice < PRIVMSG bob word
    bob > :alice!~alice@192.0.2.1 PRIVMSG bob :word
    alice < PRIVMSG bob two words
    bob > :alice!~alice@192.0.2.1 PRIVMSG bob :two
    alice < PRIVMSG bob ::colon
    bob > :alice!~alice@192.0.2.1 PRIVMSG bob ::colon
    alice < PRIVMSG bob :  spaces  inside
    bob > :alice!~alice@192.0.2.1 PRIVMSG bob :  spaces  inside
    alice < PRIVMSG  bob   :spaces around
    bob > :alice!~alice@192.0.2.1 PRIVMSG bob :spaces around
    alice < :somebody PRIVMSG bob :with a source
    bob > :alice!~alice@192.0.2.1 PRIVMSG bob :with a source
    alice < privmsg BOB :names in any case
    bob > :alice!~alice@192.0.2.1 PRIVMSG bob :names in any case`,
  'a message without a receiver or text says which is missing': `
    alice joins
    bob joins
    alice < PRIVMSG
    alice > :irc.test 411 alice :No recipient given (PRIVMSG)
    alice < PRIVMSG bob
    alice > :irc.test 412 alice :No text to send
    alice < PRIVMSG bob :
    alice > :irc.test 412 alice :No text to send
    alice < PRIVMSG :
    alice > :irc.test 412 alice :No text to send
    alice < NOTICE
    alice < NOTICE bob
    alice < NOTICE bob :`,
  'who is not there is named, one by one': `
    alice joins
    bob joins
    alice < PRIVMSG nobody :hi
    alice > :irc.test 401 alice nobody :No such nick/channel
    alice < PRIVMSG #nowhere :hi
    alice > :irc.test 403 alice #nowhere :No such channel
    alice < PRIVMSG nobody,bob,#nowhere :hi
    alice > :irc.test 401 alice nobody :No such nick/channel
    alice > :irc.test 403 alice #nowhere :No such channel
    bob > :alice!~alice@192.0.2.1 PRIVMSG bob :hi
    alice < NOTICE nobody,bob,#nowhere :hi
    bob > :alice!~alice@192.0.2.1 NOTICE bob :hi
    alice < PRIVMSG bob,bob,bob :once
    bob > :alice!~alice@192.0.2.1 PRIVMSG bob :once
    alice < PRIVMSG a,b,c,d,e :too many
    alice > :irc.test 407 alice PRIVMSG :Too many targets, at most 4`,
  'a message to somebody who is away says so, a notice does not': `
    alice joins
    bob joins
    bob < AWAY :out for lunch
    bob > :irc.test 306 bob :You have been marked as being away
    alice < PRIVMSG bob :hi
    alice > :irc.test 301 alice bob :out for lunch
    bob > :alice!~alice@192.0.2.1 PRIVMSG bob :hi
    alice < NOTICE bob :hi
    bob > :alice!~alice@192.0.2.1 NOTICE bob :hi
    alice < WHOIS bob
    alice > :irc.test 311 alice bob ~bob 192.0.2.1 * :Real bob
    alice > :irc.test 312 alice bob irc.test :Signalbox IRC server
    alice > :irc.test 301 alice bob :out for lunch
    alice > :irc.test 317 alice bob 0 SECONDS :seconds idle, signon time
    alice > :irc.test 318 alice bob :End of /WHOIS list
    alice < USERHOST bob
    alice > :irc.test 302 alice :bob=-~bob@192.0.2.1
    bob < AWAY :
    bob > :irc.test 305 bob :You are no longer marked as being away
    alice < PRIVMSG bob :hi
    bob > :alice!~alice@192.0.2.1 PRIVMSG bob :hi
    alice < USERHOST bob
    alice > :irc.test 302 alice :bob=+~bob@192.0.2.1`,
  '@ and + before a channel choose who of it hears, and others do not': `
    alice joins
    bob joins
    carol joins
    dave joins
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
    alice < MODE #x +v bob
    alice > :alice!~alice@192.0.2.1 MODE #x +v bob
    bob > :alice!~alice@192.0.2.1 MODE #x +v bob
    carol > :alice!~alice@192.0.2.1 MODE #x +v bob
    alice < PRIVMSG @#x :operators
    bob < PRIVMSG @#x :from below
    alice > :bob!~bob@192.0.2.1 PRIVMSG @#x :from below
    bob < PRIVMSG +#x :voices
    alice > :bob!~bob@192.0.2.1 PRIVMSG +#x :voices
    carol < PRIVMSG +#x :anybody may
    alice > :carol!~carol@192.0.2.1 PRIVMSG +#x :anybody may
    bob > :carol!~carol@192.0.2.1 PRIVMSG +#x :anybody may
    dave < PRIVMSG +#x :but no stranger
    dave > :irc.test 404 dave #x :Cannot send to channel
    alice < NOTICE @#x :notice`,
  'CTCP is text like other text': String.raw`
    alice joins
    bob joins
    alice < PRIVMSG bob :\x01VERSION\x01
    bob > :alice!~alice@192.0.2.1 PRIVMSG bob :\x01VERSION\x01
    alice < PRIVMSG bob :\x01ACTION waves\x01
    bob > :alice!~alice@192.0.2.1 PRIVMSG bob :\x01ACTION waves\x01`,
  'an unknown command is named, and registering is done once': `
    alice joins
    alice < NOSUCH command
    alice > :irc.test 421 alice NOSUCH :Unknown command
    alice < nosuch
    alice > :irc.test 421 alice NOSUCH :Unknown command
    alice < USER a 0 * :again
    alice > :irc.test 462 alice :You may not reregister
    alice < PASS late
    alice > :irc.test 462 alice :You may not reregister`,
  'PING is answered with its token, and PONG with nothing': `
    alice joins
    alice < PING token
    alice > :irc.test PONG irc.test :token
    alice < PING :two words
    alice > :irc.test PONG irc.test :two words
    alice < PING irc.test other
    alice > :irc.test PONG irc.test :irc.test
    alice < PING :
    alice > :irc.test 409 alice :No origin specified
    alice < PING
    alice > :irc.test 461 alice PING :Not enough parameters
    alice < PONG whatever`,
};

it.each(Object.entries(conversations))('%s', (_, text) => {
  expect(conversation(replay(text))).toEqual(conversation(text));
});

/** Labelled answers: IRCv3 labeled-response and batch. The label is for who sent it, and on everything that answers it once. */
import { expect, it } from 'vitest';
import { conversation, replay } from './replay.ts';

const conversations: Readonly<Record<string, string>> = {
  'one line carries the label itself, several are a batch, and none are an ACK': `
    welcomes are shown
    alice joins with labeled-response batch
    alice < @label=one PING x
    alice > @label=one :irc.test PONG irc.test :x
    alice < @label=two WHO nobody
    alice > @label=two :irc.test 315 alice nobody :End of WHO list
    alice < @label=three LUSERS
    alice > @label=three :irc.test BATCH +1 labeled-response
    alice > @batch=1 :irc.test 251 alice :There are 1 users and 0 invisible on 1 servers
    alice > @batch=1 :irc.test 255 alice :I have 1 clients and 0 servers
    alice > @batch=1 :irc.test 265 alice 1 1 :Current local users 1, max 1
    alice > @batch=1 :irc.test 266 alice 1 1 :Current global users 1, max 1
    alice > :irc.test BATCH -1
    alice < @label=four PONG x
    alice > @label=four :irc.test ACK
    alice < @label=five NOSUCH
    alice > @label=five :irc.test 421 alice NOSUCH :Unknown command
    alice < @label=six JOIN #x
    alice > @label=six :irc.test BATCH +2 labeled-response
    alice > @batch=2 :alice!~alice@192.0.2.1 JOIN #x
    alice > @batch=2 :irc.test 353 alice = #x :@alice
    alice > @batch=2 :irc.test 366 alice #x :End of /NAMES list
    alice > :irc.test BATCH -2
    alice < @label=seven PART #x :bye
    alice > @label=seven :alice!~alice@192.0.2.1 PART #x :bye
    alice < PING unlabelled
    alice > :irc.test PONG irc.test :unlabelled`,
  'a message is labelled in the echo, and goes to others without': `
    alice joins with labeled-response batch echo-message
    bob joins with labeled-response batch echo-message
    carol joins with labeled-response batch
    alice < @label=1 PRIVMSG bob :hi
    alice > @label=1 :alice!~alice@192.0.2.1 PRIVMSG bob :hi
    bob > :alice!~alice@192.0.2.1 PRIVMSG bob :hi
    alice < @label=2 PRIVMSG bob,carol :hi
    alice > @label=2 :irc.test BATCH +1 labeled-response
    alice > @batch=1 :alice!~alice@192.0.2.1 PRIVMSG bob :hi
    alice > @batch=1 :alice!~alice@192.0.2.1 PRIVMSG carol :hi
    alice > :irc.test BATCH -1
    bob > :alice!~alice@192.0.2.1 PRIVMSG bob :hi
    carol > :alice!~alice@192.0.2.1 PRIVMSG carol :hi
    alice < @label=3 NOTICE bob :hi
    alice > @label=3 :alice!~alice@192.0.2.1 NOTICE bob :hi
    bob > :alice!~alice@192.0.2.1 NOTICE bob :hi
    alice < @label=4 PRIVMSG nobody :hi
    alice > @label=4 :irc.test 401 alice nobody :No such nick/channel
    carol < @label=5 PRIVMSG bob :hi
    carol > @label=5 :irc.test ACK
    bob > :carol!~carol@192.0.2.1 PRIVMSG bob :hi
    carol < @label=6 NOTICE nobody :hi
    carol > @label=6 :irc.test ACK
    alice < JOIN #x
    alice > :alice!~alice@192.0.2.1 JOIN #x
    alice > :irc.test 353 alice = #x :@alice
    alice > :irc.test 366 alice #x :End of /NAMES list
    bob < JOIN #x
    bob > :bob!~bob@192.0.2.1 JOIN #x
    bob > :irc.test 353 bob = #x :@alice bob
    bob > :irc.test 366 bob #x :End of /NAMES list
    alice > :bob!~bob@192.0.2.1 JOIN #x
    alice < @label=7 PRIVMSG #x :hi
    alice > @label=7 :alice!~alice@192.0.2.1 PRIVMSG #x :hi
    bob > :alice!~alice@192.0.2.1 PRIVMSG #x :hi
    alice < @label=8 NOTICE #x :hi
    alice > @label=8 :alice!~alice@192.0.2.1 NOTICE #x :hi
    bob > :alice!~alice@192.0.2.1 NOTICE #x :hi
    alice < @label=9 PRIVMSG alice :to myself
    alice > :alice!~alice@192.0.2.1 PRIVMSG alice :to myself
    alice > @label=9 :alice!~alice@192.0.2.1 PRIVMSG alice :to myself`,
  'TAGMSG is labelled like a message': `
    alice joins with labeled-response batch echo-message message-tags
    bob joins with message-tags
    carol joins
    alice < @label=1;+typing=active TAGMSG bob
    alice > @label=1;msgid=ID;+typing=active :alice!~alice@192.0.2.1 TAGMSG bob
    bob > @msgid=ID;+typing=active :alice!~alice@192.0.2.1 TAGMSG bob
    alice < @label=2;+typing=active TAGMSG carol
    alice > @label=2;msgid=ID;+typing=active :alice!~alice@192.0.2.1 TAGMSG carol
    alice < @label=3;+typing=active TAGMSG alice
    alice > @msgid=ID;+typing=active :alice!~alice@192.0.2.1 TAGMSG alice
    alice > @label=3;msgid=ID;+typing=active :alice!~alice@192.0.2.1 TAGMSG alice
    alice < @label=4 TAGMSG bob
    alice > @label=4 :irc.test ACK`,
  'the answer to a nick is labelled, whether it is taken or not': `
    alice joins with labeled-response batch
    bob joins
    alice < @label=1 NICK bob
    alice > @label=1 :irc.test 433 alice bob :Nickname is already in use
    alice < @label=2 NICK other
    alice > @label=2 :alice!~alice@192.0.2.1 NICK other
    alice < @label=3 NICK other
    alice > @label=3 :irc.test ACK`,
  'part of a JOIN that is refused is within the batch': `
    alice joins with labeled-response batch
    bob joins
    bob < JOIN #locked
    bob > :bob!~bob@192.0.2.1 JOIN #locked
    bob > :irc.test 353 bob = #locked :@bob
    bob > :irc.test 366 bob #locked :End of /NAMES list
    bob < MODE #locked +k key
    bob > :bob!~bob@192.0.2.1 MODE #locked +k key
    alice < @label=1 JOIN #open,#locked,nochannel
    alice > @label=1 :irc.test BATCH +1 labeled-response
    alice > @batch=1 :alice!~alice@192.0.2.1 JOIN #open
    alice > @batch=1 :irc.test 353 alice = #open :@alice
    alice > @batch=1 :irc.test 366 alice #open :End of /NAMES list
    alice > @batch=1 :irc.test 475 alice #locked :Cannot join channel (+k)
    alice > @batch=1 :irc.test 476 alice nochannel :Bad channel mask
    alice > :irc.test BATCH -1`,
  'a label without the capability, or one that is too long, is no label': `
    alice joins with message-tags
    bob joins with labeled-response batch
    alice < @label=1 PING x
    alice > :irc.test PONG irc.test :x
    bob < @label={x*64} PING x
    bob > @label={x*64} :irc.test PONG irc.test :x
    bob < @label={x*65} PING x
    bob > :irc.test PONG irc.test :x
    bob < @label= PING x
    bob > :irc.test PONG irc.test :x
    bob < @label PING x
    bob > :irc.test PONG irc.test :x`,
};

it.each(Object.entries(conversations))('%s', (_, text) => {
  expect(conversation(replay(text))).toEqual(conversation(text));
});

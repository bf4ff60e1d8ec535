/** What a channel shows of itself to members and strangers: RFC 2812 3.2.5 and 3.2.6, ISUPPORT ELIST. */
import { expect, it } from 'vitest';
import { conversation, replay } from './replay.ts';

const conversations: Readonly<Record<string, string>> = {
  'NAMES lists a channel with the sign of who may see it, and ends for each': `
    alice joins
    bob joins
    carol joins
    alice < JOIN #x,#hidden,#private
    alice > :alice!~alice@192.0.2.1 JOIN #x
    alice > :irc.test 353 alice = #x :@alice
    alice > :irc.test 366 alice #x :End of /NAMES list
    alice > :alice!~alice@192.0.2.1 JOIN #hidden
    alice > :irc.test 353 alice = #hidden :@alice
    alice > :irc.test 366 alice #hidden :End of /NAMES list
    alice > :alice!~alice@192.0.2.1 JOIN #private
    alice > :irc.test 353 alice = #private :@alice
    alice > :irc.test 366 alice #private :End of /NAMES list
    alice < MODE #hidden +s
    alice > :alice!~alice@192.0.2.1 MODE #hidden +s
    alice < MODE #private +p
    alice > :alice!~alice@192.0.2.1 MODE #private +p
    bob < JOIN #x
    bob > :bob!~bob@192.0.2.1 JOIN #x
    bob > :irc.test 353 bob = #x :@alice bob
    bob > :irc.test 366 bob #x :End of /NAMES list
    alice > :bob!~bob@192.0.2.1 JOIN #x
    bob < MODE bob +i
    bob > :bob!~bob@192.0.2.1 MODE bob :+i
    carol < NAMES #x
    carol > :irc.test 353 carol = #x :@alice
    carol > :irc.test 366 carol #x :End of /NAMES list
    carol < NAMES #hidden
    carol > :irc.test 366 carol #hidden :End of /NAMES list
    carol < NAMES #private
    carol > :irc.test 366 carol #private :End of /NAMES list
    carol < NAMES #nowhere
    carol > :irc.test 366 carol #nowhere :End of /NAMES list
    carol < NAMES nochannel
    carol > :irc.test 366 carol nochannel :End of /NAMES list
    alice < NAMES #X
    alice > :irc.test 353 alice = #x :@alice bob
    alice > :irc.test 366 alice #x :End of /NAMES list
    alice < NAMES #hidden,#private
    alice > :irc.test 353 alice @ #hidden :@alice
    alice > :irc.test 366 alice #hidden :End of /NAMES list
    alice > :irc.test 353 alice * #private :@alice
    alice > :irc.test 366 alice #private :End of /NAMES list`,
  'LIST shows what there is, with counts and topics, and what fits the filter': `
    alice joins
    bob joins
    alice < LIST
    alice > :irc.test 321 alice Channel :Users  Name
    alice > :irc.test 323 alice :End of /LIST
    alice < JOIN #one,#two,#hidden
    alice > :alice!~alice@192.0.2.1 JOIN #one
    alice > :irc.test 353 alice = #one :@alice
    alice > :irc.test 366 alice #one :End of /NAMES list
    alice > :alice!~alice@192.0.2.1 JOIN #two
    alice > :irc.test 353 alice = #two :@alice
    alice > :irc.test 366 alice #two :End of /NAMES list
    alice > :alice!~alice@192.0.2.1 JOIN #hidden
    alice > :irc.test 353 alice = #hidden :@alice
    alice > :irc.test 366 alice #hidden :End of /NAMES list
    alice < MODE #hidden +s
    alice > :alice!~alice@192.0.2.1 MODE #hidden +s
    alice < TOPIC #two :Second
    alice > :alice!~alice@192.0.2.1 TOPIC #two :Second
    bob < JOIN #two
    bob > :bob!~bob@192.0.2.1 JOIN #two
    bob > :irc.test 332 bob #two :Second
    bob > :irc.test 333 bob #two alice!~alice@192.0.2.1 SECONDS
    bob > :irc.test 353 bob = #two :@alice bob
    bob > :irc.test 366 bob #two :End of /NAMES list
    alice > :bob!~bob@192.0.2.1 JOIN #two
    bob < LIST
    bob > :irc.test 321 bob Channel :Users  Name
    bob > :irc.test 322 bob #one 1 :
    bob > :irc.test 322 bob #two 2 :Second
    bob > :irc.test 323 bob :End of /LIST
    bob < LIST #two
    bob > :irc.test 321 bob Channel :Users  Name
    bob > :irc.test 322 bob #two 2 :Second
    bob > :irc.test 323 bob :End of /LIST
    bob < LIST #nowhere
    bob > :irc.test 321 bob Channel :Users  Name
    bob > :irc.test 323 bob :End of /LIST
    bob < LIST #hidden,#one
    bob > :irc.test 321 bob Channel :Users  Name
    bob > :irc.test 322 bob #one 1 :
    bob > :irc.test 323 bob :End of /LIST
    alice < LIST #hidden
    alice > :irc.test 321 alice Channel :Users  Name
    alice > :irc.test 322 alice #hidden 1 :
    alice > :irc.test 323 alice :End of /LIST
    bob < LIST *t*
    bob > :irc.test 321 bob Channel :Users  Name
    bob > :irc.test 322 bob #two 2 :Second
    bob > :irc.test 323 bob :End of /LIST
    bob < LIST !*t*
    bob > :irc.test 321 bob Channel :Users  Name
    bob > :irc.test 322 bob #one 1 :
    bob > :irc.test 323 bob :End of /LIST
    bob < LIST >1
    bob > :irc.test 321 bob Channel :Users  Name
    bob > :irc.test 322 bob #two 2 :Second
    bob > :irc.test 323 bob :End of /LIST
    bob < LIST <2
    bob > :irc.test 321 bob Channel :Users  Name
    bob > :irc.test 322 bob #one 1 :
    bob > :irc.test 323 bob :End of /LIST
    bob < LIST C<60
    bob > :irc.test 321 bob Channel :Users  Name
    bob > :irc.test 322 bob #one 1 :
    bob > :irc.test 322 bob #two 2 :Second
    bob > :irc.test 323 bob :End of /LIST
    bob < LIST C>60
    bob > :irc.test 321 bob Channel :Users  Name
    bob > :irc.test 323 bob :End of /LIST
    bob < LIST T<60
    bob > :irc.test 321 bob Channel :Users  Name
    bob > :irc.test 322 bob #two 2 :Second
    bob > :irc.test 323 bob :End of /LIST
    bob < LIST T>60
    bob > :irc.test 321 bob Channel :Users  Name
    bob > :irc.test 323 bob :End of /LIST`,
};

it.each(Object.entries(conversations))('%s', (_, text) => {
  expect(conversation(replay(text))).toEqual(conversation(text));
});

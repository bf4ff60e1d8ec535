/** Coming, going, and what a channel tells: RFC 2812 3.2. */
import { expect, it } from 'vitest';
import { conversation, replay } from './replay.ts';

const conversations: Readonly<Record<string, string>> = {
  'whoever comes first is an operator, and each newcomer hears topic and names': `
    alice joins
    bob joins
    alice < JOIN #x
    alice > :alice!~alice@192.0.2.1 JOIN #x
    alice > :irc.test 353 alice = #x :@alice
    alice > :irc.test 366 alice #x :End of /NAMES list
    alice < TOPIC #x :Tea
    alice > :alice!~alice@192.0.2.1 TOPIC #x :Tea
    bob < JOIN #x
    bob > :bob!~bob@192.0.2.1 JOIN #x
    bob > :irc.test 332 bob #x :Tea
    bob > :irc.test 333 bob #x alice!~alice@192.0.2.1 SECONDS
    bob > :irc.test 353 bob = #x :@alice bob
    bob > :irc.test 366 bob #x :End of /NAMES list
    alice > :bob!~bob@192.0.2.1 JOIN #x
    bob < JOIN #x
    alice < JOIN #X`,
  'several channels are joined in their order, and the bad ones are refused one by one': `
    alice joins
    bob joins
    bob < JOIN #locked,#open
    bob > :bob!~bob@192.0.2.1 JOIN #locked
    bob > :irc.test 353 bob = #locked :@bob
    bob > :irc.test 366 bob #locked :End of /NAMES list
    bob > :bob!~bob@192.0.2.1 JOIN #open
    bob > :irc.test 353 bob = #open :@bob
    bob > :irc.test 366 bob #open :End of /NAMES list
    bob < MODE #locked +k secret
    bob > :bob!~bob@192.0.2.1 MODE #locked +k secret
    alice < JOIN #open,nochannel,#locked,#new
    alice > :alice!~alice@192.0.2.1 JOIN #open
    alice > :irc.test 353 alice = #open :@bob alice
    alice > :irc.test 366 alice #open :End of /NAMES list
    alice > :irc.test 476 alice nochannel :Bad channel mask
    alice > :irc.test 475 alice #locked :Cannot join channel (+k)
    alice > :alice!~alice@192.0.2.1 JOIN #new
    alice > :irc.test 353 alice = #new :@alice
    alice > :irc.test 366 alice #new :End of /NAMES list
    bob > :alice!~alice@192.0.2.1 JOIN #open
    alice < JOIN #locked secret
    alice > :alice!~alice@192.0.2.1 JOIN #locked
    alice > :irc.test 353 alice = #locked :@bob alice
    alice > :irc.test 366 alice #locked :End of /NAMES list
    bob > :alice!~alice@192.0.2.1 JOIN #locked
    alice < PART #locked,#nowhere,#open
    alice > :alice!~alice@192.0.2.1 PART #locked
    alice > :irc.test 403 alice #nowhere :No such channel
    alice > :alice!~alice@192.0.2.1 PART #open
    bob > :alice!~alice@192.0.2.1 PART #locked
    bob > :alice!~alice@192.0.2.1 PART #open
    alice < JOIN #open,#locked x,secret
    alice > :alice!~alice@192.0.2.1 JOIN #open
    alice > :irc.test 353 alice = #open :@bob alice
    alice > :irc.test 366 alice #open :End of /NAMES list
    alice > :alice!~alice@192.0.2.1 JOIN #locked
    alice > :irc.test 353 alice = #locked :@bob alice
    alice > :irc.test 366 alice #locked :End of /NAMES list
    bob > :alice!~alice@192.0.2.1 JOIN #open
    bob > :alice!~alice@192.0.2.1 JOIN #locked
    alice < JOIN 0
    alice > :alice!~alice@192.0.2.1 PART #new
    alice > :alice!~alice@192.0.2.1 PART #open
    alice > :alice!~alice@192.0.2.1 PART #locked
    bob > :alice!~alice@192.0.2.1 PART #open
    bob > :alice!~alice@192.0.2.1 PART #locked
    alice < JOIN
    alice > :irc.test 461 alice JOIN :Not enough parameters
    alice < JOIN :
    alice > :irc.test 461 alice JOIN :Not enough parameters
    alice < JOIN ,,
    alice > :irc.test 461 alice JOIN :Not enough parameters`,
  'names of channels are the same by the casemapping of RFC 1459': String.raw`
    alice joins
    bob joins
    alice < JOIN #A[]\^
    alice > :alice!~alice@192.0.2.1 JOIN #A[]\^
    alice > :irc.test 353 alice = #A[]\^ :@alice
    alice > :irc.test 366 alice #A[]\^ :End of /NAMES list
    bob < JOIN #a{}|~
    bob > :bob!~bob@192.0.2.1 JOIN #A[]\^
    bob > :irc.test 353 bob = #A[]\^ :@alice bob
    bob > :irc.test 366 bob #A[]\^ :End of /NAMES list
    alice > :bob!~bob@192.0.2.1 JOIN #A[]\^
    alice < PRIVMSG #a{]\~ :same
    bob > :alice!~alice@192.0.2.1 PRIVMSG #A[]\^ :same
    alice < JOIN #Å
    alice > :alice!~alice@192.0.2.1 JOIN #Å
    alice > :irc.test 353 alice = #Å :@alice
    alice > :irc.test 366 alice #Å :End of /NAMES list
    bob < JOIN #å
    bob > :bob!~bob@192.0.2.1 JOIN #å
    bob > :irc.test 353 bob = #å :@bob
    bob > :irc.test 366 bob #å :End of /NAMES list`,
  'names of channels that cannot be': `
    alice joins
    alice < JOIN #a:b
    alice > :alice!~alice@192.0.2.1 JOIN #a:b
    alice > :irc.test 353 alice = #a:b :@alice
    alice > :irc.test 366 alice #a:b :End of /NAMES list
    alice < JOIN ##
    alice > :alice!~alice@192.0.2.1 JOIN ##
    alice > :irc.test 353 alice = ## :@alice
    alice > :irc.test 366 alice ## :End of /NAMES list
    alice < JOIN #
    alice > :irc.test 476 alice # :Bad channel mask
    alice < JOIN #{x*63}
    alice > :alice!~alice@192.0.2.1 JOIN #{x*63}
    alice > :irc.test 353 alice = #{x*63} :@alice
    alice > :irc.test 366 alice #{x*63} :End of /NAMES list
    alice < JOIN #{x*64}
    alice > :irc.test 476 alice #{x*64} :Bad channel mask
    alice < JOIN &local
    alice > :irc.test 476 alice &local :Bad channel mask`,
  'PART takes its reason along and refuses what one is not on': `
    alice joins
    bob joins
    bob < JOIN #x
    bob > :bob!~bob@192.0.2.1 JOIN #x
    bob > :irc.test 353 bob = #x :@bob
    bob > :irc.test 366 bob #x :End of /NAMES list
    alice < PART #x
    alice > :irc.test 442 alice #x :You're not on that channel
    alice < PART #nowhere
    alice > :irc.test 403 alice #nowhere :No such channel
    alice < PART
    alice > :irc.test 461 alice PART :Not enough parameters
    alice < JOIN #x
    alice > :alice!~alice@192.0.2.1 JOIN #x
    alice > :irc.test 353 alice = #x :@bob alice
    alice > :irc.test 366 alice #x :End of /NAMES list
    bob > :alice!~alice@192.0.2.1 JOIN #x
    alice < PART #x :
    alice > :alice!~alice@192.0.2.1 PART #x
    bob > :alice!~alice@192.0.2.1 PART #x
    alice < JOIN #x
    alice > :alice!~alice@192.0.2.1 JOIN #x
    alice > :irc.test 353 alice = #x :@bob alice
    alice > :irc.test 366 alice #x :End of /NAMES list
    bob > :alice!~alice@192.0.2.1 JOIN #x
    alice < PART #X :Going, going
    alice > :alice!~alice@192.0.2.1 PART #x :Going, going
    bob > :alice!~alice@192.0.2.1 PART #x :Going, going
    alice < JOIN #x
    alice > :alice!~alice@192.0.2.1 JOIN #x
    alice > :irc.test 353 alice = #x :@bob alice
    alice > :irc.test 366 alice #x :End of /NAMES list
    bob > :alice!~alice@192.0.2.1 JOIN #x
    alice < PART #x word and more
    alice > :alice!~alice@192.0.2.1 PART #x :word
    bob > :alice!~alice@192.0.2.1 PART #x :word
    alice < JOIN #x
    alice > :alice!~alice@192.0.2.1 JOIN #x
    alice > :irc.test 353 alice = #x :@bob alice
    alice > :irc.test 366 alice #x :End of /NAMES list
    bob > :alice!~alice@192.0.2.1 JOIN #x
    alice < PART #x :{r*400}
    alice > :alice!~alice@192.0.2.1 PART #x :{r*326}
    bob > :alice!~alice@192.0.2.1 PART #x :{r*326}`,
  'a channel is gone with its last member, and so are its topic and modes': `
    alice joins
    bob joins
    alice < JOIN #x
    alice > :alice!~alice@192.0.2.1 JOIN #x
    alice > :irc.test 353 alice = #x :@alice
    alice > :irc.test 366 alice #x :End of /NAMES list
    alice < TOPIC #x :old
    alice > :alice!~alice@192.0.2.1 TOPIC #x :old
    alice < MODE #x +ms
    alice > :alice!~alice@192.0.2.1 MODE #x +ms
    alice < PART #x
    alice > :alice!~alice@192.0.2.1 PART #x
    bob < JOIN #x
    bob > :bob!~bob@192.0.2.1 JOIN #x
    bob > :irc.test 353 bob = #x :@bob
    bob > :irc.test 366 bob #x :End of /NAMES list
    bob < TOPIC #x
    bob > :irc.test 331 bob #x :No topic is set
    bob < MODE #x
    bob > :irc.test 324 bob #x +nt
    bob > :irc.test 329 bob #x SECONDS`,
  'KICK says who, whom and why, and only operators of the channel may': `
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
    bob < KICK #x alice :no
    bob > :irc.test 482 bob #x :You're not channel operator
    carol < KICK #x alice :no
    carol > :irc.test 442 carol #x :You're not on that channel
    alice < KICK #x carol
    alice > :irc.test 441 alice carol #x :They aren't on that channel
    alice < KICK #x nobody
    alice > :irc.test 401 alice nobody :No such nick/channel
    alice < KICK #nowhere bob
    alice > :irc.test 403 alice #nowhere :No such channel
    alice < KICK #x
    alice > :irc.test 461 alice KICK :Not enough parameters
    alice < KICK #X BOB
    alice > :alice!~alice@192.0.2.1 KICK #x bob :alice
    bob > :alice!~alice@192.0.2.1 KICK #x bob :alice
    bob < JOIN #x
    bob > :bob!~bob@192.0.2.1 JOIN #x
    bob > :irc.test 353 bob = #x :@alice bob
    bob > :irc.test 366 bob #x :End of /NAMES list
    alice > :bob!~bob@192.0.2.1 JOIN #x
    alice < KICK #x bob :{r*400}
    alice > :alice!~alice@192.0.2.1 KICK #x bob :{r*295}
    bob > :alice!~alice@192.0.2.1 KICK #x bob :{r*295}
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
    alice < KICK #x bob,nobody,carol :all of you
    alice > :alice!~alice@192.0.2.1 KICK #x bob :all of you
    alice > :irc.test 401 alice nobody :No such nick/channel
    alice > :alice!~alice@192.0.2.1 KICK #x carol :all of you
    bob > :alice!~alice@192.0.2.1 KICK #x bob :all of you
    carol > :alice!~alice@192.0.2.1 KICK #x bob :all of you
    carol > :alice!~alice@192.0.2.1 KICK #x carol :all of you
    alice < KICK #x alice :myself
    alice > :alice!~alice@192.0.2.1 KICK #x alice :myself`,
  'TOPIC is shown with who set it and when, changed by whom may, and unset by an empty one': `
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
    bob < TOPIC #x
    bob > :irc.test 331 bob #x :No topic is set
    bob < TOPIC #x :Anybody may
    bob > :irc.test 482 bob #x :You're not channel operator
    bob < TOPIC #x
    bob > :irc.test 331 bob #x :No topic is set
    alice < MODE #x +t
    bob < TOPIC #x :Not any more
    bob > :irc.test 482 bob #x :You're not channel operator
    alice < TOPIC #x :Operators may
    alice > :alice!~alice@192.0.2.1 TOPIC #x :Operators may
    bob > :alice!~alice@192.0.2.1 TOPIC #x :Operators may
    alice < TOPIC #x :
    alice > :alice!~alice@192.0.2.1 TOPIC #x :
    bob > :alice!~alice@192.0.2.1 TOPIC #x :
    bob < TOPIC #x
    bob > :irc.test 331 bob #x :No topic is set
    carol < TOPIC #x :Not a stranger
    carol > :irc.test 442 carol #x :You're not on that channel
    carol < TOPIC #x
    carol > :irc.test 331 carol #x :No topic is set
    alice < MODE #x +s
    alice > :alice!~alice@192.0.2.1 MODE #x +s
    bob > :alice!~alice@192.0.2.1 MODE #x +s
    carol < TOPIC #x
    carol > :irc.test 442 carol #x :You're not on that channel
    carol < TOPIC #nowhere
    carol > :irc.test 403 carol #nowhere :No such channel
    carol < TOPIC
    carol > :irc.test 461 carol TOPIC :Not enough parameters
    alice < TOPIC #x :{t*400}
    alice > :alice!~alice@192.0.2.1 TOPIC #x :{t*325}
    bob > :alice!~alice@192.0.2.1 TOPIC #x :{t*325}`,
  'INVITE reaches who is invited, and needs somebody, a channel, and a place on it': `
    alice joins
    bob joins
    carol joins
    alice < JOIN #x
    alice > :alice!~alice@192.0.2.1 JOIN #x
    alice > :irc.test 353 alice = #x :@alice
    alice > :irc.test 366 alice #x :End of /NAMES list
    alice < INVITE bob #x
    alice > :irc.test 341 alice bob #x
    bob > :alice!~alice@192.0.2.1 INVITE bob #x
    bob < JOIN #x
    bob > :bob!~bob@192.0.2.1 JOIN #x
    bob > :irc.test 353 bob = #x :@alice bob
    bob > :irc.test 366 bob #x :End of /NAMES list
    alice > :bob!~bob@192.0.2.1 JOIN #x
    alice < INVITE bob #x
    alice > :irc.test 443 alice bob #x :is already on channel
    alice < INVITE nobody #x
    alice > :irc.test 401 alice nobody :No such nick/channel
    carol < INVITE alice #x
    carol > :irc.test 442 carol #x :You're not on that channel
    bob < INVITE carol #x
    bob > :irc.test 341 bob carol #x
    carol > :bob!~bob@192.0.2.1 INVITE carol #x
    alice < INVITE carol #nowhere
    alice > :irc.test 403 alice #nowhere :No such channel
    alice < INVITE carol
    alice > :irc.test 461 alice INVITE :Not enough parameters
    alice < MODE #x +i
    alice > :alice!~alice@192.0.2.1 MODE #x +i
    bob > :alice!~alice@192.0.2.1 MODE #x +i
    bob < INVITE carol #x
    bob > :irc.test 482 bob #x :You're not channel operator
    alice < INVITE carol #X
    alice > :irc.test 341 alice carol #x
    carol > :alice!~alice@192.0.2.1 INVITE carol #x
    carol < INVITE
    carol > :irc.test 336 carol #x
    carol > :irc.test 337 carol :End of invite list
    alice < INVITE
    alice > :irc.test 337 alice :End of invite list
    carol < JOIN #x
    carol > :carol!~carol@192.0.2.1 JOIN #x
    carol > :irc.test 353 carol = #x :@alice bob carol
    carol > :irc.test 366 carol #x :End of /NAMES list
    alice > :carol!~carol@192.0.2.1 JOIN #x
    bob > :carol!~carol@192.0.2.1 JOIN #x
    carol < INVITE
    carol > :irc.test 337 carol :End of invite list`,
};

it.each(Object.entries(conversations))('%s', (_, text) => {
  expect(conversation(replay(text))).toEqual(conversation(text));
});

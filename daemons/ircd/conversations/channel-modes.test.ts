/** Channel modes, letter by letter, and what they keep from whom: RFC 2811 4, Modern "Channel modes". */
import { expect, it } from 'vitest';
import { conversation, replay } from './replay.ts';

const conversations: Readonly<Record<string, string>> = {
  'the modes of a channel are shown to whoever asks, the key to members only': `
    alice joins
    bob joins
    alice < JOIN #x
    alice > :alice!~alice@192.0.2.1 JOIN #x
    alice > :irc.test 353 alice = #x :@alice
    alice > :irc.test 366 alice #x :End of /NAMES list
    alice < MODE #x
    alice > :irc.test 324 alice #x +nt
    alice > :irc.test 329 alice #x SECONDS
    alice < MODE #x +kl key 5
    alice > :alice!~alice@192.0.2.1 MODE #x +kl key 5
    alice < MODE #x
    alice > :irc.test 324 alice #x +ntkl key 5
    alice > :irc.test 329 alice #x SECONDS
    bob < MODE #x
    bob > :irc.test 324 bob #x +ntkl * 5
    bob > :irc.test 329 bob #x SECONDS
    bob < MODE #nowhere
    bob > :irc.test 403 bob #nowhere :No such channel
    alice < MODE #x +s
    alice > :alice!~alice@192.0.2.1 MODE #x +s
    bob < MODE #x
    bob > :irc.test 324 bob #x +nstkl * 5
    bob > :irc.test 329 bob #x SECONDS`,
  'signs hold until the next, letters are announced once, and what changes nothing is silent': `
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
    alice < MODE #x m
    alice > :alice!~alice@192.0.2.1 MODE #x +m
    bob > :alice!~alice@192.0.2.1 MODE #x +m
    alice < MODE #x +mi-m+t
    alice > :alice!~alice@192.0.2.1 MODE #x +i-m
    bob > :alice!~alice@192.0.2.1 MODE #x +i-m
    alice < MODE #x +i
    alice < MODE #x -z+n-n
    alice > :irc.test 472 alice z :is unknown mode char to me
    alice > :alice!~alice@192.0.2.1 MODE #x -n
    bob > :alice!~alice@192.0.2.1 MODE #x -n
    alice < MODE #x +ov bob bob
    alice > :alice!~alice@192.0.2.1 MODE #x +ov bob bob
    bob > :alice!~alice@192.0.2.1 MODE #x +ov bob bob
    alice < MODE #x -ov bob bob
    alice > :alice!~alice@192.0.2.1 MODE #x -ov bob bob
    bob > :alice!~alice@192.0.2.1 MODE #x -ov bob bob
    alice < MODE #x -k
    alice < MODE #x +k
    alice > :irc.test 461 alice MODE :Not enough parameters
    alice < MODE #x +l
    alice > :irc.test 461 alice MODE :Not enough parameters
    alice < MODE #x -l
    alice < MODE #x +o
    alice > :irc.test 461 alice MODE :Not enough parameters`,
  'a limit keeps newcomers out while it is reached, and a bad one is refused': `
    alice joins
    bob joins
    carol joins
    alice < JOIN #x
    alice > :alice!~alice@192.0.2.1 JOIN #x
    alice > :irc.test 353 alice = #x :@alice
    alice > :irc.test 366 alice #x :End of /NAMES list
    alice < MODE #x +l 1
    alice > :alice!~alice@192.0.2.1 MODE #x +l 1
    bob < JOIN #x
    bob > :irc.test 471 bob #x :Cannot join channel (+l)
    alice < MODE #x +l 2
    alice > :alice!~alice@192.0.2.1 MODE #x +l 2
    bob < JOIN #x
    bob > :bob!~bob@192.0.2.1 JOIN #x
    bob > :irc.test 353 bob = #x :@alice bob
    bob > :irc.test 366 bob #x :End of /NAMES list
    alice > :bob!~bob@192.0.2.1 JOIN #x
    carol < JOIN #x
    carol > :irc.test 471 carol #x :Cannot join channel (+l)
    bob < PART #x
    bob > :bob!~bob@192.0.2.1 PART #x
    alice > :bob!~bob@192.0.2.1 PART #x
    carol < JOIN #x
    carol > :carol!~carol@192.0.2.1 JOIN #x
    carol > :irc.test 353 carol = #x :@alice carol
    carol > :irc.test 366 carol #x :End of /NAMES list
    alice > :carol!~carol@192.0.2.1 JOIN #x
    alice < MODE #x +l 1
    alice > :alice!~alice@192.0.2.1 MODE #x +l 1
    carol > :alice!~alice@192.0.2.1 MODE #x +l 1
    alice < MODE #x -l
    alice > :alice!~alice@192.0.2.1 MODE #x -l
    carol > :alice!~alice@192.0.2.1 MODE #x -l
    bob < JOIN #x
    bob > :bob!~bob@192.0.2.1 JOIN #x
    bob > :irc.test 353 bob = #x :@alice carol bob
    bob > :irc.test 366 bob #x :End of /NAMES list
    alice > :bob!~bob@192.0.2.1 JOIN #x
    carol > :bob!~bob@192.0.2.1 JOIN #x
    alice < MODE #x +l 0
    alice > :irc.test 696 alice #x l 0 :Expected a number from 1 to 1000000
    alice < MODE #x +l -1
    alice > :irc.test 696 alice #x l -1 :Expected a number from 1 to 1000000
    alice < MODE #x +l two
    alice > :irc.test 696 alice #x l two :Expected a number from 1 to 1000000
    alice < MODE #x +l 1.5
    alice > :irc.test 696 alice #x l 1.5 :Expected a number from 1 to 1000000
    alice < MODE #x
    alice > :irc.test 324 alice #x +nt
    alice > :irc.test 329 alice #x SECONDS`,
  'a key is needed, compared letter by letter, and removed with any word': `
    alice joins
    bob joins
    alice < JOIN #x
    alice > :alice!~alice@192.0.2.1 JOIN #x
    alice > :irc.test 353 alice = #x :@alice
    alice > :irc.test 366 alice #x :End of /NAMES list
    alice < MODE #x +k Key
    alice > :alice!~alice@192.0.2.1 MODE #x +k Key
    bob < JOIN #x
    bob > :irc.test 475 bob #x :Cannot join channel (+k)
    bob < JOIN #x key
    bob > :irc.test 475 bob #x :Cannot join channel (+k)
    bob < JOIN #x Key
    bob > :bob!~bob@192.0.2.1 JOIN #x
    bob > :irc.test 353 bob = #x :@alice bob
    bob > :irc.test 366 bob #x :End of /NAMES list
    alice > :bob!~bob@192.0.2.1 JOIN #x
    bob < PART #x
    bob > :bob!~bob@192.0.2.1 PART #x
    alice > :bob!~bob@192.0.2.1 PART #x
    alice < MODE #x +k other
    alice > :alice!~alice@192.0.2.1 MODE #x +k other
    alice < MODE #x -k wrong
    alice > :alice!~alice@192.0.2.1 MODE #x -k *
    bob < JOIN #x
    bob > :bob!~bob@192.0.2.1 JOIN #x
    bob > :irc.test 353 bob = #x :@alice bob
    bob > :irc.test 366 bob #x :End of /NAMES list
    alice > :bob!~bob@192.0.2.1 JOIN #x
    alice < MODE #x +k a,b
    alice > :irc.test 696 alice #x k * :Invalid channel key
    alice < MODE #x +k :a b
    alice > :irc.test 696 alice #x k * :Invalid channel key
    alice < MODE #x +k {k*23}
    alice > :alice!~alice@192.0.2.1 MODE #x +k kkkkkkkkkkkkkkkkkkkkkkk
    bob > :alice!~alice@192.0.2.1 MODE #x +k kkkkkkkkkkkkkkkkkkkkkkk
    alice < MODE #x +k {k*24}
    alice > :irc.test 696 alice #x k * :Invalid channel key`,
  'bans, exceptions and invite exceptions are listed with who set them and when': `
    alice joins
    bob joins
    alice < JOIN #x
    alice > :alice!~alice@192.0.2.1 JOIN #x
    alice > :irc.test 353 alice = #x :@alice
    alice > :irc.test 366 alice #x :End of /NAMES list
    alice < MODE #x b
    alice > :irc.test 368 alice #x :End of channel ban list
    alice < MODE #x +b
    alice > :irc.test 368 alice #x :End of channel ban list
    alice < MODE #x +b evil
    alice > :alice!~alice@192.0.2.1 MODE #x +b evil!*@*
    alice < MODE #x +b *!*@192.0.2.66
    alice > :alice!~alice@192.0.2.1 MODE #x +b *!*@192.0.2.66
    alice < MODE #x +e good!*@*
    alice > :alice!~alice@192.0.2.1 MODE #x +e good!*@*
    alice < MODE #x +I friend!*@*
    alice > :alice!~alice@192.0.2.1 MODE #x +I friend!*@*
    alice < MODE #x +b
    alice > :irc.test 367 alice #x evil!*@* alice!~alice@192.0.2.1 SECONDS
    alice > :irc.test 367 alice #x *!*@192.0.2.66 alice!~alice@192.0.2.1 SECONDS
    alice > :irc.test 368 alice #x :End of channel ban list
    alice < MODE #x e
    alice > :irc.test 348 alice #x good!*@* alice!~alice@192.0.2.1 SECONDS
    alice > :irc.test 349 alice #x :End of channel exception list
    alice < MODE #x +I
    alice > :irc.test 346 alice #x friend!*@* alice!~alice@192.0.2.1 SECONDS
    alice > :irc.test 347 alice #x :End of channel invite exception list
    bob < MODE #x b
    bob > :irc.test 367 bob #x evil!*@* alice!~alice@192.0.2.1 SECONDS
    bob > :irc.test 367 bob #x *!*@192.0.2.66 alice!~alice@192.0.2.1 SECONDS
    bob > :irc.test 368 bob #x :End of channel ban list
    bob < MODE #x e
    bob > :irc.test 348 bob #x good!*@* alice!~alice@192.0.2.1 SECONDS
    bob > :irc.test 349 bob #x :End of channel exception list
    bob < MODE #x I
    bob > :irc.test 346 bob #x friend!*@* alice!~alice@192.0.2.1 SECONDS
    bob > :irc.test 347 bob #x :End of channel invite exception list
    alice < MODE #x +b EVIL
    alice < MODE #x -b evil
    alice > :alice!~alice@192.0.2.1 MODE #x -b evil!*@*
    alice < MODE #x -b evil
    alice < MODE #x -b *!*@192.0.2.66
    alice > :alice!~alice@192.0.2.1 MODE #x -b *!*@192.0.2.66
    alice < MODE #x b
    alice > :irc.test 368 alice #x :End of channel ban list`,
  'a banned user can neither come nor speak, but for an exception, and an invitation lets them in': `
    alice joins
    bob joins
    alice < JOIN #x
    alice > :alice!~alice@192.0.2.1 JOIN #x
    alice > :irc.test 353 alice = #x :@alice
    alice > :irc.test 366 alice #x :End of /NAMES list
    alice < MODE #x -n+b bob!*@*
    alice > :alice!~alice@192.0.2.1 MODE #x -n+b bob!*@*
    bob < JOIN #x
    bob > :irc.test 474 bob #x :Cannot join channel (+b)
    bob < PRIVMSG #x :let me in
    bob > :irc.test 404 bob #x :Cannot send to channel
    alice < MODE #x +e BOB!*@*
    alice > :alice!~alice@192.0.2.1 MODE #x +e BOB!*@*
    bob < JOIN #x
    bob > :bob!~bob@192.0.2.1 JOIN #x
    bob > :irc.test 353 bob = #x :@alice bob
    bob > :irc.test 366 bob #x :End of /NAMES list
    alice > :bob!~bob@192.0.2.1 JOIN #x
    bob < PRIVMSG #x :thanks
    alice > :bob!~bob@192.0.2.1 PRIVMSG #x :thanks
    alice < MODE #x -e BOB!*@*
    alice > :alice!~alice@192.0.2.1 MODE #x -e BOB!*@*
    bob > :alice!~alice@192.0.2.1 MODE #x -e BOB!*@*
    bob < PRIVMSG #x :now?
    bob > :irc.test 404 bob #x :Cannot send to channel
    alice < MODE #x +v bob
    alice > :alice!~alice@192.0.2.1 MODE #x +v bob
    bob > :alice!~alice@192.0.2.1 MODE #x +v bob
    bob < PRIVMSG #x :voiced
    alice > :bob!~bob@192.0.2.1 PRIVMSG #x :voiced
    bob < PART #x
    bob > :bob!~bob@192.0.2.1 PART #x
    alice > :bob!~bob@192.0.2.1 PART #x
    alice < INVITE bob #x
    alice > :irc.test 341 alice bob #x
    bob > :alice!~alice@192.0.2.1 INVITE bob #x
    bob < JOIN #x
    bob > :bob!~bob@192.0.2.1 JOIN #x
    bob > :irc.test 353 bob = #x :@alice bob
    bob > :irc.test 366 bob #x :End of /NAMES list
    alice > :bob!~bob@192.0.2.1 JOIN #x`,
  'an invite-only channel lets in who is invited or on its list, and nobody else': `
    alice joins
    bob joins
    carol joins
    alice < JOIN #x
    alice > :alice!~alice@192.0.2.1 JOIN #x
    alice > :irc.test 353 alice = #x :@alice
    alice > :irc.test 366 alice #x :End of /NAMES list
    alice < MODE #x +i
    alice > :alice!~alice@192.0.2.1 MODE #x +i
    bob < JOIN #x
    bob > :irc.test 473 bob #x :Cannot join channel (+i)
    alice < MODE #x +I bob!*@*
    alice > :alice!~alice@192.0.2.1 MODE #x +I bob!*@*
    bob < JOIN #x
    bob > :bob!~bob@192.0.2.1 JOIN #x
    bob > :irc.test 353 bob = #x :@alice bob
    bob > :irc.test 366 bob #x :End of /NAMES list
    alice > :bob!~bob@192.0.2.1 JOIN #x
    carol < JOIN #x
    carol > :irc.test 473 carol #x :Cannot join channel (+i)
    alice < INVITE carol #x
    alice > :irc.test 341 alice carol #x
    carol > :alice!~alice@192.0.2.1 INVITE carol #x
    carol < JOIN #x
    carol > :carol!~carol@192.0.2.1 JOIN #x
    carol > :irc.test 353 carol = #x :@alice bob carol
    carol > :irc.test 366 carol #x :End of /NAMES list
    alice > :carol!~carol@192.0.2.1 JOIN #x
    bob > :carol!~carol@192.0.2.1 JOIN #x
    carol < PART #x
    carol > :carol!~carol@192.0.2.1 PART #x
    alice > :carol!~carol@192.0.2.1 PART #x
    bob > :carol!~carol@192.0.2.1 PART #x
    carol < JOIN #x
    carol > :irc.test 473 carol #x :Cannot join channel (+i)
    alice < MODE #x -I bob!*@*
    alice > :alice!~alice@192.0.2.1 MODE #x -I bob!*@*
    bob > :alice!~alice@192.0.2.1 MODE #x -I bob!*@*
    bob < PART #x
    bob > :bob!~bob@192.0.2.1 PART #x
    alice > :bob!~bob@192.0.2.1 PART #x
    bob < JOIN #x
    bob > :irc.test 473 bob #x :Cannot join channel (+i)`,
  'an invitation counts for its channel and once, over a limit and a key too': `
    alice joins
    bob joins
    alice < JOIN #x,#y
    alice > :alice!~alice@192.0.2.1 JOIN #x
    alice > :irc.test 353 alice = #x :@alice
    alice > :irc.test 366 alice #x :End of /NAMES list
    alice > :alice!~alice@192.0.2.1 JOIN #y
    alice > :irc.test 353 alice = #y :@alice
    alice > :irc.test 366 alice #y :End of /NAMES list
    alice < MODE #x +lk 1 key
    alice > :alice!~alice@192.0.2.1 MODE #x +lk 1 key
    alice < MODE #y +i
    alice > :alice!~alice@192.0.2.1 MODE #y +i
    alice < INVITE bob #x
    alice > :irc.test 341 alice bob #x
    bob > :alice!~alice@192.0.2.1 INVITE bob #x
    bob < JOIN #y
    bob > :irc.test 473 bob #y :Cannot join channel (+i)
    bob < JOIN #x
    bob > :bob!~bob@192.0.2.1 JOIN #x
    bob > :irc.test 353 bob = #x :@alice bob
    bob > :irc.test 366 bob #x :End of /NAMES list
    alice > :bob!~bob@192.0.2.1 JOIN #x
    bob < PART #x
    bob > :bob!~bob@192.0.2.1 PART #x
    alice > :bob!~bob@192.0.2.1 PART #x
    bob < JOIN #x
    bob > :irc.test 475 bob #x :Cannot join channel (+k)`,
  'an invitation of somebody who is no operator lets nobody past a ban or a mode': `
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
    bob < INVITE carol #x
    bob > :irc.test 341 bob carol #x
    carol > :bob!~bob@192.0.2.1 INVITE carol #x
    alice < MODE #x +b carol!*@*
    alice > :alice!~alice@192.0.2.1 MODE #x +b carol!*@*
    bob > :alice!~alice@192.0.2.1 MODE #x +b carol!*@*
    carol < JOIN #x
    carol > :irc.test 474 carol #x :Cannot join channel (+b)
    alice < MODE #x -b+i carol!*@*
    alice > :alice!~alice@192.0.2.1 MODE #x -b+i carol!*@*
    bob > :alice!~alice@192.0.2.1 MODE #x -b+i carol!*@*
    carol < JOIN #x
    carol > :irc.test 473 carol #x :Cannot join channel (+i)`,
  'members without status and strangers may list bans and exceptions, and change none': `
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
    bob < MODE #x +b alice
    bob > :irc.test 482 bob #x :You're not channel operator
    bob < MODE #x +e bob
    bob > :irc.test 482 bob #x :You're not channel operator
    bob < MODE #x +I carol
    bob > :irc.test 482 bob #x :You're not channel operator
    bob < MODE #x -t+k key
    bob > :irc.test 482 bob #x :You're not channel operator
    carol < MODE #x +b alice
    carol > :irc.test 482 carol #x :You're not channel operator
    carol < MODE #x b
    carol > :irc.test 368 carol #x :End of channel ban list`,
  '+m silences who has no status, +n who is not there, +C all CTCP but ACTION': String.raw`
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
    alice < MODE #x +m
    alice > :alice!~alice@192.0.2.1 MODE #x +m
    bob > :alice!~alice@192.0.2.1 MODE #x +m
    bob < PRIVMSG #x :hi
    bob > :irc.test 404 bob #x :Cannot send to channel
    bob < NOTICE #x :hi
    alice < MODE #x +v bob
    alice > :alice!~alice@192.0.2.1 MODE #x +v bob
    bob > :alice!~alice@192.0.2.1 MODE #x +v bob
    bob < PRIVMSG #x :hi
    alice > :bob!~bob@192.0.2.1 PRIVMSG #x :hi
    alice < MODE #x -m
    alice > :alice!~alice@192.0.2.1 MODE #x -m
    bob > :alice!~alice@192.0.2.1 MODE #x -m
    carol < PRIVMSG #x :from outside
    carol > :irc.test 404 carol #x :Cannot send to channel
    alice < MODE #x +n
    carol < PRIVMSG #x :from outside
    carol > :irc.test 404 carol #x :Cannot send to channel
    alice < MODE #x -n
    alice > :alice!~alice@192.0.2.1 MODE #x -n
    bob > :alice!~alice@192.0.2.1 MODE #x -n
    alice < MODE #x -n
    carol < PRIVMSG #x :from outside
    alice > :carol!~carol@192.0.2.1 PRIVMSG #x :from outside
    bob > :carol!~carol@192.0.2.1 PRIVMSG #x :from outside
    alice < MODE #x +C
    alice > :alice!~alice@192.0.2.1 MODE #x +C
    bob > :alice!~alice@192.0.2.1 MODE #x +C
    bob < PRIVMSG #x :\x01VERSION\x01
    bob > :irc.test 404 bob #x :Cannot send to channel
    bob < PRIVMSG #x :\x01ACTION waves\x01
    alice > :bob!~bob@192.0.2.1 PRIVMSG #x :\x01ACTION waves\x01
    bob < NOTICE #x :\x01VERSION reply\x01`,
  'status is given by operators, to members, who are there': `
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
    bob < MODE #x +o bob
    bob > :irc.test 482 bob #x :You're not channel operator
    carol < MODE #x +o carol
    carol > :irc.test 482 carol #x :You're not channel operator
    alice < MODE #x +o carol
    alice > :irc.test 441 alice carol #x :They aren't on that channel
    alice < MODE #x +o nobody
    alice > :irc.test 401 alice nobody :No such nick/channel
    carol < MODE #x +o nobody
    carol > :irc.test 482 carol #x :You're not channel operator
    alice < MODE #nowhere +o bob
    alice > :irc.test 403 alice #nowhere :No such channel
    alice < MODE #nowhere +o nobody
    alice > :irc.test 403 alice #nowhere :No such channel
    alice < MODE #x +o BOB
    alice > :alice!~alice@192.0.2.1 MODE #x +o bob
    bob > :alice!~alice@192.0.2.1 MODE #x +o bob
    bob < MODE #x -o alice
    bob > :bob!~bob@192.0.2.1 MODE #x -o alice
    alice > :bob!~bob@192.0.2.1 MODE #x -o alice
    alice < MODE #x +o alice
    alice > :irc.test 482 alice #x :You're not channel operator`,
  "a secret channel is nobody's business": `
    alice joins
    bob joins
    alice < JOIN #x
    alice > :alice!~alice@192.0.2.1 JOIN #x
    alice > :irc.test 353 alice = #x :@alice
    alice > :irc.test 366 alice #x :End of /NAMES list
    alice < MODE #x +s
    alice > :alice!~alice@192.0.2.1 MODE #x +s
    bob < LIST
    bob > :irc.test 321 bob Channel :Users  Name
    bob > :irc.test 323 bob :End of /LIST
    bob < NAMES #x
    bob > :irc.test 366 bob #x :End of /NAMES list
    bob < WHO #x
    bob > :irc.test 315 bob #x :End of WHO list
    bob < WHOIS alice
    bob > :irc.test 311 bob alice ~alice 192.0.2.1 * :Real alice
    bob > :irc.test 312 bob alice irc.test :Signalbox IRC server
    bob > :irc.test 317 bob alice 0 SECONDS :seconds idle, signon time
    bob > :irc.test 318 bob alice :End of /WHOIS list
    bob < TOPIC #x
    bob > :irc.test 442 bob #x :You're not on that channel
    bob < MODE #x b
    bob > :irc.test 368 bob #x :End of channel ban list
    bob < JOIN #x
    bob > :bob!~bob@192.0.2.1 JOIN #x
    bob > :irc.test 353 bob @ #x :@alice bob
    bob > :irc.test 366 bob #x :End of /NAMES list
    alice > :bob!~bob@192.0.2.1 JOIN #x
    bob < NAMES #x
    bob > :irc.test 353 bob @ #x :@alice bob
    bob > :irc.test 366 bob #x :End of /NAMES list`,
  "one's own modes are changed and shown, nobody else's, and nobody makes themselves an operator": `
    alice joins
    bob joins
    alice < MODE alice
    alice > :irc.test 221 alice +
    alice < MODE alice +iw
    alice > :alice!~alice@192.0.2.1 MODE alice :+iw
    alice < MODE alice +iw
    alice < MODE alice
    alice > :irc.test 221 alice +iw
    alice < MODE alice +o
    alice > :irc.test 481 alice :Permission denied - You're not an IRC operator
    alice < MODE alice +y-w
    alice > :alice!~alice@192.0.2.1 MODE alice :-w
    alice > :irc.test 501 alice :Unknown MODE flag
    alice < MODE bob
    alice > :irc.test 502 alice :Cannot change mode for other users
    alice < MODE bob +i
    alice > :irc.test 502 alice :Cannot change mode for other users
    alice < MODE nobody
    alice > :irc.test 401 alice nobody :No such nick/channel
    alice < MODE
    alice > :irc.test 461 alice MODE :Not enough parameters`,
};

it.each(Object.entries(conversations))('%s', (_, text) => {
  expect(conversation(replay(text))).toEqual(conversation(text));
});

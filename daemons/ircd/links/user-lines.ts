/** What a peer is told of one user: who they are, what account they have. */
import { UMODE, UMODE_LETTERS } from '../../irc/modes.ts';
import { writeLine } from '../../irc/p10/line.ts';
import { bytesOf, cutBytes } from '../../irc/p10/text.ts';
import { TOKEN } from '../../irc/p10/tokens.ts';
import { writeAccountStamp, writeUser } from '../../irc/p10/user-line.ts';
import type { NetworkEvent } from '../network-events.ts';
import type { User } from '../state/user.ts';
import type { Numbers, Peer } from './peer.ts';

/** User modes that every server knows; what `x` is elsewhere our cloaks are not. */
const EVERYWHERE = UMODE.invisible | UMODE.oper | UMODE.wallops;

/**
 * Letters of the modes of a user that a peer knows.
 * @param foreign whether the user is of another make of server, where `x` means the same as there.
 */
export function modesFor({ kind }: Peer, modes: number, foreign: boolean): string {
  const told = foreign ? EVERYWHERE | UMODE.cloaked : EVERYWHERE;
  let letters = '';
  for (const [letter, bit] of UMODE_LETTERS) {
    if ((modes & bit) !== 0 && (kind === 'signalbox' || (bit & told) !== 0)) letters += letter;
  }
  return letters;
}

/** `N`, by which a user is introduced. */
export function introduction(numbers: Numbers, peer: Peer, user: User): string {
  const { limits } = peer;
  const letters = modesFor(peer, user.modes, user.server.foreign);
  const { account } = user;
  return writeUser(user.server.numeric, {
    nick: user.nick,
    hops: user.server.hops + 1,
    nickSeconds: user.nickSeconds,
    username: cutBytes(bytesOf(user.username), limits.username),
    // What others see: the name behind a cloak is nobody's business, and collisions compare addresses.
    // What a server of another make hides is hidden by each server itself.
    host: user.server.foreign ? user.realHost : user.host,
    modes: account === null ? letters : `${letters}r`,
    modeArguments: new Map(account === null ? [] : [['r', stampOf(peer, account)]]),
    address: user.p10Address,
    numeric: numbers.numericOf(user),
    realname: cutBytes(bytesOf(user.realname), limits.realname),
  });
}

function stampOf({ limits }: Peer, account: string): string {
  return writeAccountStamp({ account: cutBytes(bytesOf(account), limits.account), seconds: 0 });
}

/** `AC`; nothing where a peer cannot hold it: ircu takes one stamp for the life of a user. */
export function accountLines(
  numbers: Numbers,
  peer: Peer,
  { source: { numeric: server }, user, former: before }: Extract<NetworkEvent, { readonly kind: 'account' }>,
): string[] {
  const numeric = numbers.numericOf(user);
  const { account } = user;
  if (peer.kind === 'ircu') {
    if (account === null || before !== null) return [];
    return [writeLine(server, TOKEN.ACCOUNT, [numeric, stampOf(peer, account)])];
  }
  if (account === null) return [writeLine(server, TOKEN.ACCOUNT, [numeric, 'U'])];
  return [writeLine(server, TOKEN.ACCOUNT, [numeric, before === null ? 'R' : 'M', stampOf(peer, account)])];
}

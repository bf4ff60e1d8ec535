/** What a peer is told of one user: who they are, what account they have. */
import { UMODE, UMODE_LETTERS } from '../../irc/modes.ts';
import { writeLine } from '../../irc/p10/line.ts';
import { bytesOf, cutBytes } from '../../irc/p10/text.ts';
import { TOKEN } from '../../irc/p10/tokens.ts';
import { HOST_MODES, writeAccountStamp, writeUser } from '../../irc/p10/user-line.ts';
import type { NetworkEvent } from '../network-events.ts';
import type { User } from '../state/user.ts';
import type { Numbers, Peer } from './peer.ts';

/** User modes that every server knows; what `x` is elsewhere our cloaks are not. */
const EVERYWHERE = UMODE.invisible | UMODE.oper | UMODE.wallops;

/**
 * Letters of the modes of a user that a peer knows.
 * @param foreign whether the user is of another make of server, where `x` means the same as there.
 */
export function modesFor({ kind, limits }: Peer, modes: number, foreign: boolean): string {
  let told = foreign ? EVERYWHERE | UMODE.cloaked : EVERYWHERE;
  // Nefarious knows it by the same letter.
  if (limits.userModes.includes('z')) told |= UMODE.secure;
  // Of what its operators hear a server tells nobody.
  if (kind === 'signalbox') told = ~UMODE.notices;
  let letters = '';
  for (const [letter, bit] of UMODE_LETTERS) {
    if ((modes & told & bit) !== 0) letters += letter;
  }
  return letters;
}

/** Of most users. */
const NO_ARGUMENTS: ReadonlyMap<string, string> = new Map();

/** `N`, by which a user is introduced. */
export function introduction(numbers: Numbers, peer: Peer, user: User): string {
  const { limits } = peer;
  const { account, linkFacts } = user;
  let modes = modesFor(peer, user.modes, user.server.foreign) + keptModes(peer, linkFacts?.modes ?? '');
  let modeArguments = NO_ARGUMENTS;
  if (account !== null) {
    modes += 'r';
    modeArguments = new Map([['r', stampOf(peer, account, linkFacts?.accountSeconds ?? 0)]]);
  }
  if (peer.kind !== 'ircu' && linkFacts !== null && linkFacts.hosts.size > 0) {
    const hosts = [...HOST_MODES].filter((letter) => linkFacts.hosts.has(letter));
    modes += hosts.join('');
    modeArguments = new Map([...modeArguments, ...linkFacts.hosts]);
  }
  return writeUser(user.server.numeric, {
    nick: user.nick,
    hops: user.server.hops + 1,
    nickSeconds: user.nickSeconds,
    username: cutBytes(bytesOf(user.username), limits.username),
    // What others see: the name behind a cloak is nobody's business, and collisions compare addresses.
    // What a server of another make hides is hidden by each server itself.
    host: user.server.foreign ? user.realHost : user.host,
    modes,
    modeArguments,
    address: user.p10Address,
    numeric: numbers.numericOf(user),
    realname: cutBytes(linkFacts?.realname ?? bytesOf(user.realname), limits.realname),
  });
}

/** Letters that nobody here knows, without those that the peer does not know either. */
function keptModes({ limits }: Peer, letters: string): string {
  if (letters === '') return '';
  let known = '';
  for (const letter of letters) if (limits.userModes.includes(letter)) known += letter;
  return known;
}

/** `M` of a user. @param argument the host of Nefarious that the change names */
export function userModeLines(
  numbers: Numbers,
  peer: Peer,
  { user, change, argument }: Extract<NetworkEvent, { readonly kind: 'user modes' }>,
): string[] {
  const { foreign } = user.server;
  const known =
    modesFor(peer, ~0, foreign) +
    (foreign ? peer.limits.userModes : '') +
    (peer.kind === 'ircu' ? '' : HOST_MODES);
  let sign = '';
  let told = '';
  let last = '';
  for (const letter of change) {
    if (letter === '+' || letter === '-') sign = letter;
    else if (known.includes(letter)) {
      told += sign === last ? letter : sign + letter;
      last = sign;
    }
  }
  if (told === '') return [];
  const numeric = numbers.numericOf(user);
  return argument === undefined
    ? [writeLine(numeric, TOKEN.MODE, [user.nick], told)]
    : [writeLine(numeric, TOKEN.MODE, [user.nick, told, argument])];
}

function stampOf({ limits }: Peer, account: string, seconds: number): string {
  return writeAccountStamp({ account: cutBytes(bytesOf(account), limits.account), seconds });
}

/** What only Nefarious and our own kind pass on of a user: `MK` and `SW`, as they were said. */
export function markLines(peer: Peer, numbers: Numbers, user: User): string[] {
  const { linkFacts, server } = user;
  if (linkFacts === null || peer.kind === 'ircu') return [];
  const lines: string[] = [];
  for (const [key, words] of linkFacts.marks) {
    const isMark = key.startsWith(TOKEN.MARK);
    const token = isMark ? TOKEN.MARK : TOKEN.SWHOIS;
    const who = isMark ? user.nick : numbers.numericOf(user);
    lines.push(writeLine(server.numeric, token, [who, ...words.slice(0, -1)], words.at(-1)!));
  }
  return lines;
}

/** `AC`; nothing where a peer cannot hold it: ircu takes one stamp for the life of a user. */
export function accountLines(
  numbers: Numbers,
  peer: Peer,
  { source: { numeric: server }, user, former: before }: Extract<NetworkEvent, { readonly kind: 'account' }>,
): string[] {
  const numeric = numbers.numericOf(user);
  const { account } = user;
  const seconds = user.linkFacts?.accountSeconds ?? 0;
  const stamp =
    account === null
      ? []
      : [cutBytes(bytesOf(account), peer.limits.account), ...(seconds === 0 ? [] : [seconds])];
  if (peer.kind === 'ircu') {
    if (account === null || before !== null) return [];
    return [writeLine(server, TOKEN.ACCOUNT, [numeric, ...stamp])];
  }
  const form = account === null ? 'U' : before === null ? 'R' : 'M';
  return [writeLine(server, TOKEN.ACCOUNT, [numeric, form, ...stamp])];
}

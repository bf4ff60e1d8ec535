/**
 * Whom bans do not hit (ELINE): `user@host` masks, each with the kinds of refusals that it keeps from them. Asked by server-bans.ts, which
 * stores them beside the bans.
 */
import { canonicalUserMask, networkProblem } from '../irc/ban-mask.ts';
import { fold } from '../irc/casemapping.ts';
import { BanIndex, type BanTarget } from '../runtime/net/ban-index.ts';
import { parseCidr } from '../runtime/net/ip-address.ts';
import { limits } from './limits.ts';

/** What an exception may keep from whom it names, by letter. */
export const SPARED = {
  k: 'K-lines, of real names too',
  d: 'D-lines, and lists of bad addresses',
  g: 'G-lines and Z-lines',
  s: 'shuns',
  t: 'the connect throttle and the numbers of connections and users of an address',
} as const;

type SparedLetter = keyof typeof SPARED;

/** What is asked before there is a user: only an address tells then who is meant. */
const BEFORE_USERS = 'dt';

/** One exception, as far as it is matched. */
interface Exception {
  readonly mask: string;
  readonly spares?: string | undefined;
}

/** The network that a mask means, whoever comes from there; null where it names users or hosts. */
function networkOf(mask: string): ReturnType<typeof parseCidr> {
  return mask.startsWith('*@') ? parseCidr(mask.slice(2)) : null;
}

/** The kinds of a mask, each once and in one order; all that the mask can have where none is named. */
export function sparedKinds(mask: string, named: string): string {
  const all = Object.keys(SPARED).filter(
    (letter) => !BEFORE_USERS.includes(letter) || networkOf(mask) !== null,
  );
  return (named === '' ? all : Object.keys(SPARED).filter((letter) => named.includes(letter))).join('');
}

/** Why an exception cannot have those kinds, as text; null when it can. */
export function sparesProblem(typed: string, named: string): string | null {
  const unknown = [...named].find((letter) => !(letter in SPARED));
  if (unknown !== undefined)
    return `${unknown} is no kind of ban, expected some of ${Object.keys(SPARED).join('')}`;
  const mask = canonicalUserMask(typed);
  if (networkOf(mask) !== null || ![...BEFORE_USERS].some((letter) => named.includes(letter))) return null;
  return `${mask} is compared with users, and d and t are asked before: name an address or network for them`;
}

/** Why a mask cannot be an exception, or null: as of a ban, so that nobody spares everybody by a slip of the finger. */
export function exceptionProblem(typed: string, asBan: (mask: string) => string | null): string | null {
  const mask = canonicalUserMask(typed);
  const at = mask.indexOf('@');
  const problem =
    mask.startsWith('*@') && parseCidr(mask.slice(at + 1)) !== null
      ? networkProblem(mask.slice(at + 1), limits.maskBytes.default)
      : asBan(mask);
  return problem?.replace('would ban', 'would spare') ?? null;
}

/** The exceptions in memory. */
export class BanExceptions<Ban extends Exception> {
  readonly #index = new BanIndex<Ban>(fold);
  #letters = '';

  /** What the last look-up cost, in nanoseconds of work. */
  matchNs = 0;

  set(key: string, exception: Ban, endMs: number | null): void {
    this.#index.set(key, exception, targetOf(exception), endMs);
  }

  delete(key: string): void {
    this.#index.delete(key);
  }

  forgetExpired(nowMs: number): void {
    this.#index.forgetExpired(nowMs);
  }

  /** The letters of what somebody is spared, by all exceptions together; of an address alone where `hosts` is empty. */
  sparedOf(address: string, hosts: readonly string[], names: readonly string[], nowMs: number): string {
    this.matchNs = 0;
    if (this.#index.size === 0) return '';
    this.#letters = '';
    for (const host of hosts.length === 0 ? [null] : hosts) {
      this.#index.match(address, host, names, nowMs, this.#collect);
      this.matchNs += this.#index.matchNs;
    }
    return this.#letters;
  }

  readonly #collect = ({ spares = '' }: Ban): boolean => {
    this.#letters += spares;
    return false;
  };
}

function targetOf({ mask }: Exception): BanTarget {
  const block = networkOf(mask);
  return block === null ? { kind: 'user', mask } : { kind: 'network', block };
}

/** Whether letters say that somebody is spared. */
export function isSpared(letters: string, letter: SparedLetter): boolean {
  return letters.includes(letter);
}

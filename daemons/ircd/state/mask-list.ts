/** A channel's +b, +e or +I list: masks with who set them and when. Changed by modes/, read on JOIN and messages. */

import { type AddressMask, compileAddressMask, coversAddress } from '../../irc/address-mask.ts';
import { fold } from '../../irc/casemapping.ts';
import { type ExtendedKind, extendedOf } from '../../irc/extended-mask.ts';
import { compileMask } from '../../irc/mask.ts';
import type { Mask } from '../../runtime/net/mask.ts';
import { limits } from '../limits.ts';
import type { User } from './user.ts';

/** Who set a mask, and when. */
export interface MaskSetter {
  /** Prefix of the user. */
  readonly by: string;
  /** Unix milliseconds. */
  readonly atMs: number;
}

/** One mask of a list. */
export interface MaskEntry extends MaskSetter {
  readonly mask: Mask;
  /** The network that the mask names, null where it names none. */
  readonly network: AddressMask | null;
  /** What the mask names beside that, null where it is one of `nick!user@host`. */
  readonly extended: ExtendedEntry | null;
}

/** What an extended mask names, ready to match; of a mute whom it mutes. */
interface ExtendedEntry {
  readonly kind: Exclude<ExtendedKind, 'mute'> | 'user';
  readonly mask: Mask;
  /** Only of a mute of `nick!user@host`. */
  readonly network: AddressMask | null;
  /** It keeps somebody from speaking, not from entering. */
  readonly mutes: boolean;
}

/** What is compared with masks of a user, folded once. */
interface Folded {
  readonly user: User;
  readonly account: string | null;
}

/** Channels of a user that a mask is compared with, for its price: few are on more. */
const ORDINARY_CHANNELS = 20;

function isBefore(one: MaskSetter, other: MaskSetter): boolean {
  const seconds = Math.floor(one.atMs / 1000) - Math.floor(other.atMs / 1000);
  return seconds === 0 ? one.by < other.by : seconds < 0;
}

/** At most `maskListEntries` masks that clients set, which the caller checks, and `linkMaskEntries` in all. */
export class MaskList {
  readonly #list: MaskEntry[] = [];

  get entries(): readonly MaskEntry[] {
    return this.#list;
  }

  get size(): number {
    return this.#list.length;
  }

  has(text: string): boolean {
    return this.#find(text) !== -1;
  }

  /** Adds a mask; false when it is there already, or the list is full. */
  add(text: string, by: string, atMs: number): boolean {
    if (this.#list.length >= limits.linkMaskEntries.default || this.#find(text) !== -1) return false;
    const extended = compileExtended(text);
    this.#list.push({
      mask: compileMask(text),
      network: extended === null ? compileAddressMask(text) : null,
      extended,
      by,
      atMs,
    });
    return true;
  }

  /** Of two who set the same mask the first has set it, by seconds. @returns whether that is another than was known */
  settle(text: string, by: string, atMs: number): boolean {
    const index = this.#find(text);
    const entry = this.#list[index];
    if (entry === undefined || !isBefore({ by, atMs }, entry)) return false;
    this.#list[index] = { ...entry, by, atMs };
    return true;
  }

  /** Has what another has. */
  copy({ entries }: MaskList): void {
    this.#list.splice(0, Number.POSITIVE_INFINITY, ...entries);
  }

  /** Removes a mask and returns it as it was set; null when it is not there. */
  remove(text: string): string | null {
    const index = this.#find(text);
    if (index === -1) return null;
    const [entry] = this.#list.splice(index, 1);
    return entry?.mask.text ?? null;
  }

  clear(): void {
    this.#list.length = 0;
  }

  /**
   * Whether any mask covers the user by host, by address or by network, or by what an extended mask names.
   * @param from first mask that is looked at
   * @param to one past the last
   * @param speaking whether mutes count as well
   */
  matches(user: User, from = 0, to = this.#list.length, speaking = false): boolean {
    const { prefix, who, address, hidden } = user.folded;
    // A client without a host name has its address for one.
    const named = address !== prefix;
    const folded = { user, account: user.account === null ? null : fold(user.account) };
    for (let i = from; i < to && i < this.#list.length; i++) {
      const { mask, network, extended } = this.#list[i]!;
      if (extended !== null) {
        if ((speaking || !extended.mutes) && coversExtended(extended, folded)) return true;
        continue;
      }
      if (mask.matches(prefix) || (named && mask.matches(address))) return true;
      for (const other of hidden) if (mask.matches(other)) return true;
      if (network !== null && coversAddress(network, who, user.addressGroups)) return true;
    }
    return false;
  }

  /** What comparing those masks with one user costs, by host and by address, in nanoseconds of work. */
  priceNs(from: number, to: number): number {
    let sum = 0;
    for (let i = from; i < to && i < this.#list.length; i++) {
      const { mask, extended } = this.#list[i]!;
      sum += (extended?.kind === 'channel' ? ORDINARY_CHANNELS : 2) * mask.priceNs;
    }
    return sum;
  }

  #find(text: string): number {
    const wanted = text.toLowerCase();
    return this.#list.findIndex((entry) => entry.mask.text.toLowerCase() === wanted);
  }
}

function compileExtended(text: string): ExtendedEntry | null {
  const outer = extendedOf(text);
  if (outer === null) return null;
  if (outer.kind !== 'mute')
    return { kind: outer.kind, mask: compileMask(outer.value), network: null, mutes: false };
  const inner = compileExtended(outer.value);
  if (inner !== null) return { ...inner, mutes: true };
  const network = compileAddressMask(outer.value);
  return { kind: 'user', mask: compileMask(outer.value), network, mutes: true };
}

function coversExtended({ kind, mask, network }: ExtendedEntry, { user, account }: Folded): boolean {
  switch (kind) {
    case 'account':
      return account !== null && mask.matches(account);
    case 'realname':
      return mask.matches(fold(user.realname));
    case 'certificate': {
      const print = user.local?.connection.tls?.fingerprint ?? null;
      return print !== null && mask.matches(print);
    }
    case 'channel':
      for (const { key } of user.memberships.keys()) if (mask.matches(key)) return true;
      return false;
    case 'user': {
      const { prefix, who, address, hidden } = user.folded;
      if (mask.matches(prefix) || mask.matches(address)) return true;
      if (hidden.some((other) => mask.matches(other))) return true;
      return network !== null && coversAddress(network, who, user.addressGroups);
    }
  }
}

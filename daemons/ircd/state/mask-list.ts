/** A channel's +b, +e or +I list: masks with who set them and when. Changed by modes/, read on JOIN and messages. */

import { accountOfMask } from '../../irc/account-mask.ts';
import { type AddressMask, compileAddressMask, coversAddress } from '../../irc/address-mask.ts';
import { fold } from '../../irc/casemapping.ts';
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
  /** The account that the mask names, null where it names none. */
  readonly account: Mask | null;
}

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
    const account = accountOfMask(text);
    this.#list.push({
      mask: compileMask(text),
      network: account === null ? compileAddressMask(text) : null,
      account: account === null ? null : compileMask(account),
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
   * Whether any mask covers the user by host, by address or by network.
   * @param from first mask that is looked at
   * @param to one past the last
   */
  matches(user: User, from = 0, to = this.#list.length): boolean {
    const { prefix, who, address, hidden } = user.folded;
    // A client without a host name has its address for one.
    const named = address !== prefix;
    const folded = user.account === null ? null : fold(user.account);
    for (let i = from; i < to && i < this.#list.length; i++) {
      const { mask, network, account } = this.#list[i]!;
      if (account !== null) {
        if (folded !== null && account.matches(folded)) return true;
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
    for (let i = from; i < to && i < this.#list.length; i++) sum += 2 * this.#list[i]!.mask.priceNs;
    return sum;
  }

  #find(text: string): number {
    const wanted = text.toLowerCase();
    return this.#list.findIndex((entry) => entry.mask.text.toLowerCase() === wanted);
  }
}

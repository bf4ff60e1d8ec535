/**
 * Finds what is kept for the networks that an address lies in, without looking at every network: one look-up for each
 * prefix length that occurs. Used for lists of bans, which may hold thousands of networks.
 */
import type { AddressGroups, CidrBlock } from './ip-address.ts';

const GROUP_BITS = 16;

/** Items by network. */
export class NetworkIndex<Item> {
  /** By prefix length, then by the first so many bits of the address. */
  readonly #byLength = new Map<number, Map<string, Set<Item>>>();

  /** Adds an item to a network; a network may hold several. */
  add({ groups, bits }: CidrBlock, item: Item): void {
    let networks = this.#byLength.get(bits);
    if (networks === undefined) {
      networks = new Map();
      this.#byLength.set(bits, networks);
    }
    const key = prefixKey(groups, bits);
    const items = networks.get(key);
    if (items === undefined) networks.set(key, new Set([item]));
    else items.add(item);
  }

  delete({ groups, bits }: CidrBlock, item: Item): void {
    const networks = this.#byLength.get(bits);
    const key = prefixKey(groups, bits);
    const items = networks?.get(key);
    if (networks === undefined || items === undefined || !items.delete(item) || items.size > 0) return;
    networks.delete(key);
    if (networks.size === 0) this.#byLength.delete(bits);
  }

  /** Everything kept for a network that holds the address. */
  *holding(address: AddressGroups): Generator<Item, void, void> {
    for (const [bits, networks] of this.#byLength) {
      const items = networks.get(prefixKey(address, bits));
      if (items !== undefined) yield* items;
    }
  }
}

/** The first `bits` bits of an address as a text of fixed length for that number of bits. */
function prefixKey(groups: AddressGroups, bits: number): string {
  let key = '';
  let left = bits;
  for (let i = 0; left > 0; i++, left -= GROUP_BITS) {
    const group = groups[i] as number;
    key += String.fromCharCode(
      left >= GROUP_BITS ? group : (group >>> (GROUP_BITS - left)) << (GROUP_BITS - left),
    );
  }
  return key;
}

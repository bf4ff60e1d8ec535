/** Trusts by network: of several that hold an address, the narrowest counts. */

import { AddressTree } from '../../runtime/net/address-tree.ts';
import { canonicalCidr } from '../../runtime/net/canonical-address.ts';
import type { AddressGroups } from '../../runtime/net/ip-address.ts';
import { parseCidr } from '../../runtime/net/ip-address.ts';
import type { Trust } from './lists.ts';
import type { StoredList } from './stored-list.ts';

/** The one spelling of an address or network; null for what is none. */
export function trustedNetwork(typed: string): string | null {
  const block = parseCidr(typed);
  return block === null ? null : canonicalCidr(block);
}

export class TrustIndex {
  readonly #list: StoredList<Trust>;
  readonly #tree = new AddressTree<{ readonly network: string }>();
  readonly #nodes = new Map<string, number>();

  constructor(list: StoredList<Trust>) {
    this.#list = list;
    for (const { network } of list.all()) this.#add(network);
    list.onChange = (now, before) => {
      if (now !== null) this.#add(now.network);
      else if (before !== null) this.#take(before.network);
    };
  }

  /** The trust that an address has; null for none. */
  of(address: AddressGroups): Trust | null {
    if (this.#nodes.size === 0) return null;
    let found: Trust | null = null;
    // The largest network comes first. One that is over is no longer in the list.
    this.#tree.visit(address, ({ network }) => {
      found = this.#list.get(network) ?? found;
    });
    return found;
  }

  #add(network: string): void {
    if (this.#nodes.has(network)) return;
    this.#nodes.set(
      network,
      this.#tree.nodeOf(parseCidr(network)!, () => ({ network })),
    );
  }

  #take(network: string): void {
    const node = this.#nodes.get(network);
    if (node === undefined) return;
    this.#nodes.delete(network);
    this.#tree.delete(node);
  }
}

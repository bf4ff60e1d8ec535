/** Entries by network, such as trusts: of several that hold an address, the narrowest counts. */

import { AddressTree } from '../../runtime/net/address-tree.ts';
import { canonicalCidr } from '../../runtime/net/canonical-address.ts';
import type { AddressGroups } from '../../runtime/net/ip-address.ts';
import { parseCidr } from '../../runtime/net/ip-address.ts';
import type { Listed, StoredList } from './stored-list.ts';

/** The one spelling of an address or network; null for what is none. */
export function spelledNetwork(typed: string): string | null {
  const block = parseCidr(typed);
  return block === null ? null : canonicalCidr(block);
}

/** An entry about a network, in its one spelling. */
interface OfNetwork extends Listed {
  readonly network: string;
}

export class NetworkIndex<Entry extends OfNetwork> {
  readonly #list: StoredList<Entry>;
  readonly #tree = new AddressTree<{ readonly network: string }>();
  readonly #nodes = new Map<string, number>();

  /** @param list its keys are the networks */
  constructor(list: StoredList<Entry>) {
    this.#list = list;
    for (const { network } of list.all()) this.#add(network);
    list.onChange = (now, before) => {
      if (now !== null) this.#add(now.network);
      else this.#take(before!.network);
    };
  }

  /** The entry that an address has; null for none. */
  of(address: AddressGroups): Entry | null {
    if (this.#nodes.size === 0) return null;
    let found: Entry | null = null;
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

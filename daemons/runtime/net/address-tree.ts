/**
 * Values by network, in a radix tree over the bits of addresses: all networks that an address lies in are on one way
 * down from the root, which has a node for each place where kept networks differ and none for what they share. Nodes are
 * numbers in flat arrays, about 30 bytes each and at most two a network. Used by {@link BanIndex}.
 */
import type { AddressGroups, CidrBlock } from './ip-address.ts';

const GROUPS = 8;
const GROUP_BITS = 16;
const ADDRESS_BITS = 128;
const NONE = -1;
/** Nodes that there is room for once the first network comes: most trees never get one, and most servers have several. */
const FIRST_CAPACITY = 64;

/** Of all trees without a network. */
const [NO_KEYS, NO_BITS, NO_CHILDREN] = [new Uint16Array(0), new Uint8Array(0), new Int32Array(0)];

export class AddressTree<Value extends object> {
  /** Eight groups a node, of which the first `#bits` bits count. */
  #keys = NO_KEYS;
  #bits = NO_BITS;
  /** Two a node: where the next bit is 0, and where it is 1. A free node names the next free one. */
  #children = NO_CHILDREN;
  readonly #values: (Value | null)[] = [];
  #root = NONE;
  #free = NONE;
  #networks = 0;

  /** Networks that have a value. */
  get size(): number {
    return this.#networks;
  }

  /** What is kept for a node that {@link nodeOf} gave and that was not deleted. */
  valueAt(node: number): Value {
    return this.#values[node]!;
  }

  /** The node of a network, which keeps its number until it is deleted; `make` gives the value of a new one. */
  nodeOf({ groups, bits }: CidrBlock, make: () => Value): number {
    let parent = NONE;
    let at = this.#root;
    let common = 0;
    while (at !== NONE) {
      const own = this.#bits[at]!;
      common = this.#common(at, groups, Math.min(own, bits), common);
      if (common < own) break;
      if (own === bits) return this.#give(at, make);
      parent = at;
      at = this.#children[2 * at + bitOf(groups, own)]!;
    }
    const node = this.#allocate(groups, bits);
    if (at === NONE) {
      this.#hang(parent, NONE, node);
    } else if (common === bits) {
      this.#hang(parent, at, node);
      this.#children[2 * node + this.#bitOfNode(at, bits)] = at;
    } else {
      const fork = this.#allocate(groups, common);
      this.#hang(parent, at, fork);
      this.#children[2 * fork + this.#bitOfNode(at, common)] = at;
      this.#children[2 * fork + bitOf(groups, common)] = node;
    }
    return this.#give(node, make);
  }

  /** Takes a network out by its node. */
  delete(node: number): void {
    this.#values[node] = null;
    this.#networks--;
    const groups = this.#keys.subarray(node * GROUPS, (node + 1) * GROUPS);
    let above = NONE;
    let parent = NONE;
    for (let at = this.#root; at !== node; ) {
      above = parent;
      parent = at;
      at = this.#children[2 * at + bitOf(groups, this.#bits[at]!)]!;
    }
    this.#skip(parent, node);
    if (parent !== NONE) this.#skip(above, parent);
  }

  /**
   * Calls back with what is kept for every network that holds the address, the largest first.
   * @returns how many nodes were looked at
   */
  visit(address: AddressGroups, found: (value: Value) => void): number {
    let nodes = 0;
    let common = 0;
    for (let at = this.#root; at !== NONE; ) {
      nodes++;
      const own = this.#bits[at]!;
      common = this.#common(at, address, own, common);
      if (common < own) break;
      const value = this.#values[at] ?? null;
      if (value !== null) found(value);
      if (own === ADDRESS_BITS) break;
      at = this.#children[2 * at + bitOf(address, own)]!;
    }
    return nodes;
  }

  #give(node: number, make: () => Value): number {
    if (this.#values[node] === null) {
      this.#values[node] = make();
      this.#networks++;
    }
    return node;
  }

  /** Takes a node without value out of the way down when it has no two ways to go. */
  #skip(parent: number, node: number): void {
    if ((this.#values[node] ?? null) !== null) return;
    const left = this.#children[2 * node]!;
    const right = this.#children[2 * node + 1]!;
    if (left !== NONE && right !== NONE) return;
    this.#hang(parent, node, left === NONE ? right : left);
    this.#children[2 * node] = this.#free;
    this.#free = node;
  }

  /** Puts a node where another, or nothing, was below a parent. */
  #hang(parent: number, instead: number, node: number): void {
    if (parent === NONE) {
      this.#root = node;
      return;
    }
    let side = 2 * parent;
    // A new leaf says by its own bit where it belongs.
    if (instead === NONE) side += this.#bitOfNode(node, this.#bits[parent]!);
    else if (this.#children[side] !== instead) side++;
    this.#children[side] = node;
  }

  /** How many of the first `most` bits a node shares with an address; `known` of them were found equal before. */
  #common(node: number, groups: AddressGroups, most: number, known: number): number {
    const base = node * GROUPS;
    for (let i = known >> 4; i * GROUP_BITS < most; i++) {
      const difference = this.#keys[base + i]! ^ groups[i]!;
      if (difference !== 0) return Math.min(most, i * GROUP_BITS + Math.clz32(difference) - GROUP_BITS);
    }
    return most;
  }

  #bitOfNode(node: number, bit: number): number {
    return (this.#keys[node * GROUPS + (bit >> 4)]! >> (15 - (bit & 15))) & 1;
  }

  #allocate(groups: AddressGroups, bits: number): number {
    let node = this.#free;
    if (node === NONE) {
      node = this.#values.length;
      if (node === this.#bits.length) this.#grow();
    } else {
      this.#free = this.#children[2 * node]!;
    }
    this.#keys.set(groups, node * GROUPS);
    this.#bits[node] = bits;
    this.#children[2 * node] = NONE;
    this.#children[2 * node + 1] = NONE;
    this.#values[node] = null;
    return node;
  }

  #grow(): void {
    const capacity = Math.max(FIRST_CAPACITY, this.#bits.length * 2);
    const keys = new Uint16Array(capacity * GROUPS);
    const bits = new Uint8Array(capacity);
    const children = new Int32Array(capacity * 2);
    keys.set(this.#keys);
    bits.set(this.#bits);
    children.set(this.#children);
    this.#keys = keys;
    this.#bits = bits;
    this.#children = children;
  }
}

/** One bit of an address, counted from its start. */
function bitOf(groups: AddressGroups, bit: number): number {
  return (groups[bit >> 4]! >> (15 - (bit & 15))) & 1;
}

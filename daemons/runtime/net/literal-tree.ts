/**
 * Buckets by literal text, in a radix tree: every bucket whose literal stands at one place of a text is found in as many
 * steps as the literal is long at most, however many literals there are. Used by {@link MaskIndex}, which reads texts
 * forwards for what masks begin with or contain, and backwards for what they end with.
 */
import { Bucket } from './bucket.ts';

/** A node: its bucket holds what is kept for the literal that its labels spell from the root. */
export class LiteralNode<Item> extends Bucket<Item> {
  /** Characters between the parent and this node, in the order in which texts are read. */
  label: string;
  parent: LiteralNode<Item> | null;
  /** By the first character of their labels. */
  children: Map<number, LiteralNode<Item>> | null = null;

  constructor(label: string, parent: LiteralNode<Item> | null) {
    super();
    this.label = label;
    this.parent = parent;
  }

  /** Takes the node out of its tree when nothing needs it, and its parent when it was all that kept it. */
  prune(): void {
    const { parent } = this;
    if (parent === null || this.size > 0) return;
    if (this.children === null) {
      parent.#drop(this);
      if (parent.children === null) parent.prune();
      else parent.#join();
      return;
    }
    this.#join();
  }

  adopt(child: LiteralNode<Item>): void {
    child.parent = this;
    this.children ??= new Map();
    this.children.set(child.label.charCodeAt(0), child);
  }

  #drop(child: LiteralNode<Item>): void {
    this.children?.delete(child.label.charCodeAt(0));
    if (this.children?.size === 0) this.children = null;
  }

  /** Makes one node of an empty one and its only child. */
  #join(): void {
    if (this.parent === null || this.size > 0 || this.children?.size !== 1) return;
    const child = this.children.values().next().value!;
    child.label = this.label + child.label;
    this.parent.adopt(child);
  }
}

export class LiteralTree<Item> {
  readonly #root = new LiteralNode<Item>('', null);
  readonly #backwards: boolean;

  /** @param backwards whether texts are read from their ends */
  constructor(backwards: boolean) {
    this.#backwards = backwards;
  }

  /** How many items are kept for a literal. */
  sizeOf(literal: string): number {
    const word = this.#reading(literal);
    let node = this.#root;
    for (let at = 0; at < word.length; at += node.label.length) {
      const next = node.children?.get(word.charCodeAt(at));
      if (next === undefined || !word.startsWith(next.label, at)) return 0;
      node = next;
    }
    return node.size;
  }

  /** The node of a literal, which must not be empty; made where there is none. Whoever leaves it empty prunes it. */
  nodeOf(literal: string): LiteralNode<Item> {
    const word = this.#reading(literal);
    let node = this.#root;
    let at = 0;
    while (at < word.length) {
      const next = node.children?.get(word.charCodeAt(at));
      if (next === undefined) {
        const leaf = new LiteralNode<Item>(word.slice(at), node);
        node.adopt(leaf);
        return leaf;
      }
      const shared = sharedLength(next.label, word, at);
      node = shared === next.label.length ? next : split(node, next, shared);
      at += shared;
    }
    return node;
  }

  /**
   * Calls back for every bucket whose literal stands in the text at `from`: begins there, or ends there when texts are
   * read backwards.
   * @returns how many nodes were looked at
   */
  visit(text: string, from: number, look: (bucket: Bucket<Item>) => void): number {
    const step = this.#backwards ? -1 : 1;
    let node = this.#root;
    let at = from;
    let nodes = 1;
    for (;;) {
      // Outside the text it is NaN, which no label begins with.
      const next = node.children?.get(text.charCodeAt(at));
      if (next === undefined) return nodes;
      nodes++;
      const { label } = next;
      for (let i = 1; i < label.length; i++) {
        // Outside the text it is NaN, which equals nothing.
        if (text.charCodeAt(at + i * step) !== label.charCodeAt(i)) return nodes;
      }
      at += label.length * step;
      node = next;
      if (node.size > 0) look(node);
    }
  }

  #reading(literal: string): string {
    return this.#backwards ? literal.split('').reverse().join('') : literal;
  }
}

/** How many characters a label shares with a word from `at` on. */
function sharedLength(label: string, word: string, at: number): number {
  let shared = 0;
  while (shared < label.length && label.charCodeAt(shared) === word.charCodeAt(at + shared)) shared++;
  return shared;
}

/** Puts a node between a node and its child, for the first `length` characters of the child's label. */
function split<Item>(parent: LiteralNode<Item>, child: LiteralNode<Item>, length: number): LiteralNode<Item> {
  const middle = new LiteralNode<Item>(child.label.slice(0, length), parent);
  parent.adopt(middle);
  child.label = child.label.slice(length);
  middle.adopt(child);
  return middle;
}

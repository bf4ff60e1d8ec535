/**
 * Finds those of a long list of masks that match a text, without comparing the text with each. A mask without wildcards
 * is found by hash; every other is kept under one literal piece of it, in a tree for pieces that masks begin with, one
 * for those they end with (`*.example.org`) and one for those they contain, and is compared only with texts that have
 * the piece in that place. Used by {@link BanIndex}.
 */
import { workPrices } from '../async/work-prices.ts';
import { Bucket, type BucketEntry } from './bucket.ts';
import { LiteralNode, LiteralTree } from './literal-tree.ts';
import { hasWildcard, type Mask } from './mask.ts';

/** What an index keeps. */
export interface Masked {
  readonly mask: Mask;
}

/** One text that is looked for in indexes, and what that has cost. One object serves any number of texts and indexes. */
export class MaskSearch<Item extends Masked> {
  /** Folded. */
  text = '';
  /** What all searches have cost, in nanoseconds of work; whoever charges it sets it back. */
  priceNs = 0;
  /** Items that were compared in all searches. */
  compared = 0;
  readonly #found: (item: Item) => void;
  #number = 0;

  /** @param found called for every item whose mask matches the text */
  constructor(found: (item: Item) => void) {
    this.#found = found;
  }

  /** Begins the search in one index, which numbers its searches. */
  begin(number: number): void {
    this.#number = number;
  }

  /** Compares what lies in a bucket. */
  readonly look = (bucket: Bucket<Item>): void => {
    if (bucket.seenBy === this.#number) return;
    bucket.seenBy = this.#number;
    for (let entry = bucket.first; entry !== null; entry = entry.next) {
      const { mask } = entry.item;
      this.compared++;
      this.priceNs += mask.priceNs;
      if (mask.matches(this.text)) this.#found(entry.item);
    }
  };
}

/** Where a mask is kept. */
interface Place<Item> {
  readonly tree: LiteralTree<Item>;
  readonly literal: string;
}

/** Items by their masks. Empty parts take no memory, so that there may be many small indexes. */
export class MaskIndex<Item extends Masked> {
  #size = 0;
  #searches = 0;
  #exact: Map<string, Bucket<Item>> | null = null;
  #heads: LiteralTree<Item> | null = null;
  #tails: LiteralTree<Item> | null = null;
  #inner: LiteralTree<Item> | null = null;
  /** Items whose mask has no literal: these are compared with every text. */
  #others: Bucket<Item> | null = null;

  get size(): number {
    return this.#size;
  }

  add(item: Item): BucketEntry<Item> {
    this.#size++;
    const { pattern } = item.mask;
    if (!hasWildcard(pattern)) {
      this.#exact ??= new Map();
      let bucket = this.#exact.get(pattern);
      if (bucket === undefined) {
        bucket = new Bucket();
        this.#exact.set(pattern, bucket);
      }
      return bucket.add(item);
    }
    const place = this.#best(pattern);
    if (place !== null) return place.tree.nodeOf(place.literal).add(item);
    this.#others ??= new Bucket();
    return this.#others.add(item);
  }

  /** Takes out an item by what {@link add} gave for it. */
  delete(entry: BucketEntry<Item>): void {
    const { bucket, item } = entry;
    bucket.delete(entry);
    this.#size--;
    if (bucket.size > 0) return;
    if (bucket instanceof LiteralNode) bucket.prune();
    else if (bucket === this.#others) this.#others = null;
    else this.#exact?.delete(item.mask.pattern);
  }

  /** Finds every item whose mask matches the text of a search. */
  find(search: MaskSearch<Item>): void {
    search.begin(++this.#searches);
    const { text } = search;
    if (this.#others !== null) search.look(this.#others);
    if (this.#exact !== null) {
      search.priceNs += workPrices.treeNode.ns;
      const bucket = this.#exact.get(text);
      if (bucket !== undefined) search.look(bucket);
    }
    let nodes = 0;
    if (this.#heads !== null) nodes += this.#heads.visit(text, 0, search.look);
    if (this.#tails !== null) nodes += this.#tails.visit(text, text.length - 1, search.look);
    if (this.#inner !== null) {
      for (let at = 0; at < text.length; at++) nodes += this.#inner.visit(text, at, search.look);
    }
    search.priceNs += nodes * workPrices.treeNode.ns;
  }

  /** The literal of a pattern that few masks are kept under and few texts have; null when the pattern has none. */
  #best(pattern: string): Place<Item> | null {
    let best: Place<Item> | null = null;
    let least = Number.POSITIVE_INFINITY;
    let at = 0;
    for (const literal of pattern.split(/[*?]/)) {
      const end = at + literal.length;
      if (literal !== '') {
        const tree = this.#treeFor(at === 0, end === pattern.length);
        // Texts that have a piece become rarer the longer it is; a single letter is in nearly all of them.
        const cost = (tree.sizeOf(literal) + 1) / literal.length ** 2;
        if (cost < least) {
          least = cost;
          best = { tree, literal };
        }
      }
      at = end + 1;
    }
    return best;
  }

  #treeFor(first: boolean, last: boolean): LiteralTree<Item> {
    if (first) {
      this.#heads ??= new LiteralTree(false);
      return this.#heads;
    }
    if (last) {
      this.#tails ??= new LiteralTree(true);
      return this.#tails;
    }
    this.#inner ??= new LiteralTree(false);
    return this.#inner;
  }
}

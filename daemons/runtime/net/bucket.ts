/**
 * Items that an index keeps in one place, chained so that any of them is taken out in one step, however many there are.
 * Used by the indexes of masks and bans.
 */

/** The place of one item; kept by whoever wants to take it out again. */
export interface BucketEntry<Item> {
  readonly item: Item;
  readonly bucket: Bucket<Item>;
  previous: BucketEntry<Item> | null;
  next: BucketEntry<Item> | null;
}

export class Bucket<Item> {
  first: BucketEntry<Item> | null = null;
  size = 0;
  /** Number of the search that looked here last, so that no search looks twice. */
  seenBy = 0;

  add(item: Item): BucketEntry<Item> {
    const entry: BucketEntry<Item> = { item, bucket: this, previous: null, next: this.first };
    if (this.first !== null) this.first.previous = entry;
    this.first = entry;
    this.size++;
    return entry;
  }

  /** Takes out an item that is in; its entry must not be used again. */
  delete({ previous, next }: BucketEntry<Item>): void {
    if (previous === null) this.first = next;
    else previous.next = next;
    if (next !== null) next.previous = previous;
    this.size--;
  }
}

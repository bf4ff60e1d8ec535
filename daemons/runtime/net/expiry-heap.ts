/**
 * Things that end, those that end first on top (a binary heap). What is over is found without looking at the rest, and
 * one that goes before its time is taken out in as few steps. Used by {@link BanIndex}.
 */

/** What can be put into a heap; into one at a time. */
export interface Expiring {
  /** When it ends, Unix time in milliseconds. */
  readonly endMs: number;
  /** Where it stands in its heap, -1 in none; only the heap writes it. */
  heapAt: number;
}

export class ExpiryHeap<Item extends Expiring> {
  readonly #items: Item[] = [];

  /** What ends first; null when nothing is in. */
  get first(): Item | null {
    return this.#items[0] ?? null;
  }

  add(item: Item): void {
    this.#items.push(item);
    this.#rise(item, this.#items.length - 1);
  }

  /** Takes an item out; does nothing when it is in no heap. */
  delete(item: Item): void {
    const at = item.heapAt;
    if (at === -1) return;
    item.heapAt = -1;
    const last = this.#items.pop();
    if (last === undefined || last === item) return;
    this.#rise(last, at);
    this.#sink(last, last.heapAt);
  }

  #rise(item: Item, from: number): void {
    let at = from;
    while (at > 0) {
      const above = (at - 1) >> 1;
      const other = this.#items[above]!;
      if (other.endMs <= item.endMs) break;
      this.#put(other, at);
      at = above;
    }
    this.#put(item, at);
  }

  #sink(item: Item, from: number): void {
    let at = from;
    for (;;) {
      let below = 2 * at + 1;
      if (below >= this.#items.length) break;
      if (below + 1 < this.#items.length && this.#items[below + 1]!.endMs < this.#items[below]!.endMs)
        below++;
      const other = this.#items[below]!;
      if (other.endMs >= item.endMs) break;
      this.#put(other, at);
      at = below;
    }
    this.#put(item, at);
  }

  #put(item: Item, at: number): void {
    this.#items[at] = item;
    item.heapAt = at;
  }
}

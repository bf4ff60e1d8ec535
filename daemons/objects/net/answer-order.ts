/**
 * In which order the answers of a connection go out. An ordered one waits for those of all earlier requests; the others go as
 * soon as they are ready, those with priority before others that wait for the wire. What is on the wire is finished first.
 */

/** What the order needs to know of a request. */
export interface Ordered {
  readonly ordered: boolean;
  readonly priority: boolean;
  /** Its answer can be sent. Set by {@link AnswerOrder.ready}. */
  isReady: boolean;
}

export class AnswerOrder<Item extends Ordered> {
  /** In the order of the requests: those whose answer may not be sent yet. */
  readonly #held: Item[] = [];
  /** Those that may be sent, the next one first. */
  readonly #line: Item[] = [];

  /** Requests without an answer, but for the one that is being sent. */
  get size(): number {
    return this.#held.length + this.#line.length;
  }

  /** What all of them come to, by a measure. */
  sum(of: (item: Item) => number): number {
    let sum = 0;
    for (const item of this.#held) sum += of(item);
    for (const item of this.#line) sum += of(item);
    return sum;
  }

  /** Whether some answer may be sent now. */
  get hasNext(): boolean {
    return this.#line.length > 0;
  }

  /** Whether an answer that is ready at once may go before everything that is here. */
  mayPass(ordered: boolean): boolean {
    return this.#line.length === 0 && (!ordered || this.#held.length === 0);
  }

  /** A request has come whose answer is not ready. */
  add(item: Item): void {
    this.#held.push(item);
  }

  /** The answer of a request that was added can be sent, as far as the request itself is concerned. */
  ready(item: Item): void {
    item.isReady = true;
    const held = this.#held;
    const at = held.indexOf(item);
    if (at === -1) return;
    if (item.ordered && at > 0) return;
    held.splice(at, 1);
    this.#release(item);
    // Ordered ones behind it may have waited for it alone.
    while (held.length > 0 && held[0]!.isReady) this.#release(held.shift()!);
  }

  /** The answer to be sent next. */
  get first(): Item | undefined {
    return this.#line[0];
  }

  /** Takes out the answer to be sent next. */
  next(): Item | undefined {
    return this.#line.shift();
  }

  /** Puts answers back before all others: they had been taken out and could not be sent. */
  putBack(items: readonly Item[]): void {
    this.#line.unshift(...items);
  }

  /** Gives up everything that is here. */
  clear(): Item[] {
    return [...this.#line.splice(0), ...this.#held.splice(0)];
  }

  #release(item: Item): void {
    if (!item.priority || item.ordered) {
      this.#line.push(item);
      return;
    }
    const behind = this.#line.findIndex(({ priority, ordered }) => !priority || ordered);
    if (behind === -1) this.#line.push(item);
    else this.#line.splice(behind, 0, item);
  }
}

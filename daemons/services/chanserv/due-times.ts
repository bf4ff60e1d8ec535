/**
 * Things that are due at some moment, each known by a key, on one timer for all of them: it is set for the earliest alone, so that ten
 * thousand channels with timed bans cost no more than one. A heap; what was set anew or taken back is passed over when its turn comes.
 */
import type { Clock, Timer } from '../../../kit/clock.ts';

interface Due {
  readonly key: string;
  readonly at: number;
  /** Of two that are due at once, the one that was set first comes first. */
  readonly order: number;
  readonly run: () => void;
}

/** Longest that a timer is set for: clocks jump, and Node's timers end at 24 days. */
const MOST_MS = 86_400_000;

/** So few stale ones do not matter. */
const FEW = 64;

export class DueTimes {
  readonly #clock: Clock;
  readonly #heap: Due[] = [];
  /** What holds of each key. */
  readonly #byKey = new Map<string, Due>();
  #order = 0;
  #timer: Timer | null = null;
  #timerAt = Number.POSITIVE_INFINITY;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** How many are due sometime. */
  get size(): number {
    return this.#byKey.size;
  }

  has(key: string): boolean {
    return this.#byKey.has(key);
  }

  /** Has something run at a moment; what was set of the same key before is not. @param at Unix milliseconds */
  set(key: string, at: number, run: () => void): void {
    const due = { key, at, order: this.#order++, run };
    this.#byKey.set(key, due);
    this.#push(due);
    this.#arm();
  }

  cancel(key: string): void {
    this.#byKey.delete(key);
    if (this.#byKey.size === 0) this.clear();
  }

  clear(): void {
    this.#heap.length = 0;
    this.#byKey.clear();
    this.#timer?.cancel();
    this.#timer = null;
    this.#timerAt = Number.POSITIVE_INFINITY;
  }

  #arm(): void {
    this.#dropStale();
    const [first] = this.#heap;
    if (first === undefined || first.at >= this.#timerAt) return;
    this.#timer?.cancel();
    this.#timerAt = first.at;
    const wait = Math.min(MOST_MS, Math.max(0, first.at - this.#clock.now()));
    this.#timer = this.#clock.after(wait, () => this.#runDue());
  }

  #runDue(): void {
    this.#timer = null;
    this.#timerAt = Number.POSITIVE_INFINITY;
    const now = this.#clock.now();
    for (;;) {
      this.#dropStale();
      const [first] = this.#heap;
      if (first === undefined || first.at > now) break;
      this.#pop();
      this.#byKey.delete(first.key);
      first.run();
    }
    this.#arm();
  }

  #dropStale(): void {
    for (let first = this.#heap[0]; first !== undefined; first = this.#heap[0]) {
      if (this.#byKey.get(first.key) === first) return;
      this.#pop();
    }
  }

  #push(due: Due): void {
    const heap = this.#heap;
    if (heap.length > FEW && heap.length > 2 * this.#byKey.size) {
      // More than half of it is stale: sorted, what is left is a heap as well.
      const left = heap.filter((one) => this.#byKey.get(one.key) === one);
      left.sort((a, b) => (isBefore(a, b) ? -1 : 1));
      heap.length = 0;
      for (const one of left) heap.push(one);
    }
    let at = heap.length;
    heap.push(due);
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (!isBefore(due, heap[parent]!)) break;
      heap[at] = heap[parent]!;
      at = parent;
    }
    heap[at] = due;
  }

  #pop(): void {
    const heap = this.#heap;
    const last = heap.pop();
    if (last === undefined || heap.length === 0) return;
    let at = 0;
    for (;;) {
      let child = 2 * at + 1;
      if (child >= heap.length) break;
      if (child + 1 < heap.length && isBefore(heap[child + 1]!, heap[child]!)) child++;
      if (!isBefore(heap[child]!, last)) break;
      heap[at] = heap[child]!;
      at = child;
    }
    heap[at] = last;
  }
}

function isBefore(one: Due, other: Due): boolean {
  return one.at < other.at || (one.at === other.at && one.order < other.order);
}

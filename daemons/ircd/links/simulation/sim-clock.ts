/**
 * For the simulated network: the time of all its servers, which goes on from one event to the next. Whatever happens at one
 * moment happens in the order in which it was asked for.
 */
import type { Clock, Timer } from '../../../../kit/clock.ts';

/** When every simulation begins, Unix milliseconds. */
const EPOCH_MS = Date.UTC(2026, 0, 1);

class Pending {
  cancelled = false;
  readonly dueMs: number;
  readonly order: number;
  readonly callback: () => void;

  constructor(dueMs: number, order: number, callback: () => void) {
    this.dueMs = dueMs;
    this.order = order;
    this.callback = callback;
  }

  before(other: Pending): boolean {
    return this.dueMs < other.dueMs || (this.dueMs === other.dueMs && this.order < other.order);
  }
}

export class SimClock implements Clock {
  #elapsedMs = 0;
  #order = 0;
  /** A heap whose first is the next. */
  readonly #heap: Pending[] = [];

  now(): number {
    return EPOCH_MS + this.#elapsedMs;
  }

  monotonic(): number {
    return this.#elapsedMs;
  }

  after(ms: number, callback: () => void): Timer {
    const pending = new Pending(this.#elapsedMs + Math.max(0, ms), this.#order++, callback);
    this.#push(pending);
    return {
      cancel: () => {
        pending.cancelled = true;
      },
    };
  }

  /** Lets the next event happen that is due by then; false where there is none, and it is then. */
  step(untilMs: number): boolean {
    for (;;) {
      const [next] = this.#heap;
      if (next === undefined || next.dueMs > untilMs) {
        this.#elapsedMs = Math.max(this.#elapsedMs, untilMs);
        return false;
      }
      this.#pop();
      if (next.cancelled) continue;
      this.#elapsedMs = next.dueMs;
      next.callback();
      return true;
    }
  }

  #push(pending: Pending): void {
    const heap = this.#heap;
    let at = heap.push(pending) - 1;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (!pending.before(heap[parent]!)) break;
      heap[at] = heap[parent]!;
      at = parent;
    }
    heap[at] = pending;
  }

  #pop(): void {
    const heap = this.#heap;
    const last = heap.pop()!;
    if (heap.length === 0) return;
    let at = 0;
    for (;;) {
      let child = 2 * at + 1;
      if (child >= heap.length) break;
      if (child + 1 < heap.length && heap[child + 1]!.before(heap[child]!)) child++;
      if (!heap[child]!.before(last)) break;
      heap[at] = heap[child]!;
      at = child;
    }
    heap[at] = last;
  }
}

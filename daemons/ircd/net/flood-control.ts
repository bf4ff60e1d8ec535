/**
 * Flood control: how fast lines of one client are let through, and the one timer that comes back for the
 * clients whose lines wait. No timer runs while nobody waits. Used by ClientConnection.
 */
import { Rate, TokenBucket } from '../../../kit/token-bucket.ts';
import type { QueueCounts } from '../../runtime/telemetry/queue-instrument.ts';
import { limits } from '../limits.ts';

/** Lines of one client. A penalty may take at most one burst more than there is. */
const LINES = new Rate({
  burst: limits.floodBurstLines.default,
  tokens: limits.floodLinesPerSecond.default,
  perMs: 1_000,
  maxDebt: limits.floodBurstLines.default,
});

/** The allowance of one connection, in lines. `nowMs` is of `performance.now()`. */
export function floodBucket(nowMs: number): TokenBucket {
  return new TokenBucket(LINES, nowMs);
}

/** A connection with lines that wait for its allowance. */
export interface FloodWaiter {
  /** Lets lines through as far as the allowance goes. Answers the milliseconds to wait again, 0 when done. */
  resumeLines(): number;
}

/** Wakes waiting connections. One timer, set to the earliest of them, and none when nobody waits. */
export class FloodQueue {
  readonly #dueMs = new Map<FloodWaiter, number>();
  #timer: NodeJS.Timeout | null = null;
  #timerDueMs = 0;
  #highWater = 0;
  #submitted = 0;

  get waiting(): number {
    return this.#dueMs.size;
  }

  /** Clients whose lines wait. */
  get counts(): QueueCounts {
    return { depth: this.#dueMs.size, highWater: this.#highWater, submitted: this.#submitted };
  }

  /** Calls `resumeLines` of the waiter after `delayMs`, instead of when it was due before. */
  wait(waiter: FloodWaiter, delayMs: number): void {
    const due = performance.now() + delayMs;
    if (!this.#dueMs.has(waiter)) this.#submitted++;
    this.#dueMs.set(waiter, due);
    this.#highWater = Math.max(this.#highWater, this.#dueMs.size);
    this.#arm(due);
  }

  /** Forgets a waiter, for a connection that is closed. */
  remove(waiter: FloodWaiter): void {
    if (this.#dueMs.delete(waiter) && this.#dueMs.size === 0) this.close();
  }

  /** Stops the timer. */
  close(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
  }

  #arm(due: number): void {
    if (this.#timer !== null && this.#timerDueMs <= due) return;
    this.close();
    this.#timerDueMs = due;
    this.#timer = setTimeout(() => this.#wake(), Math.max(1, due - performance.now()));
  }

  #wake(): void {
    this.#timer = null;
    const now = performance.now();
    const ready: FloodWaiter[] = [];
    for (const [waiter, due] of this.#dueMs) if (due <= now) ready.push(waiter);
    for (const waiter of ready) {
      // An earlier waiter's lines may have closed this one.
      if (!this.#dueMs.delete(waiter)) continue;
      const again = waiter.resumeLines();
      if (again > 0) this.#dueMs.set(waiter, performance.now() + again);
    }
    let earliest = Number.POSITIVE_INFINITY;
    for (const due of this.#dueMs.values()) if (due < earliest) earliest = due;
    if (earliest !== Number.POSITIVE_INFINITY) this.#arm(earliest);
  }
}

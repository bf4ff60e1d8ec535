import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { FloodQueue, type FloodWaiter, floodBucket } from './flood-control.ts';

const BURST = 40;
const LINE_MS = 250;

describe('the allowance of a connection', () => {
  test('lets a burst through, then a line each time the refill allows', () => {
    const bucket = floodBucket(0);
    for (let line = 0; line < BURST; line++) expect(bucket.take(1, 0)).toBe(true);
    expect(bucket.take(1, 0)).toBe(false);
    expect(bucket.retryAfterMs(1)).toBe(LINE_MS);
    expect(bucket.take(1, LINE_MS - 1)).toBe(false);
    expect(bucket.take(1, LINE_MS)).toBe(true);
  });

  test('never saves more than a burst and never owes more than one', () => {
    const bucket = floodBucket(0);
    bucket.charge(1_000_000);
    expect(bucket.retryAfterMs(1)).toBe((BURST + 1) * LINE_MS);
    bucket.refill(1e9);
    bucket.charge(BURST);
    expect(bucket.retryAfterMs(1)).toBe(LINE_MS);
  });
});

describe('FloodQueue', () => {
  beforeEach(() => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] });
  });

  afterEach(() => {
    vi.useRealTimers();
  });

  /** Asks to be called again after each of the given delays, then is done. */
  class Waiter implements FloodWaiter {
    readonly calledAtMs: number[] = [];
    readonly #again: number[];

    constructor(again: number[]) {
      this.#again = again;
    }

    resumeLines(): number {
      this.calledAtMs.push(performance.now());
      return this.#again.shift() ?? 0;
    }
  }

  test('wakes each waiter when it is due and has no timer when nobody waits', () => {
    const begun = performance.now();
    const queue = new FloodQueue();
    const late = new Waiter([]);
    const soon = new Waiter([100]);
    queue.wait(late, 500);
    queue.wait(soon, 50);
    vi.advanceTimersByTime(1000);
    expect(soon.calledAtMs).toEqual([begun + 50, begun + 150]);
    expect(late.calledAtMs).toEqual([begun + 500]);
    expect(queue.waiting).toBe(0);
    expect(vi.getTimerCount()).toBe(0);
  });

  test('counts who waits, each once for as long as it does', () => {
    const queue = new FloodQueue();
    const [again, gone] = [new Waiter([100]), new Waiter([])];
    queue.wait(again, 50);
    queue.wait(again, 60);
    queue.wait(gone, 500);
    expect(queue.counts).toEqual({ depth: 2, highWater: 2, submitted: 2 });
    vi.advanceTimersByTime(70);
    queue.remove(gone);
    expect(queue.counts).toEqual({ depth: 1, highWater: 2, submitted: 2 });
    vi.advanceTimersByTime(100);
    expect(queue.counts).toEqual({ depth: 0, highWater: 2, submitted: 2 });
    queue.wait(gone, 1);
    queue.close();
    expect(queue.counts).toMatchObject({ highWater: 2, submitted: 3 });
  });

  test('is woken again for whoever is due sooner, and not for whoever is due later', () => {
    const queue = new FloodQueue();
    const [first, second, third] = [new Waiter([]), new Waiter([]), new Waiter([])];
    const begun = performance.now();
    queue.wait(first, 500);
    queue.wait(second, 700);
    queue.wait(third, 100);
    expect(vi.getTimerCount()).toBe(1);
    // Who is told to wait otherwise waits from then on.
    queue.wait(first, 900);
    vi.advanceTimersByTime(2000);
    expect([third, second, first].map(({ calledAtMs }) => calledAtMs.map((at) => at - begun))).toEqual([
      [100],
      [700],
      [900],
    ]);
  });

  test('does not call who was closed by an earlier one, and keeps its timer for those who are left', () => {
    const queue = new FloodQueue();
    const [left, closed] = [new Waiter([]), new Waiter([])];
    const closing = new Waiter([]);
    closing.resumeLines = () => {
      queue.remove(closed);
      return 0;
    };
    queue.wait(closing, 50);
    queue.wait(closed, 50);
    queue.wait(left, 80);
    queue.remove(new Waiter([]));
    vi.advanceTimersByTime(60);
    expect([closed.calledAtMs, queue.waiting, vi.getTimerCount()]).toEqual([[], 1, 1]);
    queue.close();
    queue.close();
    vi.advanceTimersByTime(100);
    expect(left.calledAtMs).toEqual([]);
  });

  test('forgets a closed connection, and its timer', () => {
    const queue = new FloodQueue();
    const gone = new Waiter([]);
    queue.wait(gone, 50);
    queue.remove(gone);
    expect(vi.getTimerCount()).toBe(0);
    vi.advanceTimersByTime(100);
    expect(gone.calledAtMs).toEqual([]);
  });
});

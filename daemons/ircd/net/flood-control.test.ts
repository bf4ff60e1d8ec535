import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { limits } from '../limits.ts';
import { FloodBucket, FloodQueue, type FloodWaiter } from './flood-control.ts';

const BURST = limits.floodBurstLines.default;
const LINE_MS = 1000 / limits.floodLinesPerSecond.default;

describe('FloodBucket', () => {
  test('lets a burst through, then a line each time the refill allows', () => {
    const bucket = new FloodBucket(0);
    for (let line = 0; line < BURST; line++) {
      expect(bucket.allows(0)).toBe(true);
      bucket.take(1);
    }
    expect(bucket.allows(0)).toBe(false);
    expect(bucket.waitMs()).toBe(LINE_MS);
    expect(bucket.allows(LINE_MS - 1)).toBe(false);
    expect(bucket.allows(LINE_MS)).toBe(true);
    expect(bucket.waitMs()).toBe(0);
  });

  test('never saves more than a burst and never owes more than one', () => {
    const bucket = new FloodBucket(0);
    bucket.take(1_000_000);
    expect(bucket.waitMs()).toBe((BURST + 1) * LINE_MS);
    expect(bucket.allows(1e9)).toBe(true);
    bucket.take(BURST);
    expect(bucket.allows(1e9)).toBe(false);
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
    private readonly again: number[];

    constructor(again: number[]) {
      this.again = again;
    }

    resumeLines(): number {
      this.calledAtMs.push(performance.now());
      return this.again.shift() ?? 0;
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

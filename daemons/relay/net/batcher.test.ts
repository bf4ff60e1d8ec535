/** How much goes with one write, what is copied for it, and what is shared with the next receiver. */
import { describe, expect, it } from 'vitest';
import { Frame } from '../protocol/frame.ts';
import { HeldMemory } from './held-memory.ts';
import { SendQueue } from './send-queue.ts';
import { Batcher } from './tick-flusher.ts';

const source = Buffer.alloc(600_000);
const apart = (bytes: number) => new Frame(Buffer.alloc(bytes), 0, bytes, false, 0);

function queueOf(...frames: readonly Frame[]): SendQueue {
  const queue = new SendQueue(new HeldMemory());
  for (const frame of frames) queue.push(frame);
  return queue;
}

/** Frames of these sizes side by side. */
function beside(...sizes: readonly number[]): Frame[] {
  let at = 0;
  return sizes.map((size) => {
    at += size;
    return new Frame(source, at - size, at, false, 0);
  });
}

describe('one write', () => {
  it.each([
    ['all that waits', [10, 20, 30], 3, 60],
    ['no more than 256 KiB', [60_000, 60_000, 60_000, 60_000, 22_144, 1], 5, 262_144],
    ['not what would go beyond', [60_000, 60_000, 60_000, 60_000, 22_145], 4, 240_000],
    ['a frame of 64 KiB alone', [65_536, 10], 1, 65_536],
    ['a smaller one with the next', [65_535, 10], 2, 65_545],
    ['nothing behind which such a frame waits', [10, 65_536, 10], 1, 10],
    ['a larger one alone as well', [300_000, 10], 1, 300_000],
  ] as const)('takes %s', (_, sizes, count, bytes) => {
    for (const frames of [beside(...sizes), sizes.map(apart)]) {
      const batch = new Batcher().next(queueOf(...frames));
      expect([batch.count, batch.size]).toEqual([count, bytes]);
    }
  });

  it('is of where the frames lie side by side, and one copy of each run where they do not', () => {
    const [a, b, c] = beside(10, 20, 30);
    const batcher = new Batcher();
    expect(batcher.next(queueOf(a!, b!)).source).toBe(source);
    for (const list of [
      [a!, c!],
      [b!, a!],
      [a!, apart(20)],
    ])
      expect(batcher.next(queueOf(...list)).source).not.toBe(source);
  });
});

describe('the next receiver', () => {
  it('gets the range of its own frames, one after the other', () => {
    const [a, b, c] = beside(10, 20, 30);
    const batcher = new Batcher();
    const rangeOf = (...frames: Frame[]) => {
      const batch = batcher.next(queueOf(...frames));
      return [batch.source, batch.start, batch.end];
    };
    expect(rangeOf(a!, b!)).toEqual([source, 0, 30]);
    // One more, another start, and other memory.
    expect(rangeOf(a!, b!, c!)).toEqual([source, 0, 60]);
    expect(rangeOf(b!)).toEqual([source, 10, 30]);
    expect(rangeOf(c!)).toEqual([source, 30, 60]);
    const other = new Frame(Buffer.alloc(60, 7), 30, 60, false, 0);
    expect(rangeOf(other)).toEqual([other.source, 30, 60]);
  });

  it('shares what was joined of the same frames, and not that of others', () => {
    const [a, b, c] = [apart(10), apart(20), apart(30)];
    const batcher = new Batcher();
    const bytesOf = (...frames: Frame[]) => batcher.next(queueOf(...frames)).source;
    const joined = bytesOf(a, b);
    expect(bytesOf(a, b)).toBe(joined);
    expect(bytesOf(a, c)).not.toBe(joined);
    const again = bytesOf(a, b);
    expect(again).not.toBe(joined);
    expect(bytesOf(a, b, c).length).toBe(60);
  });

  it('gets a batch of its own while somebody holds the last one', () => {
    const batcher = new Batcher();
    const [a, b] = [apart(10), apart(20)];
    const first = batcher.next(queueOf(a));
    expect(batcher.next(queueOf(a))).toBe(first);
    first.holders++;
    const same = batcher.next(queueOf(a));
    expect(same).toBe(first);
    const second = batcher.next(queueOf(b));
    expect(second).not.toBe(first);
    expect([first.size, second.size]).toEqual([10, 20]);
    // Nobody holds that one: it is used again.
    expect(batcher.next(queueOf(a))).toBe(second);
  });
});

describe('when the tick is over', () => {
  it('nothing is remembered, and a batch that somebody holds is left alone', () => {
    const batcher = new Batcher();
    const [a, b] = [apart(10), apart(20)];
    const joined = batcher.next(queueOf(a, b)).source;
    const batch = batcher.next(queueOf(a));
    batcher.reset();
    expect([batch.source.length, batch.size]).toEqual([0, 0]);
    expect(batcher.next(queueOf(a, b)).source).not.toBe(joined);
    const held = batcher.next(queueOf(a));
    held.holders++;
    batcher.reset();
    expect(held.size).toBe(10);
    expect(batcher.next(queueOf(a))).not.toBe(held);
  });
});

import fc from 'fast-check';
import { expect, it } from 'vitest';
import { Frame } from '../protocol/frame.ts';
import { HeldMemory } from './held-memory.ts';
import { SendQueue } from './send-queue.ts';
import { Batcher, type Flushable, TickFlusher, WRITE_BYTES } from './tick-flusher.ts';

/** How long what is for a crowd may wait on a busy relay. */
const PATIENCE_MS = 2;

function drain(batcher: Batcher, queue: SendQueue): Buffer[] {
  const writes: Buffer[] = [];
  while (queue.size > 0) {
    const { source, start, end, count } = batcher.next(queue);
    expect(count).toBeGreaterThan(0);
    writes.push(source.subarray(start, end));
    queue.take(count);
  }
  return writes;
}

it('writes every byte of every frame in order, whether they lie side by side or not', () => {
  const sources = [Buffer.alloc(200_000), Buffer.alloc(200_000)];
  for (const source of sources) for (let i = 0; i < source.length; i++) source[i] = (i * 7 + i / 251) & 0xff;
  const range = fc.record({
    source: fc.nat(1),
    start: fc.nat(100_000),
    size: fc.oneof(fc.nat(300), fc.nat(90_000)),
    adjacent: fc.boolean(),
  });
  fc.assert(
    fc.property(fc.array(range, { maxLength: 30 }), fc.nat(29), (ranges, missing) => {
      const frames: Frame[] = [];
      for (const { source, start, size, adjacent } of ranges) {
        const last = frames.at(-1);
        if (adjacent && last !== undefined && last.end + size <= 200_000)
          frames.push(new Frame(last.source, last.end, last.end + size, false, 0));
        else frames.push(new Frame(sources[source]!, start, start + size, false, 0));
      }
      const batcher = new Batcher();
      // The sender of one of the frames does not get it; the others share what was joined.
      for (const list of [frames, frames, frames.filter((_, index) => index !== missing), frames]) {
        const queue = new SendQueue(new HeldMemory());
        for (const frame of list) queue.push(frame);
        const writes = drain(batcher, queue);
        for (const write of writes) expect(write.length).toBeLessThanOrEqual(WRITE_BYTES);
        expect(Buffer.concat(writes).equals(Buffer.concat(list.map((frame) => frame.bytes())))).toBe(true);
      }
    }),
    { numRuns: 60 },
  );
});

it('copies nothing where the frames lie side by side, and shares one buffer where they do not', () => {
  const source = Buffer.alloc(100);
  const frames = [0, 10, 20, 30].map((start) => new Frame(source, start, start + 10, false, 0));
  const batcher = new Batcher();
  const write = (...indexes: number[]) => {
    const queue = new SendQueue(new HeldMemory());
    for (const index of indexes) queue.push(frames[index]!);
    return batcher.next(queue).source;
  };
  expect(write(0, 1, 2, 3)).toBe(source);
  const joined = write(0, 1, 3);
  expect(joined).not.toBe(source);
  expect(write(0, 1, 3)).toBe(joined);
});

it('tells ranges of one buffer apart wherever they begin and end', () => {
  const source = Buffer.from('0123456789');
  const batcher = new Batcher();
  const write = (...frames: readonly (readonly [number, number])[]) => {
    const queue = new SendQueue(new HeldMemory());
    for (const [start, end] of frames) queue.push(new Frame(source, start, end, false, 0));
    return drain(batcher, queue).join();
  };
  expect([write([0, 3], [3, 6]), write([3, 6]), write([3, 5]), write([3, 6]), write([0, 6])]).toEqual([
    '012345',
    '345',
    '34',
    '345',
    '012345',
  ]);
});

/** A flusher that may take 5 ms a turn, and connections of which each takes 1 ms. */
function slowly() {
  let nowMs = 0;
  const order: string[] = [];
  const flusher = new TickFlusher(5, () => nowMs);
  const connection = (name: string): Flushable => ({
    flush() {
      nowMs += 1;
      order.push(name);
    },
  });
  return { flusher, order, connection };
}

it('writes to a crowd over several turns, in order, and to each once', () => {
  const { flusher, order, connection } = slowly();
  const names = Array.from({ length: 100 }, (_, index) => `c${index}`);
  for (const name of names) flusher.schedule(connection(name), PATIENCE_MS);
  flusher.run();
  expect(order.length).toBeLessThan(names.length);
  expect(flusher.pending).toBe(names.length - order.length);
  while (flusher.pending > 0) flusher.run();
  expect(order).toEqual(names);
});

it('writes an answer before what a crowd still waits for', () => {
  const { flusher, order, connection } = slowly();
  for (let i = 0; i < 100; i++) flusher.schedule(connection('crowd'), PATIENCE_MS);
  flusher.run();
  flusher.scheduleAnswer(connection('answer'));
  const before = order.length;
  flusher.run();
  expect(order[before]).toBe('answer');
});

it('does some of what was put off in every turn, however much there is to write', () => {
  const { flusher, order, connection } = slowly();
  for (let i = 0; i < 1_000; i++) flusher.schedule(connection('crowd'), PATIENCE_MS);
  for (let i = 0; i < 3; i++) flusher.later(() => order.push(`chore${i}`));
  for (let i = 0; i < 3; i++) flusher.run();
  expect(order.filter((name) => name !== 'crowd')).toEqual(['chore0', 'chore1', 'chore2']);
});

it('does the work of a turn behind what is ready to be written, and writes what that brings in the same tick', async () => {
  const { flusher, order, connection } = slowly();
  flusher.schedule(connection('ready'), PATIENCE_MS);
  flusher.afterFlush(() => {
    order.push('work');
    flusher.scheduleAnswer(connection('brought'));
  });
  await new Promise((resolve) => setImmediate(resolve));
  expect(order).toEqual(['ready', 'work', 'brought']);
  expect(flusher.pending).toBe(0);
});

it('goes on with the next tick when work has put something off or asks for another turn', async () => {
  const { flusher, order } = slowly();
  flusher.afterFlush(() => {
    flusher.later(() => order.push('chore'));
    flusher.afterFlush(() => order.push('work again'));
  });
  await new Promise((resolve) => setImmediate(resolve));
  expect(order).toEqual([]);
  await new Promise((resolve) => setImmediate(resolve));
  expect(order).toEqual(['chore', 'work again']);
});

it('writes to everybody in one turn, also where the machine ran something else meanwhile', () => {
  let nowMs = 1_000;
  let usedMs = 0;
  const flusher = new TickFlusher(
    10,
    () => nowMs,
    () => usedMs,
  );
  let flushed = 0;
  const heldUp: Flushable = {
    flush() {
      nowMs += 0.1;
      usedMs += 0.1;
      if (++flushed === 70) nowMs += 500;
    },
  };
  for (let i = 0; i < 90; i++) flusher.schedule(heldUp, PATIENCE_MS);
  flusher.run();
  expect(flushed).toBe(90);
});

it('counts who waits for the end of a tick, the most at once, and who had it', () => {
  let now = 0;
  const flusher = new TickFlusher(1, () => now);
  const one: Flushable = {
    flush() {
      now += 0.5;
    },
  };
  flusher.scheduleAnswer(one);
  for (let n = 0; n < 40; n++) flusher.schedule(one, PATIENCE_MS);
  expect(flusher.counts).toEqual({ depth: 41, highWater: 41, submitted: 41 });
  flusher.run();
  expect(flusher.counts).toEqual({ depth: 24, highWater: 41, submitted: 41 });
  while (flusher.pending > 0) flusher.run();
  flusher.schedule(one, PATIENCE_MS);
  flusher.run();
  expect(flusher.counts).toEqual({ depth: 0, highWater: 41, submitted: 42 });
});

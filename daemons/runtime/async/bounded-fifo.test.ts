import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import fc from 'fast-check';
import { expect, it, vi } from 'vitest';
import { BoundedFifo } from './bounded-fifo.ts';

it('has room by entries and by bytes, and lets one entry go beyond the bytes', () => {
  const byCount = new BoundedFifo<number>({ capacity: 2, maxBytes: 100 });
  const nothing = { bytes: 0, highWater: 0, enqueued: 0, dequeued: 0, dropped: 0, rejected: 0 };
  expect(byCount.stats()).toEqual({ size: 0, capacity: 2, ...nothing });
  byCount.push(1, 1);
  expect(byCount.hasRoom).toBe(true);
  byCount.push(2, 1);
  expect(byCount.hasRoom).toBe(false);
  const byBytes = new BoundedFifo<number>({ capacity: 9, maxBytes: 100 });
  byBytes.push(1, 99);
  expect(byBytes.hasRoom).toBe(true);
  byBytes.push(2, 500);
  expect(byBytes.hasRoom).toBe(false);
  byBytes.shift();
  expect(byBytes.hasRoom).toBe(false);
  byBytes.shift();
  expect(byBytes.hasRoom).toBe(true);
});

it('tells how long each entry waited since somebody listens', async () => {
  const fifo = new BoundedFifo<number>({ capacity: 4, maxBytes: 100 });
  const waits: number[] = [];
  fifo.push(1, 1);
  fifo.onWait = (ns) => waits.push(ns);
  fifo.push(2, 1);
  const start = performance.now();
  await new Promise<void>((resolve) => setImmediate(resolve));
  fifo.shift();
  expect(waits).toEqual([]);
  fifo.shift();
  expect(waits[0]).toBeGreaterThanOrEqual(0);
  expect(waits[0]! / 1e6).toBeLessThanOrEqual(performance.now() - start + 1);
});

it('tells it also of entries that were there when it grew', () => {
  const fifo = new BoundedFifo<number>({ capacity: 64, maxBytes: 100 });
  const waits: number[] = [];
  fifo.onWait = (ns) => waits.push(ns);
  const now = vi.spyOn(performance, 'now');
  for (let ms = 1; ms <= 40; ms++) {
    now.mockReturnValue(ms);
    fifo.push(ms, 1);
  }
  now.mockReturnValue(100);
  for (let ms = 1; ms <= 40; ms++) fifo.shift();
  now.mockRestore();
  expect(waits).toEqual(Array.from({ length: 40 }, (_, i) => (99 - i) * 1e6));
});

it('counts what is thrown away and refused, and is of use afterwards', () => {
  const fifo = new BoundedFifo<string>({ capacity: 4, maxBytes: 100 });
  for (const text of ['a', 'b', 'c']) fifo.push(text, 10);
  fifo.shift();
  fifo.reject();
  fifo.clear();
  expect(fifo.shift()).toBeUndefined();
  const after = { bytes: 0, capacity: 4, highWater: 3, enqueued: 3, dequeued: 1, dropped: 2, rejected: 1 };
  expect(fifo.stats()).toEqual({ size: 0, ...after });
  fifo.push('d', 5);
  expect([fifo.shift(), fifo.size, fifo.stats().bytes]).toEqual(['d', 0, 0]);
});

it('gives out what was put in, in order, while it grows and goes round', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.boolean(), fc.nat(9)), { maxLength: 400 }), (steps) => {
      const fifo = new BoundedFifo<number>({ capacity: 100, maxBytes: 300 });
      const model: [number, number][] = [];
      let next = 0;
      for (const [put, bytes] of steps) {
        const held = model.reduce((sum, [, size]) => sum + size, 0);
        expect(fifo.hasRoom).toBe(model.length < 100 && held < 300);
        if (put && fifo.hasRoom) {
          fifo.push(next, bytes);
          model.push([next++, bytes]);
        } else if (!put) expect(fifo.shift()).toBe(model.shift()?.[0]);
        expect(fifo.size).toBe(model.length);
      }
      expect(fifo.stats().enqueued - fifo.stats().dequeued).toBe(model.length);
    }),
  );
});

it('tells nothing of a wait once nobody listens any more', () => {
  const fifo = new BoundedFifo<number>({ capacity: 4, maxBytes: 100 });
  fifo.onWait = () => {};
  fifo.push(1, 1);
  fifo.onWait = null;
  expect(fifo.shift()).toBe(1);
});

it('keeps order and bytes when it grows from the middle of its ring', () => {
  const fifo = new BoundedFifo<number>({ capacity: 100, maxBytes: 1e6 });
  for (let n = 0; n < 10; n++) fifo.push(-1, 1);
  for (let n = 0; n < 10; n++) fifo.shift();
  for (let n = 0; n < 70; n++) fifo.push(n, n);
  let bytes = fifo.stats().bytes;
  expect(bytes).toBe((69 * 70) / 2);
  for (let n = 0; n < 70; n++) {
    expect(fifo.shift()).toBe(n);
    bytes -= n;
    expect(fifo.stats().bytes).toBe(bytes);
  }
  expect(fifo.shift()).toBeUndefined();
});

it('holds on to nothing that was taken out or thrown away', async () => {
  const fifo = new BoundedFifo<object>({ capacity: 4, maxBytes: 100 });
  const gone = (() => {
    const entries = [{ n: 1 }, { n: 2 }, { n: 3 }];
    for (const entry of entries) fifo.push(entry, 1);
    return entries.map((entry) => new WeakRef(entry));
  })();
  fifo.shift();
  fifo.clear();
  // What a turn of the loop has seen lives until its end.
  await new Promise<void>((resolve) => setImmediate(resolve));
  setFlagsFromString('--expose-gc');
  (runInNewContext('gc') as () => void)();
  expect(gone.map((entry) => entry.deref())).toEqual([undefined, undefined, undefined]);
  expect(fifo.size).toBe(0);
});

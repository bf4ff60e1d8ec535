import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { SignalboxError } from '../../../contract/errors.ts';
import { limits } from '../limits.ts';
import { MetricRegistry } from '../telemetry/metric-registry.ts';
import { instrumentSlab, SlabPool, type SlabPoolOptions } from './slab-pool.ts';

function make(more: Partial<SlabPoolOptions> = {}): SlabPool {
  return new SlabPool({ name: 'frames', objectBytes: 20, max: 4, grow: 2, ...more });
}

/** What `work` was refused with. */
function refusal(work: () => unknown): SignalboxError {
  try {
    work();
  } catch (error) {
    return error as SignalboxError;
  }
  throw new Error('it was not refused');
}

async function collectGarbage(): Promise<void> {
  // What a turn of the loop has seen lives until its end.
  await new Promise((resolve) => setImmediate(resolve));
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  collect();
}

describe('a slab pool', () => {
  it('hands out buffers of its size that share no byte, and begin where any typed array can', () => {
    const pool = make();
    const buffers = [pool.alloc(), pool.alloc(), pool.alloc(), pool.alloc()];
    for (const [i, buffer] of buffers.entries()) buffer.fill(i + 1);
    for (const [i, buffer] of buffers.entries()) {
      expect([buffer.length, buffer.byteOffset % 8]).toEqual([20, 0]);
      expect(buffer.every((byte) => byte === i + 1)).toBe(true);
    }
    expect(Buffer.isBuffer(buffers[0])).toBe(true);
  });

  it('gives the buffer that was given back last, which is warm in the cache, with what was in it', () => {
    const pool = make();
    const [first, second] = [pool.alloc(), pool.alloc()];
    second[0] = 7;
    pool.free(first);
    pool.free(second);
    expect(pool.alloc()).toBe(second);
    expect(second[0]).toBe(7);
    expect(pool.alloc()).toBe(first);
  });

  it('hands a slab out from its beginning', () => {
    const pool = make({ grow: 3 });
    expect([pool.alloc(), pool.alloc(), pool.alloc()].map(({ byteOffset }) => byteOffset)).toEqual([
      0, 24, 48,
    ]);
  });

  it('has none when all are handed out, counts that, and says what to do', () => {
    const pool = make();
    for (let n = 0; n < 4; n++) pool.alloc();
    expect(pool.tryAlloc()).toBeNull();
    const error = refusal(() => pool.alloc());
    expect(error.code).toBe('limit_reached');
    expect(error.message).toBe(
      'All 4 buffers of the slab pool "frames" are handed out; give some back, or make it larger.',
    );
    expect(pool.stats()).toMatchObject({ active: 4, idle: 0, rejected: 2, taken: 4 });
  });

  it('finds out who gives a buffer back twice, or one that is not its own or only a part, and changes nothing', () => {
    const pool = make();
    const other = make();
    const buffer = pool.alloc();
    const kept = pool.alloc();
    pool.free(buffer);
    const twice = refusal(() => pool.free(buffer));
    expect([twice.code, twice.detail]).toEqual(['bad_request', { fault: 'double_free' }]);
    expect(twice.message).toBe(
      'Slab pool "frames": a buffer was given back already. Give back once, and whole, what alloc() gave.',
    );
    for (const foreign of [other.alloc(), kept.subarray(0, 20), Buffer.alloc(20)]) {
      const error = refusal(() => pool.free(foreign));
      expect([error.code, error.detail]).toEqual(['bad_request', { fault: 'foreign_free' }]);
      expect(error.message).toContain('was given back and is not one of its buffers');
    }
    expect(pool.stats()).toEqual({
      active: 1,
      idle: 1,
      max: 4,
      highWater: 2,
      taken: 2,
      returned: 1,
      faults: 4,
      rejected: 0,
    });
    expect(pool.alloc()).toBe(buffer);
    expect(pool.alloc()).not.toBe(kept);
  });

  it('makes as many buffers as it was told at first and whenever there is none, and never more than it may', () => {
    const pool = make({ initial: 1, grow: 2 });
    const idle = () => pool.stats().idle;
    const seen = [idle()];
    for (let n = 0; n < 4; n++) {
      pool.alloc();
      seen.push(idle());
    }
    expect(seen).toEqual([1, 0, 1, 0, 0]);
    expect(make({ initial: 0 }).stats()).toMatchObject({ active: 0, idle: 0, highWater: 0, taken: 0 });
    const many = new SlabPool({ name: 'x', objectBytes: 1, max: 100 });
    many.alloc();
    expect(many.stats().idle).toBe(63);
  });

  it('gives memory back where none of a slab is in use, but for the buffers that it begins with', () => {
    const pool = make({ initial: 2, max: 8 });
    const all = Array.from({ length: 8 }, () => pool.alloc());
    expect(pool.shrink()).toBe(0);
    for (const buffer of all.slice(0, 5)) pool.free(buffer);
    // Slabs of two: those with the first four buffers are free, one of the third slab is not.
    expect(pool.shrink()).toBe(2 * 2 * 24);
    expect(pool.stats()).toMatchObject({ active: 3, idle: 1 });
    for (const buffer of all.slice(5)) pool.free(buffer);
    expect(pool.shrink()).toBe(2 * 24);
    expect(pool.stats()).toMatchObject({ active: 0, idle: 2 });
    expect(refusal(() => pool.free(all[0]!)).detail).toEqual({ fault: 'foreign_free' });
    const again = Array.from({ length: 8 }, () => pool.alloc());
    expect(new Set(again).size).toBe(8);
    expect(pool.tryAlloc()).toBeNull();
  });

  it('gives the memory of a slab back once', () => {
    const pool = make();
    pool.free(pool.alloc());
    expect([pool.shrink(), pool.shrink()]).toEqual([48, 0]);
  });

  it('gives the places of buffers that are gone to the next, however often', () => {
    const pool = make();
    /** The number that the pool finds a buffer by, which its tables are as long as. */
    const placeOf = (buffer: Buffer) => {
      const [place] = Object.getOwnPropertySymbols(buffer);
      return (buffer as unknown as Record<symbol, number>)[place!]!;
    };
    for (let n = 0; n < 20; n++) {
      const buffers = Array.from({ length: 4 }, () => pool.alloc());
      expect(buffers.map(placeOf).sort()).toEqual([0, 1, 2, 3]);
      for (const buffer of buffers) pool.free(buffer);
      expect(pool.shrink()).toBe(4 * 24);
    }
  });

  it('keeps the newest slab no longer than the first', () => {
    const pool = make({ initial: 2 });
    const first = pool.alloc();
    for (const buffer of [pool.alloc(), pool.alloc(), pool.alloc()]) pool.free(buffer);
    pool.free(first);
    pool.shrink();
    expect(pool.alloc()).toBe(first);
  });

  it('says at its end how many were not given back, and takes them back late', () => {
    const pool = make();
    const [leaked, returned] = [pool.alloc(), pool.alloc()];
    pool.free(returned);
    expect(pool.close()).toEqual({ count: 1, bytes: 20, places: [] });
    const error = refusal(() => pool.tryAlloc());
    expect([error.code, error.message]).toEqual(['refused', 'The slab pool "frames" is closed.']);
    pool.free(leaked);
    expect(pool.close()).toEqual({ count: 0, bytes: 0, places: [] });
    expect(pool.stats()).toMatchObject({ active: 0, idle: 0, returned: 2 });
  });

  it('says where what was not given back was taken, when it is traced', () => {
    const pool = make({ traced: true });
    function readsRarely() {
      return pool.alloc();
    }
    function readsOften() {
      return pool.tryAlloc();
    }
    readsRarely();
    for (let n = 0; n < 2; n++) readsOften();
    pool.free(pool.alloc());
    const { count, places } = pool.close();
    expect(count).toBe(3);
    expect(places.map((place) => place.count)).toEqual([2, 1]);
    expect(places[0]!.stack).toMatch(/^at readsOften /);
    expect(places[1]!.stack).toMatch(/^at readsRarely /);
    // Each line of it is a place in the program, without the name of what was thrown and the pool's own.
    for (const { stack } of places) {
      expect(stack.split('\n').length).toBeGreaterThan(1);
      for (const line of stack.split('\n')) expect(line).toMatch(/^at (?!.*SlabPool\.)/);
    }
  });

  it('refuses sizes that cannot be, and says which', () => {
    const most = limits.slabPoolBytes.default;
    for (const [wrong, message] of [
      [{ objectBytes: 0 }, 'objectBytes: 0 is no whole number from 1 on.'],
      [{ objectBytes: 1.5 }, 'objectBytes: 1.5 is no whole number from 1 on.'],
      [{ max: 0 }, 'max: 0 is no whole number from 1 on.'],
      [{ grow: 0 }, 'grow: 0 is no whole number from 1 on.'],
      [{ initial: -1 }, 'initial: -1 is no whole number from 0 on.'],
      [{ initial: 5 }, 'initial: 5 buffers are more than max, which is 4.'],
    ] as const) {
      const error = refusal(() => make(wrong));
      expect([error.code, error.message]).toEqual(['bad_request', message]);
    }
    const error = refusal(() => make({ objectBytes: most / 4 + 1 }));
    expect(error.code).toBe('limit_reached');
    expect(error.message).toBe(
      `4 buffers of ${most / 4 + 1} bytes take ${most + 32} bytes; a slab pool has at most ${most}.`,
    );
    expect(() => make({ objectBytes: most / 4 })).not.toThrow();
    expect(() => make({ initial: 4 })).not.toThrow();
  });

  it('never hands a buffer out twice, loses none and counts right, whatever is asked in whatever order', () => {
    const step = fc.oneof(
      { weight: 4, arbitrary: fc.constant('take' as const) },
      { weight: 3, arbitrary: fc.nat(20) },
      { weight: 1, arbitrary: fc.constant('shrink' as const) },
    );
    fc.assert(
      fc.property(
        fc.array(step, { maxLength: 60 }),
        fc.integer({ min: 1, max: 12 }),
        fc.integer({ min: 1, max: 5 }),
        fc.nat(3),
        (steps, max, grow, initial) => {
          const pool = make({ max, grow, initial: Math.min(initial, max) });
          const held: Buffer[] = [];
          let taken = 0;
          let rejected = 0;
          for (const one of steps) {
            if (one === 'take') {
              const buffer = pool.tryAlloc();
              if (buffer === null) {
                rejected++;
                expect(held.length).toBe(max);
                continue;
              }
              expect(held).not.toContain(buffer);
              held.push(buffer.fill(++taken));
            } else if (one === 'shrink') pool.shrink();
            else if (held.length > 0) {
              const [buffer] = held.splice(one % held.length, 1);
              // Nobody else has written to it.
              expect(new Set(buffer).size).toBe(1);
              pool.free(buffer!);
            }
            const stats = pool.stats();
            expect(stats).toMatchObject({ active: held.length, taken, rejected, faults: 0 });
            expect(stats.active + stats.idle).toBeLessThanOrEqual(max);
            expect(stats.active + stats.idle).toBeGreaterThanOrEqual(Math.min(initial, max));
          }
          expect(pool.close().count).toBe(held.length);
        },
      ),
      { numRuns: 200 },
    );
  });

  it('holds no memory when it is closed, a thousand times over', async () => {
    const buffers: WeakRef<Buffer>[] = [];
    const pools = Array.from({ length: 1_000 }, () => {
      const pool = make();
      const buffer = pool.alloc();
      buffers.push(new WeakRef(buffer));
      pool.free(buffer);
      pool.close();
      return pool;
    });
    await collectGarbage();
    expect(buffers.filter((buffer) => buffer.deref() !== undefined)).toEqual([]);
    expect(pools.every((pool) => pool.stats().idle === 0)).toBe(true);
  });

  it('shows its figures as an instrument of its name', () => {
    const metrics = new MetricRegistry('t', []);
    const pool = make({ max: 3, grow: 3 });
    const instrument = instrumentSlab(metrics, pool);
    const [first, second] = [pool.alloc(), pool.alloc()];
    pool.free(second);
    pool.free(pool.alloc());
    expect(() => pool.free(second)).toThrow();
    for (let n = 0; n < 2; n++) pool.alloc();
    expect(pool.tryAlloc()).toBeNull();
    pool.free(first);
    metrics.sample();
    const value = (figure: string) =>
      metrics.values[metrics.layout.slot(`signalbox_t_slab_${figure}{slab="frames"}`)];
    const gauges = ['active', 'idle', 'max', 'high_water'].map(value);
    const totals = ['submitted', 'completed', 'failed', 'rejected'].map((name) => value(`${name}_total`));
    expect([gauges, totals]).toEqual([
      [2, 1, 3, 3],
      [5, 3, 1, 1],
    ]);
    instrument.close();
    metrics.sample();
    expect(value('active')).toBeUndefined();
  });
});

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FakeClock } from '../../../kit/fake-clock.ts';
import { MetricRegistry } from '../telemetry/metric-registry.ts';
import { AsyncCache, type AsyncCacheOptions, instrumentCache } from './async-cache.ts';

/** A cache that asks a book, which can be made to fail or to answer late. */
function make(more: Partial<AsyncCacheOptions<string, number>> = {}) {
  const clock = new FakeClock();
  const asked: string[] = [];
  const book: Record<string, number | Error | Promise<number | null>> = { one: 1, two: 2 };
  const cache = new AsyncCache<string, number>({
    name: 'book',
    capacity: 3,
    ttlMs: 1_000,
    clock,
    ask: async (key) => {
      asked.push(key);
      const found = book[key] ?? null;
      if (found instanceof Error) throw found;
      return found;
    },
    ...more,
  });
  return { cache, clock, asked, book };
}

/** A promise, and what settles it. */
function later<T>() {
  let answer: (value: T) => void = () => {};
  const promise = new Promise<T>((resolve) => {
    answer = resolve;
  });
  return { promise, answer };
}

describe('a cache of answers', () => {
  it('asks once and remembers the answer, also that there is none', async () => {
    const { cache, asked } = make();
    expect(cache.get('one')).toBeUndefined();
    expect([await cache.load('one'), await cache.load('none')]).toEqual([1, null]);
    expect([await cache.load('one'), await cache.load('none')]).toEqual([1, null]);
    expect([cache.get('one'), cache.get('none')]).toEqual([1, null]);
    expect(asked).toEqual(['one', 'none']);
    expect(cache.stats()).toEqual({
      depth: 2,
      capacity: 3,
      hits: 4,
      misses: 2,
      failed: 0,
      evicted: 0,
      expired: 0,
    });
  });

  it('asks again when an answer has become too old, also one that there is none', async () => {
    const { cache, clock, asked } = make({ noneTtlMs: 200 });
    await Promise.all([cache.load('one'), cache.load('none')]);
    await clock.advance(200);
    expect([cache.get('one'), cache.get('none')]).toEqual([1, null]);
    await clock.advance(1);
    expect([cache.get('one'), cache.get('none')]).toEqual([1, undefined]);
    await clock.advance(799);
    expect(cache.get('one')).toBe(1);
    await clock.advance(1);
    expect(await cache.load('one')).toBe(1);
    expect(asked).toEqual(['one', 'none', 'one']);
    expect(cache.stats()).toMatchObject({ depth: 1, expired: 2, evicted: 0, misses: 3 });
  });

  it.each([0, 1, 2])(
    'lets an answer grow old also at the very beginning of time, %i ms after it',
    async (ms) => {
      const { cache, clock } = make();
      await clock.advance(ms);
      await cache.load('one');
      await clock.advance(1_001);
      expect(cache.get('one')).toBeUndefined();
    },
  );

  it('remembers that there is none for as long as an answer, unless it was told otherwise', async () => {
    const [as, never] = [make(), make({ noneTtlMs: 0 })];
    for (const { cache, clock } of [as, never]) {
      await cache.load('none');
      await clock.advance(1_000);
    }
    expect([as.cache.get('none'), never.cache.get('none')]).toEqual([null, undefined]);
    expect(never.cache.stats()).toMatchObject({ depth: 0, expired: 0 });
    await as.clock.advance(1);
    expect(as.cache.get('none')).toBeUndefined();
  });

  it('holds no more entries than it may; the one that was not used for longest goes', async () => {
    const { cache } = make({ capacity: 2 });
    await cache.load('one');
    await cache.load('two');
    cache.get('one');
    await cache.load('none');
    expect([cache.get('one'), cache.get('two'), cache.get('none')]).toEqual([1, undefined, null]);
    expect(cache.stats()).toMatchObject({ depth: 2, capacity: 2, evicted: 1 });
  });

  it('does not ask a second time what is being asked', async () => {
    const { cache, asked, book } = make();
    const { promise, answer } = later<number>();
    book.slow = promise;
    const all = Array.from({ length: 100 }, () => cache.load('slow'));
    answer(7);
    expect(new Set(await Promise.all(all))).toEqual(new Set([7]));
    expect(asked).toEqual(['slow']);
    expect(cache.stats()).toMatchObject({ hits: 99, misses: 1 });
  });

  it('tells a failure to everybody who waits, remembers nothing of it, and asks again', async () => {
    const { cache, asked, book } = make();
    book.one = new Error('no answer');
    const both = [cache.load('one'), cache.load('one')];
    for (const one of both) await expect(one).rejects.toThrow('no answer');
    expect(cache.stats()).toMatchObject({ depth: 0, failed: 1 });
    book.one = 11;
    expect(await cache.load('one')).toBe(11);
    expect(asked).toEqual(['one', 'one']);
  });

  it('leaves alone what failed, where a failure is as good as none', async () => {
    const { cache, asked, book } = make({ failed: 'none' });
    book.one = new Error('no answer');
    expect([await cache.load('one'), await cache.load('one')]).toEqual([null, null]);
    expect(asked).toEqual(['one']);
    expect(cache.stats()).toMatchObject({ depth: 1, failed: 1, hits: 1 });
  });

  it('hears also of a question that fails before it has begun', async () => {
    const ask = () => {
      throw new Error('bad key');
    };
    const { cache } = make({ ask });
    await expect(cache.load('one')).rejects.toThrow('bad key');
    await expect(cache.load('one')).rejects.toThrow('bad key');
    expect(cache.stats()).toMatchObject({ failed: 2, misses: 2 });
  });

  it('forgets one answer or all, and does not remember one that was asked for before', async () => {
    for (const how of ['forget', 'clear'] as const) {
      const { cache, asked, book } = make();
      const { promise, answer } = later<number>();
      await cache.load('two');
      book.one = promise;
      const old = cache.load('one');
      const forgotten = how === 'clear' ? cache.clear() : cache.forget('one');
      expect(forgotten).toBe(how === 'clear' ? 1 : undefined);
      book.one = 2;
      expect(await cache.load('one')).toBe(2);
      answer(1);
      expect(await old).toBe(1);
      expect(cache.get('one')).toBe(2);
      expect(cache.get('two')).toBe(how === 'clear' ? undefined : 2);
      cache.forget('one');
      expect(cache.get('one')).toBeUndefined();
      expect(asked).toEqual(['two', 'one', 'one']);
      expect(cache.stats()).toMatchObject({ evicted: 0, expired: 0 });
    }
  });

  it('lets a late failure of what was forgotten end nothing that was asked since', async () => {
    const { cache, asked, book } = make();
    let fail: (why: Error) => void = () => {};
    book.one = new Promise<number>((_, reject) => {
      fail = reject;
    });
    const old = cache.load('one');
    cache.forget('one');
    const { promise, answer } = later<number>();
    book.one = promise;
    const newer = cache.load('one');
    fail(new Error('late'));
    await expect(old).rejects.toThrow('late');
    const third = cache.load('one');
    answer(3);
    expect([await newer, await third]).toEqual([3, 3]);
    expect(asked).toHaveLength(2);
  });

  it('answers like a book that is asked each time, with answers that are no older than they may be', async () => {
    const step = fc.oneof(
      fc.record({ kind: fc.constant('load' as const), key: fc.nat(5) }),
      fc.record({ kind: fc.constant('wait' as const), ms: fc.nat(800) }),
      fc.record({ kind: fc.constant('change' as const), key: fc.nat(5) }),
      fc.record({ kind: fc.constant('forget' as const), key: fc.nat(5) }),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 40 }), async (steps) => {
        const { cache, clock, book } = make();
        /** What was true of a key, and until when. */
        const history = new Map<string, { value: number | null; until: number }[]>();
        let loads = 0;
        for (const [n, one] of steps.entries()) {
          const now = clock.monotonic();
          if (one.kind === 'wait') await clock.advance(one.ms);
          else if (one.kind === 'load') {
            const key = `${one.key}`;
            const value = await cache.load(key);
            loads++;
            const past = (history.get(key) ?? []).filter(({ until }) => now - until <= 1_000);
            const possible = [...past.map((was) => was.value), (book[key] as number | undefined) ?? null];
            expect(possible).toContain(value);
          } else if (one.kind === 'change') {
            const key = `${one.key}`;
            const before = (book[key] as number | undefined) ?? null;
            history.set(key, [...(history.get(key) ?? []), { value: before, until: now }]);
            book[key] = n;
          } else {
            cache.forget(`${one.key}`);
            history.delete(`${one.key}`);
          }
          const { depth, hits, misses } = cache.stats();
          expect(depth).toBeLessThanOrEqual(3);
          expect(hits + misses).toBe(loads);
        }
      }),
    );
  });

  it('shows its figures as an instrument of its name', async () => {
    const metrics = new MetricRegistry('t', []);
    const { cache, clock, book } = make({ capacity: 2 });
    const instrument = instrumentCache(metrics, cache);
    book.bad = new Error('no answer');
    for (const key of ['one', 'two', 'none', 'none', 'none', 'none']) await cache.load(key);
    for (let n = 0; n < 2; n++) await expect(cache.load('bad')).rejects.toThrow();
    await clock.advance(1_001);
    cache.get('none');
    metrics.sample();
    const value = (figure: string) =>
      metrics.values[metrics.layout.slot(`signalbox_t_cache_${figure}{cache="book"}`)];
    expect([value('depth'), value('capacity')]).toEqual([1, 2]);
    const totals = ['hits', 'misses', 'failed', 'evicted', 'expired'];
    expect(totals.map((name) => value(`${name}_total`))).toEqual([3, 5, 2, 1, 1]);
    instrument.close();
    metrics.sample();
    expect(value('depth')).toBeUndefined();
  });

  it('keeps the time of the machine where it is given no other', async () => {
    const cache = new AsyncCache<string, number>({
      name: 'x',
      capacity: 1,
      ttlMs: 60_000,
      ask: async () => 1,
    });
    await cache.load('a');
    expect(cache.get('a')).toBe(1);
  });
});

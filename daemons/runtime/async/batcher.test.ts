import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FakeClock } from '../../../kit/fake-clock.ts';
import { MetricRegistry } from '../telemetry/metric-registry.ts';
import { Batcher, type BatcherOptions, instrumentBatcher } from './batcher.ts';

function make(more: Partial<BatcherOptions<string>> = {}) {
  const clock = new FakeClock();
  const sent: string[] = [];
  const batcher = new Batcher<string>({
    name: 'lines',
    clock,
    send: (batch) => void sent.push(`${clock.monotonic()} ${batch.join('')}`),
    ...more,
  });
  const add = (text: string) => [...text].map((entry) => batcher.add(entry));
  return { clock, sent, batcher, add };
}

/** A batcher whose batches are taken when the test says so. */
function slow(more: Partial<BatcherOptions<string>> = {}) {
  const taken: ((thrown?: Error) => void)[] = [];
  const batches: string[] = [];
  const made = make({
    send: (batch) => {
      batches.push(batch.join(''));
      return new Promise((resolve, reject) => {
        taken.push((thrown) => (thrown === undefined ? resolve() : reject(thrown)));
      });
    },
    ...more,
  });
  /** Lets the batch under way end. */
  const take = async (thrown?: Error) => {
    taken.shift()!(thrown);
    await made.clock.advance(0);
  };
  return { ...made, batches, take };
}

describe('a batcher', () => {
  it('has done nothing at first', () => {
    expect(make().batcher.stats()).toEqual({
      depth: 0,
      capacity: 50,
      submitted: 0,
      completed: 0,
      rejected: 0,
      batches: 0,
      full: 0,
      delayed: 0,
      largest: 0,
      bytes: 0,
    });
  });

  it('sends at once while there is little to do', async () => {
    const { clock, sent, add } = make();
    for (let n = 0; n < 3; n++) {
      add('a');
      await clock.advance(2);
    }
    expect(sent).toEqual(['0 a', '2 a', '4 a']);
    expect(clock.pendingTimers).toBe(0);
  });

  it('lets entries wait for each other, longer and longer while several come, and never more than ten milliseconds', async () => {
    const { clock, sent, add } = make();
    for (let ms = 0; ms < 40; ms++) {
      add('ab');
      await clock.advance(1);
    }
    const times = sent.map((batch) => Number.parseFloat(batch));
    expect(times.map((time, i) => time - (times[i - 1] ?? 0))).toEqual([0, 1.25, 2.5, 5, 10, 10, 10]);
  });

  it('waits less again when entries become few, and goes at once when there are none', async () => {
    const { clock, sent, add } = make();
    for (const [after, text] of [
      [0, 'ab'],
      [1, 'cd'],
      // The time of the batch "bcd" was 1.25 ms, the next may take 2.5.
      [1, 'e'],
      [2, 'f'],
      [5, 'g'],
    ] as const) {
      await clock.advance(after);
      add(text);
    }
    await clock.advance(100);
    // "e" went alone, so "f" waits for no more than half as long.
    expect(sent).toEqual(['0 a', '1.25 bcd', '3.75 e', '5 f', '9 g']);
  });

  it('sends when it has as many entries as it may have', async () => {
    const { clock, sent, batcher, add } = make({ maxEntries: 3 });
    add('abcdefgh');
    expect(sent).toEqual(['0 a', '0 bcd', '0 efg']);
    await clock.advance(10);
    expect(sent.at(-1)).toBe('5 h');
    expect(batcher.stats()).toMatchObject({ batches: 4, full: 2, delayed: 1, largest: 3, capacity: 3 });
    const usual = make();
    usual.add('x'.repeat(51));
    expect(usual.sent.map((batch) => batch.length)).toEqual(['0 x'.length, 2 + 50]);
    expect(usual.batcher.stats().bytes).toBe(0);
  });

  it('sends when it has as many bytes as it may have, and a larger entry alone', () => {
    const batches: string[][] = [];
    const { batcher } = make({
      maxBytes: 10,
      sizeOf: (entry) => entry.length,
      send: (batch) => void batches.push([...batch]),
    });
    for (const bytes of [1, 4, 5, 2, 6, 1, 25, 3]) batcher.add('x'.repeat(bytes));
    const sizes = () => batches.map((batch) => batch.map((entry) => entry.length));
    expect(sizes()).toEqual([[1], [4, 5], [2, 6, 1], [25]]);
    batcher.flush();
    expect(sizes().at(-1)).toEqual([3]);
    expect(batcher.stats()).toMatchObject({ bytes: 47, full: 3, completed: 8, depth: 0 });
    batcher.add('x'.repeat(10));
    expect(sizes().at(-1)).toEqual([10]);
    const before = batches.length;
    batcher.add('x'.repeat(25));
    expect(sizes().slice(before)).toEqual([[25]]);
  });

  it('has room for four kilobytes where nobody says otherwise', () => {
    const batches: number[] = [];
    const { batcher } = make({
      sizeOf: () => 1_000,
      send: (batch) => void batches.push(batch.length),
    });
    for (let n = 0; n < 10; n++) batcher.add('x');
    expect(batches).toEqual([1, 4, 4]);
  });

  it('counts no bytes where nobody says how many an entry has', () => {
    const { sent, add, batcher } = make({ maxBytes: 0 });
    add('abc');
    expect(sent).toEqual(['0 a']);
    expect(batcher.stats()).toMatchObject({ depth: 2, bytes: 0 });
  });

  it('refuses what is too much before its time, where it is told to, and begins anew with the next batch', async () => {
    const { clock, sent, batcher, add } = make({
      maxEntries: 2,
      minDelayMs: 10,
      whenFull: 'refuse',
      sizeOf: () => 1,
    });
    expect(add('abcd')).toEqual([true, true, true, false]);
    await clock.advance(10);
    expect(add('e')).toEqual([true]);
    await clock.advance(10);
    expect(sent).toEqual(['0 a', '10 bc', '20 e']);
    expect(batcher.stats()).toMatchObject({ submitted: 4, rejected: 1, full: 0, delayed: 2 });
    const bytes = make({ maxBytes: 2, minDelayMs: 10, whenFull: 'refuse', sizeOf: () => 1 });
    expect(bytes.add('abcd')).toEqual([true, true, true, false]);
    expect(bytes.sent).toEqual(['0 a']);
  });

  it('sends nothing more while a batch is being taken, then all that has come, in batches', async () => {
    const { batches, batcher, add, take, clock } = slow({ maxEntries: 3 });
    add('abcdefg');
    await clock.advance(50);
    expect(batches).toEqual(['a']);
    await take();
    expect(batches).toEqual(['a', 'bcd']);
    add('h');
    await take();
    expect(batches).toEqual(['a', 'bcd', 'efg']);
    await take();
    expect(batches.at(-1)).toBe('h');
    await take();
    await clock.advance(50);
    expect(batcher.stats()).toMatchObject({ depth: 0, submitted: 8, completed: 8, batches: 4, full: 2 });
    expect(batcher.stats()).toMatchObject({ bytes: 0, largest: 3 });
    add('i');
    expect(batches.at(-1)).toBe('i');
  });

  it('keeps to its bytes also with what has come while a batch was being taken', async () => {
    const { batches, batcher, take } = slow({ maxBytes: 4, sizeOf: (entry) => entry.length });
    for (const entry of ['a', 'bb', 'cc', 'ddddd', 'e']) batcher.add(entry);
    expect(batches).toEqual(['a']);
    for (let n = 0; n < 3; n++) await take();
    expect(batches).toEqual(['a', 'bbcc', 'ddddd', 'e']);
  });

  it('refuses entries when ten batches wait for one that is being taken', async () => {
    const { batcher, add, take } = slow({ maxEntries: 2 });
    expect(add('a'.repeat(21)).every((taken) => taken)).toBe(true);
    expect(add('b')).toEqual([false]);
    await take();
    expect(add('ccc')).toEqual([true, true, false]);
    expect(batcher.stats()).toMatchObject({ depth: 20, rejected: 2 });
    const few = slow({ maxWaiting: 1 });
    expect(few.add('abc')).toEqual([true, true, false]);
  });

  it('tells of a batch that could not be sent, and goes on with the next', async () => {
    const failures: [unknown, string][] = [];
    const { batches, add, take } = slow({
      onFailure: (thrown, batch) => failures.push([thrown, batch.join('')]),
    });
    add('abc');
    const broken = new Error('broken');
    await take(broken);
    expect(failures).toEqual([[broken, 'a']]);
    expect(batches).toEqual(['a', 'bc']);
  });

  it('fails to close by a batch that could not be sent, where nobody else hears of it', async () => {
    const { batcher, add, take } = slow();
    add('a');
    const closing = batcher.close().catch((thrown: unknown) => thrown);
    const broken = new Error('broken');
    await take(broken);
    expect(await closing).toBe(broken);
  });

  it('tells of each batch how long its first entry waited, whatever came after that', async () => {
    const waited: number[] = [];
    const { clock, batcher, add } = make({ minDelayMs: 8 });
    batcher.onBatch = (ms) => waited.push(ms);
    add('a');
    await clock.advance(1);
    add('b');
    await clock.advance(3);
    add('c');
    await clock.advance(4);
    add('d');
    await clock.advance(20);
    expect(waited).toEqual([0, 7, 10]);
  });

  it('sends at its end what waits, says when it was taken, and takes nothing more', async () => {
    const { batches, batcher, add, take, clock } = slow({ maxEntries: 2 });
    add('abcd');
    let closed = false;
    const closing = batcher.close().then(() => {
      closed = true;
    });
    expect(add('e')).toEqual([false]);
    for (let n = 0; n < 2; n++) await take();
    expect([batches, closed]).toEqual([['a', 'bc', 'd'], false]);
    await take();
    await closing;
    expect(clock.pendingTimers).toBe(0);
    const quick = make();
    quick.add('ab');
    void quick.batcher.close();
    expect(quick.sent).toEqual(['0 a', '0 b']);
    await quick.batcher.close();
    expect(quick.sent).toHaveLength(2);
  });

  it('sends what waits when it is asked to, and no empty batch', async () => {
    const { clock, sent, batcher, add } = make();
    batcher.flush();
    add('ab');
    batcher.flush();
    batcher.flush();
    await clock.advance(20);
    expect(sent).toEqual(['0 a', '0 b']);
  });

  it('takes an entry that comes while it sends', async () => {
    const { clock, batcher } = make({
      send: (batch) => {
        if (batch[0] === 'a') batcher.add('b');
        batches.push(batch.join(''));
      },
    });
    const batches: string[] = [];
    batcher.add('a');
    await clock.advance(10);
    expect(batches).toEqual(['a', 'b']);
  });

  it('loses nothing, keeps the order and its bounds, and lets nobody wait too long, whatever comes when', async () => {
    const step = fc.oneof(
      fc.record({ kind: fc.constant('add' as const), bytes: fc.integer({ min: 1, max: 9 }) }),
      fc.record({ kind: fc.constant('wait' as const), ms: fc.nat(12) }),
      fc.record({ kind: fc.constant('flush' as const) }),
    );
    await fc.assert(
      fc.asyncProperty(
        fc.array(step, { maxLength: 60 }),
        fc.integer({ min: 1, max: 5 }),
        async (steps, most) => {
          const clock = new FakeClock();
          const added: { n: number; bytes: number; at: number }[] = [];
          const got: number[] = [];
          const batcher = new Batcher<(typeof added)[number]>({
            name: 'x',
            clock,
            maxEntries: most,
            maxBytes: 12,
            sizeOf: ({ bytes }) => bytes,
            send: (batch) => {
              expect(batch.length).toBeGreaterThan(0);
              expect(batch.length).toBeLessThanOrEqual(most);
              const bytes = batch.reduce((sum, entry) => sum + entry.bytes, 0);
              expect(bytes <= 12 || batch.length === 1).toBe(true);
              for (const { n, at } of batch) {
                expect(clock.monotonic() - at).toBeLessThanOrEqual(10);
                got.push(n);
              }
            },
          });
          for (const one of steps) {
            if (one.kind === 'wait') await clock.advance(one.ms);
            else if (one.kind === 'flush') batcher.flush();
            else {
              const entry = { n: added.length, bytes: one.bytes, at: clock.monotonic() };
              added.push(entry);
              expect(batcher.add(entry)).toBe(true);
            }
            const { submitted, completed, depth } = batcher.stats();
            expect([submitted, depth]).toEqual([added.length, submitted - completed]);
          }
          await clock.advance(10);
          expect(got).toEqual(added.map(({ n }) => n));
          await clock.advance(10);
          expect(clock.pendingTimers).toBe(0);
        },
      ),
    );
  });

  it('shows its figures as an instrument of its name, and how long the first entry of a batch waited', async () => {
    const metrics = new MetricRegistry('t', []);
    const { clock, batcher, add } = make({ maxEntries: 3 });
    const instrument = instrumentBatcher(metrics, batcher);
    add('a');
    await clock.advance(1);
    add('bc');
    await clock.advance(10);
    add('adefgh');
    metrics.rotate();
    metrics.sample();
    const slot = (figure: string) => metrics.layout.slot(`signalbox_t_batcher_${figure}{batcher="lines"}`);
    const value = (figure: string) => metrics.values[slot(figure)];
    expect([value('depth'), value('capacity')]).toEqual([2, 3]);
    const totals = ['submitted', 'completed', 'batches', 'full', 'delayed'];
    expect(totals.map((name) => value(`${name}_total`))).toEqual([9, 7, 4, 1, 1]);
    expect(value('wait_seconds')).toBe(4);
    expect(metrics.values[slot('wait_seconds') + 1]).toBeCloseTo(0.000_25, 9);
    instrument.close();
    metrics.sample();
    expect(value('depth')).toBeUndefined();
    expect(batcher.onBatch).toBeNull();
  });

  it('leaves no timer behind, a thousand times over', async () => {
    const clock = new FakeClock();
    for (let n = 0; n < 1_000; n++) {
      const batcher = new Batcher<string>({ name: 'x', clock, send: () => {} });
      batcher.add('a');
      batcher.add('b');
      await batcher.close();
    }
    expect(clock.pendingTimers).toBe(0);
  });

  it('keeps the time of the machine where it is given no other', async () => {
    const sent: string[] = [];
    const batcher = new Batcher<string>({ name: 'x', send: (batch) => void sent.push(batch.join('')) });
    batcher.add('a');
    batcher.add('b');
    await batcher.close();
    expect(sent).toEqual(['a', 'b']);
  });
});

/** The samples of a source against a slow model that keeps everything. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { layoutOf, type MetricFrame } from '../../contract/metric-frame.ts';
import { SampleColumns } from './sample-columns.ts';

const layout = layoutOf([
  { name: 'gauge', kind: 'gauge', unit: 'count', help: '' },
  { name: 'counter', kind: 'counter', unit: 'count', help: '' },
  { name: 'latency', kind: 'histogram', unit: 'seconds', help: '' },
]);
const [GAUGE, COUNTER, COUNT, SUM, P50, MAX] = [0, 1, 2, 3, 4, 8];
const CAPACITY = 24;

interface Told {
  readonly time: number;
  readonly gauge: number;
  readonly counter: number;
  readonly count: number;
}

function frame({ time, gauge, counter, count }: Told, skipped = 0): MetricFrame {
  const values = Float64Array.of(gauge, counter, count, count * 2, 0.5, 0.6, 0.7, 0.8, 0.9);
  return { seq: 1, time: time * 1_000, skipped, revision: 1, values };
}

/** All that was ever told, and what charts should show of it. */
class Model {
  samples: { time: number; gauge: number; rate: number; countRate: number; p50: number }[] = [];
  /** Of the process that tells now. */
  told: Told[] = [];
  /** The last that was taken over, of whatever process. */
  newest: Told = { time: 1_000, gauge: 0, counter: 0, count: 0 };

  push(now: Told): boolean {
    const last = this.samples.at(-1);
    if (last !== undefined && now.time <= last.time) {
      if (now.time > last.time - 1) return false;
      this.samples = [];
      this.told = [];
    }
    const known = this.told.slice(-16);
    const base = known.findLast(({ time }) => now.time - time > 0.94) ?? known[0];
    const rate = (key: 'counter' | 'count') => {
      if (base === undefined) return 0;
      const grown = now[key] < base[key] ? now[key] : now[key] - base[key];
      return grown / (now.time - base.time);
    };
    const p50 = now.count === 0 ? Number.NaN : 0.5;
    this.samples.push({
      time: now.time,
      gauge: now.gauge,
      rate: rate('counter'),
      countRate: rate('count'),
      p50,
    });
    // As long as it is the first frame that rates are taken from, all of them are those of the newest.
    if (base !== undefined && base === this.told[0] && this.told.length < 16) {
      for (const sample of this.samples.slice(-this.told.length - 1)) {
        sample.rate = rate('counter');
        sample.countRate = rate('count');
      }
    }
    this.told.push(now);
    this.newest = now;
    return true;
  }
}

// Eighths of a second are exact.
const step = fc.oneof(
  { weight: 12, arbitrary: fc.integer({ min: 1, max: 9 }) },
  { weight: 2, arbitrary: fc.integer({ min: 10, max: 60 }) },
  { weight: 1, arbitrary: fc.integer({ min: -20, max: 0 }) },
);
const told = fc.record({
  step,
  gauge: fc.integer({ min: -5, max: 50 }),
  counter: fc.oneof({ weight: 9, arbitrary: fc.nat(40) }, { weight: 1, arbitrary: fc.constant(-1) }),
  count: fc.nat(3),
  odd: fc.nat(30),
});

const list = (samples: SampleColumns, slot: number) => [...samples.column(slot)];

describe('the samples of a source', () => {
  it('are what a model says that keeps everything, whatever comes', () => {
    fc.assert(
      fc.property(fc.array(told, { maxLength: 80 }), (steps) => {
        const samples = new SampleColumns(layout, CAPACITY);
        const model = new Model();
        let now = model.newest;
        for (const one of steps) {
          if (one.odd === 0) {
            samples.startOver();
            model.told = [];
          }
          if (one.odd === 1) expect(samples.push({ ...frame(now), values: new Float64Array(3) })).toBe(false);
          const counter = one.counter < 0 ? 1 : now.counter + one.counter;
          now = { time: now.time + one.step / 8, gauge: one.gauge, counter, count: now.count + one.count };
          expect(samples.push(frame(now, one.odd))).toBe(model.push(now));
          const shown = model.samples.slice(-CAPACITY);
          const last = shown.at(-1)!;
          expect([...samples.times()]).toEqual(shown.map(({ time }) => time));
          expect(list(samples, GAUGE)).toEqual(shown.map(({ gauge }) => gauge));
          expect(list(samples, COUNTER)).toEqual(shown.map(({ rate }) => rate));
          expect(list(samples, COUNT)).toEqual(shown.map(({ countRate }) => countRate));
          expect(list(samples, P50)).toEqual(shown.map(({ p50 }) => p50));
          expect([samples.length, samples.lastTime]).toEqual([shown.length, last.time]);
          expect([samples.shown(GAUGE), samples.shown(COUNTER), samples.shown(P50)]).toEqual([
            last.gauge,
            last.rate,
            last.p50,
          ]);
          now = model.newest;
          expect([samples.raw(COUNTER), samples.latest[GAUGE]]).toEqual([now.counter, now.gauge]);
        }
      }),
      { numRuns: 60 },
    );
  });

  it('take what was recorded into their holes, and nowhere else', () => {
    const gaps = fc.array(fc.integer({ min: 1, max: 48 }), { minLength: 1, maxLength: 12 });
    const past = fc.uniqueArray(fc.integer({ min: 0, max: 60 }), { maxLength: 40 });
    fc.assert(
      fc.property(gaps, past, (steps, seconds) => {
        const samples = new SampleColumns(layout, CAPACITY);
        let time = 10;
        const held: number[] = [];
        for (const eighths of steps) {
          time += eighths / 8;
          held.push(time);
          samples.push(frame({ time, gauge: 1, counter: 0, count: 0 }));
        }
        const times = Float64Array.from([...seconds].sort((a, b) => a - b));
        samples.fill({ times, columns: new Map([[GAUGE, times.map((second) => second * 100)]]) });
        const first = held[0]!;
        const fits = (second: number) =>
          second < first ||
          held.some((at, i) => second > at && second < (held[i + 1] ?? 0) && held[i + 1]! - at > 2.5);
        const expected = [
          ...held.map((at) => [at, 1]),
          ...[...times].filter(fits).map((at) => [at, at * 100]),
        ]
          .sort((a, b) => a[0]! - b[0]!)
          .slice(-CAPACITY);
        expect([...samples.times()]).toEqual(expected.map(([at]) => at));
        expect(list(samples, GAUGE)).toEqual(expected.map(([, value]) => value));
        const recorded = expected.map(([, value]) => value !== 1);
        expect(list(samples, P50)).toEqual(recorded.map(() => Number.NaN));
        expect(list(samples, COUNTER)).toEqual(recorded.map((is) => (is ? Number.NaN : 0)));
      }),
      { numRuns: 100 },
    );
  });
});

describe('figures of another layout', () => {
  const other = layoutOf([
    { name: 'latency', kind: 'histogram', unit: 'seconds', help: '' },
    { name: 'fresh', kind: 'gauge', unit: 'count', help: '' },
    { name: 'counter', kind: 'counter', unit: 'count', help: '' },
    { name: 'gauge', kind: 'counter', unit: 'count', help: '' },
    { name: 'many', kind: 'histogram', unit: 'seconds', help: '', labels: { queue: 'a' } },
  ]);
  const at = (name: string) => other.slot(name);

  it('keep their past where both have them, and have none where they are new or of another kind', () => {
    const samples = new SampleColumns(layout, CAPACITY);
    samples.push(frame({ time: 10, gauge: 7, counter: 100, count: 2 }));
    samples.push(frame({ time: 11, gauge: 8, counter: 160, count: 5 }));
    samples.relayout(other);
    expect(samples.layout).toBe(other);
    expect(list(samples, at('counter'))).toEqual([60, 60]);
    expect(list(samples, at('fresh'))).toEqual([Number.NaN, Number.NaN]);
    expect(list(samples, at('gauge'))).toEqual([Number.NaN, Number.NaN]);
    const latency = [COUNT, SUM, P50, MAX].map((slot) => at('latency') + slot! - COUNT!);
    expect(latency.map((slot) => samples.shown(slot))).toEqual([3, 6, 0.5, 0.9]);
    expect(latency.map((slot) => samples.raw(slot))).toEqual([5, 10, 0.5, 0.9]);
    expect([samples.raw(at('counter')), samples.raw(at('fresh'))]).toEqual([160, 0]);
    const values = new Float64Array(other.size);
    values[at('counter')] = 190;
    values[at('fresh')] = 4;
    samples.push({ seq: 3, time: 12_000, skipped: 0, revision: 2, values });
    // The rate goes on from what was told before.
    expect(samples.shown(at('counter'))).toBe(30);
    expect(list(samples, at('fresh'))).toEqual([Number.NaN, Number.NaN, 4]);
  });

  it('go on from what was told first of all, counts and sums of what takes time too', () => {
    const samples = new SampleColumns(layout, CAPACITY);
    samples.push(frame({ time: 10, gauge: 7, counter: 100, count: 2 }));
    samples.relayout(other);
    const values = new Float64Array(other.size);
    values[at('counter')] = 130;
    // Two were counted before, and their sum was four.
    values.set([5, 11], at('latency'));
    samples.push({ seq: 2, time: 11_000, skipped: 0, revision: 2, values });
    expect(['counter', 'latency'].map((name) => samples.shown(at(name)))).toEqual([30, 3]);
    expect(samples.shown(at('latency') + 1)).toBe(7);
    // The percentiles of one that stands first in a frame are known by its count too.
    expect(samples.shown(at('latency') + 2)).toBe(0);
    values.fill(0, 0, 2);
    samples.startOver();
    samples.push({ seq: 3, time: 12_000, skipped: 0, revision: 2, values });
    expect(samples.shown(at('latency') + 2)).toBeNaN();
  });

  it('take memory for instruments only once somebody draws them, each of their figures', () => {
    const samples = new SampleColumns(other, CAPACITY);
    const before = samples.bytes;
    // Times and the ten figures that are always there, each with a quarter of room beyond.
    expect(before).toBe((1 + 10) * 30 * 8);
    samples.column(at('many{queue="a"}'));
    samples.column(at('many{queue="a"}') + 6);
    expect(samples.bytes - before).toBe(2 * 30 * 8);
    samples.relayout(other);
    expect(samples.bytes - before).toBe(2 * 30 * 8);
  });

  it('are none beyond what there is', () => {
    const samples = new SampleColumns(layout, CAPACITY);
    expect([samples.lastTime, samples.latest.length]).toEqual([0, layout.size]);
    samples.push(frame({ time: 10, gauge: 7, counter: 0, count: 0 }));
    expect([samples.shown(99), samples.raw(99), samples.shown(-1), samples.raw(-1)]).toEqual([
      Number.NaN,
      Number.NaN,
      Number.NaN,
      Number.NaN,
    ]);
    expect(samples.raw(0)).toBe(7);
  });

  it('hold ten minutes at ten frames a second', () => {
    const samples = new SampleColumns(layout);
    for (let i = 0; i < 6_100; i++) samples.push(frame({ time: i / 8 + 1, gauge: i, counter: 0, count: 0 }));
    expect([samples.length, samples.column(GAUGE!)[0]]).toEqual([6_000, 100]);
  });
});

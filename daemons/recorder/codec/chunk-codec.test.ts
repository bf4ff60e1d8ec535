import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Histogram } from '../../../contract/histogram.ts';
import { MergedHistogram } from '../query/merged-histogram.ts';
import { Aggregate } from './aggregate.ts';
import { BitReader, BitWriter } from './bit-codec.ts';
import { DamagedRowError, storable } from './byte-codec.ts';
import {
  decodeCounter,
  decodeGauge,
  decodeTimes,
  encodeCounter,
  encodeGauge,
  encodeTimes,
} from './chunk-codec.ts';
import { encodeHistogram, readCounts, readFigures } from './histogram-column.ts';
import { KEPT_BUCKETS, KEPT_MIDDLES, keptBucketOf, keptSparse } from './kept-histogram.ts';

const SHAPE = { counters: 1, gauges: 1, histograms: 1 };
const value = fc.oneof(
  fc.nat(),
  fc.integer(),
  fc.constant(0),
  fc.maxSafeInteger(),
  fc.double({ noNaN: true, min: -1e12, max: 1e12 }),
);
const count = fc.oneof(fc.integer({ min: 1, max: 50 }), fc.integer({ min: 1, max: 0xffff_ffff }));
const sparse = fc
  .uniqueArray(fc.tuple(fc.nat(KEPT_BUCKETS - 1), count), {
    minLength: 1,
    maxLength: 40,
    selector: ([bucket]) => bucket,
  })
  .map((pairs) => Uint32Array.from(pairs.sort(([a], [b]) => a - b).flat()));

/** An interval as the sample store makes it. */
const interval = fc
  .record({
    samples: fc.integer({ min: 1, max: 1_200 }),
    spanMs: fc.nat(2_000_000),
    counter: fc.oneof(fc.constant(0), value.map(Math.abs)),
    gauge: fc.oneof(
      value.map((one) => ({ low: one, high: one })),
      fc.tuple(value, value).map(([a, b]) => ({ low: Math.min(a, b), high: Math.max(a, b) })),
    ),
    histogram: fc.option(sparse),
  })
  .map(({ samples, spanMs, counter, gauge: { low, high }, histogram }) => {
    const row = new Aggregate(SHAPE);
    row.samples = samples;
    row.spanMs = spanMs;
    row.counters[0] = storable(counter);
    row.min[0] = storable(low);
    row.max[0] = storable(high);
    row.sum[0] = storable(row.min[0] === row.max[0] ? row.min[0] * samples : low + high * (samples - 1));
    row.histograms[0] = histogram;
    return row;
  });
const rows = fc.array(interval, { minLength: 1, maxLength: 60 });
const slotsOf = (list: readonly Aggregate[]) => list.map((_, i) => i + (i > 3 ? 5 : 0));

describe('a chunk', () => {
  it('reads its times and counters as they were written', () => {
    fc.assert(
      fc.property(rows, (list) => {
        const times = decodeTimes(encodeTimes(slotsOf(list), list));
        expect([...times.slots]).toEqual(slotsOf(list));
        expect([...times.samples]).toEqual(list.map(({ samples }) => samples));
        expect([...times.spansMs]).toEqual(list.map(({ spanMs }) => spanMs));
        const increases = new Float64Array(list.length).fill(Number.NaN);
        decodeCounter(encodeCounter(list, 0), increases);
        expect([...increases]).toEqual(list.map(({ counters }) => counters[0]));
      }),
    );
  });

  it('reads its gauges as they were written', () => {
    fc.assert(
      fc.property(rows, (list) => {
        const part = () => new Float64Array(list.length).fill(Number.NaN);
        const gauge = { min: part(), max: part(), sum: part() };
        decodeGauge(encodeGauge(list, 0), decodeTimes(encodeTimes(slotsOf(list), list)), gauge);
        for (const name of ['min', 'max', 'sum'] as const)
          expect([...gauge[name]]).toEqual(list.map((row) => row[name][0]));
      }),
    );
  });

  it('reads the counts of its histograms as they were written, and figures that agree with them', () => {
    fc.assert(
      fc.property(rows, (list) => {
        const bytes = encodeHistogram(list, 0);
        const read = new Array<number[] | null>(list.length).fill(null);
        const figures = new Array<number[] | null>(list.length).fill(null);
        const merged = new Array<number[] | null>(list.length).fill(null);
        if (bytes !== null) {
          readCounts(bytes, list.length, (i, first, last, counts) => {
            read[i] = [];
            for (let bucket = first; bucket <= last; bucket++)
              if (counts[bucket] !== 0) read[i]!.push(bucket, counts[bucket]!);
            const histogram = new MergedHistogram();
            histogram.addCounts(first, last, counts);
            merged[i] = [...histogram.figures()];
          });
          readFigures(bytes, list.length, (i, buckets) => {
            figures[i] = [...buckets];
          });
        }
        expect(read).toEqual(list.map(({ histograms }) => histograms[0] && [...histograms[0]]));
        expect(figures).toEqual(merged);
      }),
    );
  });

  it('refuses damage with an error of its own, whatever the damage', () => {
    fc.assert(
      fc.property(rows, fc.nat(), fc.nat(255), (list, where, byte) => {
        const times = encodeTimes(slotsOf(list), list);
        const room = new Float64Array(list.length);
        const readers: [Uint8Array | null, (bytes: Uint8Array) => void][] = [
          [times, decodeTimes],
          [encodeCounter(list, 0), (bytes) => decodeCounter(bytes, room)],
          [
            encodeGauge(list, 0),
            (bytes) => decodeGauge(bytes, decodeTimes(times), { min: room, max: room, sum: room }),
          ],
          [encodeHistogram(list, 0), (bytes) => readCounts(bytes, list.length, () => {})],
          [encodeHistogram(list, 0), (bytes) => readFigures(bytes, list.length, () => {})],
        ];
        for (const [bytes, read] of readers) {
          if (bytes === null) continue;
          const broken = bytes.slice();
          broken[where % bytes.length] = byte;
          for (const attempt of [broken, bytes.slice(0, where % bytes.length)]) {
            try {
              read(attempt);
            } catch (error) {
              expect(error).toBeInstanceOf(DamagedRowError);
            }
          }
        }
        // What was left of a damaged histogram does not show in the next one.
        const sound = encodeHistogram(list, 0);
        let total = 0;
        if (sound !== null)
          readCounts(sound, list.length, (_, first, last, counts) => {
            for (let bucket = first; bucket <= last; bucket++) total += counts[bucket]!;
          });
        const expected = list.flatMap(({ histograms }) =>
          [...(histograms[0] ?? [])].filter((_, i) => i % 2 === 1),
        );
        expect(total).toBe(expected.reduce((sum, one) => sum + one, 0));
      }),
    );
  });

  it('costs nothing for what did not happen, and little for what did not change', () => {
    const quiet = Array.from({ length: 60 }, () => Object.assign(new Aggregate(SHAPE), { samples: 60 }));
    expect([encodeCounter(quiet, 0), encodeGauge(quiet, 0), encodeHistogram(quiet, 0)]).toEqual([
      null,
      null,
      null,
    ]);
    for (const row of quiet) {
      for (const part of [row.min, row.max]) part[0] = 1_000;
      row.sum[0] = 60_000;
      row.histograms[0] = Uint32Array.of(100, 5);
    }
    expect(encodeGauge(quiet, 0)).toHaveLength(3);
    // A head of seven bytes, and some bits.
    expect(encodeHistogram(quiet, 0)?.length).toBeLessThan(60 * 8);
  });
});

it('bits are read as they were written', () => {
  const numbers = fc.array(fc.tuple(fc.integer({ min: -0xffff_ffff, max: 0xffff_ffff }), fc.nat(20)));
  fc.assert(
    fc.property(numbers, (list) => {
      const writer = new BitWriter();
      for (const [number, size] of list) {
        writer.signed(number % 2 ** (size + 3), size);
        writer.bits(size, 5);
        writer.signed(number, size);
      }
      const bytes = writer.take();
      const reader = new BitReader(Uint8Array.of(7, ...bytes), 1);
      for (const [number, size] of list) {
        expect([reader.signed(size), reader.bits(5), reader.signed(size)]).toEqual([
          (number % 2 ** (size + 3)) + 0,
          size,
          number,
        ]);
      }
      reader.finish();
    }),
  );
});

describe('a kept histogram', () => {
  it('is off by 3.2 % at most', () => {
    fc.assert(
      fc.property(fc.integer({ min: 128, max: 2 ** 36 - 1 }), (ns) => {
        const histogram = new Histogram();
        histogram.record(ns);
        const [bucket = -1, one] = keptSparse(histogram.toSparse()) ?? [];
        expect(one).toBe(1);
        expect(Math.abs((KEPT_MIDDLES[bucket] ?? 0) * 1e9 - ns) / ns).toBeLessThan(0.032);
      }),
    );
  });

  it('is put in order, and what cannot be is dropped', () => {
    expect(keptSparse(Uint32Array.of(70, 1, 30, 2, 71, 4, 900_000, 1, 5, 0))).toEqual(
      Uint32Array.of(keptBucketOf(30), 2, keptBucketOf(70), 5),
    );
    expect(keptSparse(Uint32Array.of(7))).toBeNull();
    expect(keptSparse(new Uint32Array())).toBeNull();
  });
});

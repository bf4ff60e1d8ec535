import fc from 'fast-check';
import { expect, it } from 'vitest';
import { Aggregate, mergeSparse, type RowShape } from './aggregate.ts';
import { DamagedRowError, storable } from './byte-codec.ts';
import { KEPT_BUCKETS } from './kept-histogram.ts';
import { decodeRow, encodeRow } from './row-codec.ts';

const sparse = fc
  .uniqueArray(fc.nat(KEPT_BUCKETS - 1), { minLength: 1, maxLength: 40 })
  .chain((buckets) =>
    fc
      .array(fc.integer({ min: 1, max: 1_000_000 }), { minLength: buckets.length, maxLength: buckets.length })
      .map((counts) =>
        Uint32Array.from(buckets.sort((a, b) => a - b).flatMap((bucket, i) => [bucket, counts[i]!])),
      ),
  );

const shape = fc.record({ counters: fc.nat(12), gauges: fc.nat(20), histograms: fc.nat(5) });
const value = fc.oneof(fc.nat(), fc.double({ noNaN: true, min: -1e12, max: 1e12 }));

/** One-second aggregates of one shape, as the sample store makes them. */
function seconds(of: RowShape) {
  const one = fc
    .record({
      spanMs: fc.nat(5_000),
      counters: fc.array(fc.nat(1e9), { minLength: of.counters, maxLength: of.counters }),
      gauges: fc.array(value, { minLength: of.gauges, maxLength: of.gauges }),
      histograms: fc.array(fc.option(sparse), { minLength: of.histograms, maxLength: of.histograms }),
    })
    .map(({ spanMs, counters, gauges, histograms }) => {
      const aggregate = new Aggregate(of);
      aggregate.samples = 1;
      aggregate.spanMs = spanMs;
      aggregate.counters.set(counters);
      for (const part of [aggregate.min, aggregate.max, aggregate.sum]) part.set(gauges.map(storable));
      for (let i = 0; i < histograms.length; i++) aggregate.histograms[i] = histograms[i]!;
      return aggregate;
    });
  return fc.array(one, { minLength: 1, maxLength: 6 });
}

const rows = shape.chain((of) => seconds(of).map((list) => ({ of, list })));

it('reads every row as it was written', () => {
  fc.assert(
    fc.property(rows, ({ of, list }) => {
      const whole = new Aggregate(of);
      for (const second of list) whole.add(second);
      const expected = Object.assign(new Aggregate(of), whole, { sum: whole.sum.map(storable) });
      expect(decodeRow(encodeRow(whole), of)).toEqual(expected);
    }),
  );
});

it('refuses damaged rows with an error of its own, whatever the damage', () => {
  fc.assert(
    fc.property(rows, fc.nat(), fc.nat(255), ({ of, list }, where, byte) => {
      const bytes = encodeRow(list[0]!);
      const broken = bytes.slice();
      broken[where % bytes.length] = byte;
      for (const attempt of [broken, bytes.slice(0, where % bytes.length)]) {
        try {
          decodeRow(attempt, of);
        } catch (error) {
          expect(error).toBeInstanceOf(DamagedRowError);
        }
      }
    }),
  );
  expect(() => decodeRow(new Uint8Array(), { counters: 0, gauges: 0, histograms: 0 })).toThrow(
    DamagedRowError,
  );
});

it('adds histograms bucket by bucket', () => {
  fc.assert(
    fc.property(sparse, sparse, (a, b) => {
      const counts = new Map<number, number>();
      for (const pairs of [a, b]) {
        for (let i = 0; i < pairs.length; i += 2) {
          counts.set(pairs[i]!, (counts.get(pairs[i]!) ?? 0) + pairs[i + 1]!);
        }
      }
      const expected = [...counts].sort(([x], [y]) => x - y).flat();
      expect([...mergeSparse(a, b)]).toEqual(expected);
    }),
  );
});

it('takes little more than a byte a metric for a quiet second', () => {
  const quiet = new Aggregate({ counters: 25, gauges: 25, histograms: 10 });
  quiet.samples = 1;
  quiet.spanMs = 1_000;
  expect(encodeRow(quiet).length).toBe(63);
});

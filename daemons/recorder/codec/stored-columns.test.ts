/**
 * History in bytes, as it stands in databases that exist: what is written today is what was written then, and both are read.
 * Of a change here operators would see gaps in the past.
 */
import { describe, expect, it } from 'vitest';
import { Aggregate } from './aggregate.ts';
import { ByteWriter, DamagedRowError } from './byte-codec.ts';
import {
  decodeCounter,
  decodeGauge,
  decodeTimes,
  encodeCounter,
  encodeGauge,
  encodeTimes,
} from './chunk-codec.ts';
import { encodeHistogram, figureBuckets, figuresOf, readCounts, readFigures } from './histogram-column.ts';
import { KEPT_BUCKETS, KEPT_MIDDLES, keptBucketOf, keptSparse } from './kept-histogram.ts';
import { decodeRow, encodeRow } from './row-codec.ts';

const hex = (bytes: Uint8Array | null) => (bytes === null ? null : Buffer.from(bytes).toString('hex'));
const bytesOf = (text: string) => new Uint8Array(Buffer.from(text, 'hex'));

const SHAPE = { counters: 1, gauges: 1, histograms: 1 };

interface Interval {
  readonly samples?: number;
  readonly spanMs?: number;
  readonly counter?: number;
  readonly gauge?: readonly [min: number, max: number, sum: number];
  readonly histogram?: readonly number[] | null;
}

function rowOf({ samples = 1, spanMs = 1_000, counter = 0, gauge, histogram = null }: Interval): Aggregate {
  const row = new Aggregate(SHAPE);
  row.samples = samples;
  row.spanMs = spanMs;
  row.counters[0] = counter;
  const [min, max, sum] = gauge ?? [0, 0, 0];
  row.min[0] = min;
  row.max[0] = max;
  row.sum[0] = sum;
  row.histograms[0] = histogram === null ? null : Uint32Array.from(histogram);
  return row;
}

describe('a column of a chunk', () => {
  it('of times', () => {
    const rows = [rowOf({}), rowOf({ spanMs: 1_001 }), rowOf({ samples: 10, spanMs: 0 })];
    const text = '030101e8070101e907040a00';
    expect(hex(encodeTimes([0, 1, 5], rows))).toBe(text);
    const { slots, samples, spansMs } = decodeTimes(bytesOf(text));
    expect([[...slots], [...samples], [...spansMs]]).toEqual([
      [0, 1, 5],
      [1, 1, 10],
      [1_000, 1_001, 0],
    ]);
    for (const damaged of ['', '03', '040101e8070101e907040a00', `${text}00`, '7f0101e807'])
      expect(() => decodeTimes(bytesOf(damaged))).toThrow(DamagedRowError);
    expect([...decodeTimes(bytesOf('00')).slots]).toEqual([]);
  });

  it('of a counter', () => {
    const rows = [3, 0, 500].map((counter) => rowOf({ counter }));
    expect(hex(encodeCounter(rows, 0))).toBe('0c00d00f');
    const increases = new Float64Array(3).fill(9);
    decodeCounter(bytesOf('0c00d00f'), increases);
    expect([...increases]).toEqual([3, 0, 500]);
    decodeCounter(null, increases);
    expect([...increases]).toEqual([0, 0, 0]);
    expect(encodeCounter([rowOf({}), rowOf({})], 0)).toBeNull();
    for (const damaged of ['', '0c00', '0c00d00f00'])
      expect(() => decodeCounter(bytesOf(damaged), increases)).toThrow(DamagedRowError);
  });

  it.each<[string, string | null, readonly (readonly [number, number, number, number])[]]>([
    [
      'that is zero',
      null,
      [
        [1, 0, 0, 0],
        [9, 0, 0, 0],
      ],
    ],
    [
      'that stays',
      '001c',
      [
        [1, 7, 7, 7],
        [2, 7, 7, 14],
      ],
    ],
    [
      'that stays at a fraction',
      '00010000003f',
      [
        [1, 0.5, 0.5, 0.5],
        [2, 0.5, 0.5, 1],
      ],
    ],
    [
      'of one value a point',
      '021c0802',
      [
        [1, 7, 7, 7],
        [1, 9, 9, 9],
        [2, 8, 8, 16],
      ],
    ],
    [
      'of one fraction a point',
      '01010000003f010000803e',
      [
        [1, 0.5, 0.5, 0.5],
        [1, 0.25, 0.25, 0.25],
      ],
    ],
    [
      'that moves',
      '040c1818040000',
      [
        [2, 3, 9, 12],
        [3, 4, 4, 12],
      ],
    ],
    [
      'that moves by fractions',
      '03010000003f010000184128101010',
      [
        [2, 0.5, 9.5, 10],
        [1, 4, 4, 4],
      ],
    ],
    [
      'that begins to move',
      '04000000001010',
      [
        [2, 0, 0, 0],
        [2, 0, 4, 4],
      ],
    ],
  ])('of a gauge %s is %s', (_, text, points) => {
    const rows = points.map(([samples, ...gauge]) => rowOf({ samples, gauge }));
    expect(hex(encodeGauge(rows, 0))).toBe(text);
    const part = () => new Float64Array(rows.length).fill(99);
    const gauge = { min: part(), max: part(), sum: part() };
    const times = decodeTimes(encodeTimes([...rows.keys()], rows));
    decodeGauge(text === null ? null : bytesOf(text), times, gauge);
    expect(points.map(([samples], i) => [samples, gauge.min[i], gauge.max[i], gauge.sum[i]])).toEqual(points);
    if (text === null) return;
    for (const damaged of [`${text}00`, text.slice(0, -2), '', `05${text.slice(2)}`, `7f${text.slice(2)}`])
      expect(() => decodeGauge(bytesOf(damaged), times, gauge)).toThrow(DamagedRowError);
  });

  it('of a gauge whose whole numbers are too large for differences keeps them as they are', () => {
    for (const large of [2 ** 51, 2 ** 51 + 2]) {
      const points = [
        [1, large, large, large],
        [1, 5, 5, 5],
      ] as const;
      const rows = points.map(([samples, ...gauge]) => rowOf({ samples, gauge }));
      const bytes = encodeGauge(rows, 0)!;
      expect(bytes[0]).toBe(large === 2 ** 51 ? 2 : 1);
      const part = () => new Float64Array(2);
      const gauge = { min: part(), max: part(), sum: part() };
      decodeGauge(bytes, decodeTimes(encodeTimes([0, 1], rows)), gauge);
      expect([...gauge.min]).toEqual([large, 5]);
    }
  });

  it.each<[string, string, readonly (readonly number[] | null)[]]>([
    ['alone', '650000000000ffe000000000', [[100, 5]]],
    [
      'twice the same',
      '650000000000650000000000ffe800000000',
      [
        [100, 5],
        [100, 5],
      ],
    ],
    [
      'with nothing in between',
      '0004010500000000040105000000ef06880000000000',
      [null, [3, 1, 4, 2, 9, 1], null, [3, 1, 4, 3, 9, 1]],
    ],
    [
      'like the bucket below',
      '0b01010000007ff8000000003e80204000000000',
      [[10, 1_000, 11, 1_001, 12, 1_002]],
    ],
    ['as large as can be', '010000000000fff8000ffffffff000000000', [[0, 0xffff_ffff]]],
  ])('of a histogram %s is %s', (_, text, list) => {
    const rows = list.map((histogram) => rowOf({ histogram }));
    expect(hex(encodeHistogram(rows, 0))).toBe(text);
    const read: (number[] | null)[] = list.map(() => null);
    readCounts(bytesOf(text), list.length, (interval, first, last, counts) => {
      const pairs: number[] = [];
      for (let bucket = first; bucket <= last; bucket++)
        if (counts[bucket]! > 0) pairs.push(bucket, counts[bucket]!);
      read[interval] = pairs;
    });
    expect(read).toEqual(list);
    const maxima: (number | null)[] = list.map(() => null);
    readFigures(bytesOf(text), list.length, (interval, figures) => {
      maxima[interval] = figures[4]!;
    });
    expect(maxima).toEqual(list.map((histogram) => histogram?.at(-2) ?? null));
    for (const damaged of [text.slice(0, -2), `${text}00`, text.slice(0, -10), ''])
      expect(() => readCounts(bytesOf(damaged), list.length, () => {})).toThrow(DamagedRowError);
  });

  it('of a histogram has no bucket beyond the last', () => {
    const last = KEPT_BUCKETS - 1;
    const bytes = encodeHistogram([rowOf({ histogram: [last, 1] })], 0)!;
    const seen: number[] = [];
    readFigures(bytes, 1, (_, figures) => seen.push(...figures));
    expect(seen).toEqual(new Array(5).fill(last));
    const beyond = new ByteWriter();
    beyond.varint(KEPT_BUCKETS + 1);
    for (let i = 0; i < 5; i++) beyond.varint(0);
    expect(() => readFigures(beyond.take(), 1, () => {})).toThrow('a bucket too many');
  });
});

it('a second is a row', () => {
  const one = rowOf({ counter: 3, gauge: [7, 7, 7], histogram: [100, 5, 103, 2] });
  const several = rowOf({ samples: 2, counter: 3, gauge: [7, 9, 16] });
  for (const [row, text] of [
    [one, '01e8070c1c056405000202'],
    [several, '02e8070c1c244000'],
  ] as const) {
    expect(hex(encodeRow(row))).toBe(text);
    expect(decodeRow(bytesOf(text), SHAPE)).toEqual(row);
  }
  for (const damaged of [
    '01e8070c1c056405000202ff',
    '01e8070c1c066405000202',
    '01e8070c1c046405000202',
    '01',
  ])
    expect(() => decodeRow(bytesOf(damaged), SHAPE)).toThrow(DamagedRowError);
});

describe('a kept histogram', () => {
  it('has the figures at the ranks that their names say', () => {
    const figures = figureBuckets();
    // A thousand values, one a bucket of ten at the top.
    figuresOf(Uint32Array.of(1, 500, 2, 450, 3, 40, 4, 9, 5, 1), figures);
    expect([...figures]).toEqual([1, 2, 3, 4, 5]);
    figuresOf(Uint32Array.of(1, 499, 2, 450, 3, 40, 4, 10, 5, 1), figures);
    expect([...figures]).toEqual([2, 3, 4, 4, 5]);
    figuresOf(Uint32Array.of(9, 1), figures);
    expect([...figures]).toEqual([9, 9, 9, 9, 9]);
  });

  it('counts four buckets as one, and shows its middle', () => {
    expect([0, 3, 4, 7, 8].map(keptBucketOf)).toEqual([0, 0, 1, 1, 2]);
    expect(KEPT_MIDDLES).toHaveLength(KEPT_BUCKETS);
    // The first buckets are a nanosecond each.
    expect(KEPT_MIDDLES[0]! * 1e9).toBeCloseTo(1.5, 0);
    expect([...KEPT_MIDDLES].every((middle, i) => i === 0 || middle > KEPT_MIDDLES[i - 1]!)).toBe(true);
  });

  it('leaves out empty and impossible buckets, adds up, and stops at 32 bits', () => {
    expect(keptSparse(Uint32Array.of(4, 1, 5, 2, 9, 0, 12, 7))).toEqual(Uint32Array.of(1, 3, 3, 7));
    expect(keptSparse(Uint32Array.of(4, 0xffff_ffff, 5, 2))).toEqual(Uint32Array.of(1, 0xffff_ffff));
    expect(keptSparse(Uint32Array.of(12, 7, 4, 1))).toEqual(Uint32Array.of(1, 1, 3, 7));
    expect(keptSparse(Uint32Array.of(8, 0))).toBeNull();
  });
});

it('adds up what two intervals say, whichever comes first', () => {
  const first = rowOf({ counter: 3, gauge: [4, 6, 10], samples: 2, histogram: [1, 2, 5, 1] });
  const second = rowOf({ counter: 4, gauge: [-1, 5, 4], spanMs: 900, histogram: [1, 0xffff_ffff, 7, 1] });
  const whole = new Aggregate(SHAPE);
  whole.add(first);
  expect([whole.min[0], whole.max[0]]).toEqual([4, 6]);
  whole.add(second);
  whole.add(rowOf({ samples: 1, gauge: [5, 5, 5], spanMs: 0 }));
  expect([whole.samples, whole.spanMs, whole.counters[0], whole.min[0], whole.max[0], whole.sum[0]]).toEqual([
    4, 1_900, 7, -1, 6, 19,
  ]);
  expect([...whole.histograms[0]!]).toEqual([1, 0xffff_ffff, 5, 1, 7, 1]);
  const other = new Aggregate(SHAPE);
  other.add(rowOf({ gauge: [-9, -3, -6], samples: 2 }));
  expect([other.min[0], other.max[0], other.histograms[0]]).toEqual([-9, -3, null]);
});

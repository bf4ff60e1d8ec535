/**
 * One histogram over the intervals of a chunk: first the figures of each interval, so that a point that is one interval
 * is read without its counts, then the counts in bits. A count is the difference from the same bucket of the interval
 * before, or from the bucket below where that is nearer. Beside chunk-codec.ts, which has the other kinds of metrics.
 */
import { type SparseHistogram, SUMMARY_QUANTILES } from '../../../contract/histogram.ts';
import type { Aggregate } from './aggregate.ts';
import { BitReader, BitWriter } from './bit-codec.ts';
import { ByteReader, ByteWriter, DamagedRowError } from './byte-codec.ts';
import { KEPT_BUCKETS } from './kept-histogram.ts';

const column = new ByteWriter();
const bits = new BitWriter();
/** Counts by bucket of a histogram and of the one before it; zero wherever nobody is at work. */
let counts = new Float64Array(KEPT_BUCKETS);
let before = new Float64Array(KEPT_BUCKETS);

/** Kept buckets of p50, p95, p99, p99.9 and the maximum. */
export type FigureBuckets = Uint32Array;

/** Room for the figures of a histogram. */
export function figureBuckets(): FigureBuckets {
  return new Uint32Array(SUMMARY_QUANTILES.length + 1);
}

/** Where the quantiles and the maximum of a histogram lie, into `figures`. */
export function figuresOf(histogram: SparseHistogram, figures: FigureBuckets): void {
  let total = 0;
  for (let i = 1; i < histogram.length; i += 2) total += histogram[i]!;
  let at = 0;
  let seen = histogram[1]!;
  for (const [which, quantile] of SUMMARY_QUANTILES.entries()) {
    const rank = Math.max(1, Math.ceil(quantile * total));
    while (seen < rank) {
      at += 2;
      seen += histogram[at + 1]!;
    }
    figures[which] = histogram[at]!;
  }
  figures[SUMMARY_QUANTILES.length] = histogram.at(-2)!;
}

/** Bits in which a count is likely to differ from `expected`: that of random arrivals is about its square root. */
function spread(expected: number): number {
  return expected === 0 ? 0 : ((32 - Math.clz32(expected)) >> 1) + 1;
}

/** Encodes one histogram; null where nothing was recorded. */
export function encodeHistogram(rows: readonly Aggregate[], index: number): Uint8Array | null {
  if (rows.every((row) => row.histograms[index] === null)) return null;
  const figures = figureBuckets();
  let bucketsBefore: readonly [first: number, last: number] = [0, -1];
  for (const { histograms } of rows) {
    const histogram = histograms[index] ?? null;
    if (histogram === null) {
      column.varint(0);
      continue;
    }
    figuresOf(histogram, figures);
    const first = histogram[0]!;
    const last = histogram.at(-2)!;
    column.varint(first + 1);
    let previous = first;
    for (const figure of figures) {
      column.varint(figure - previous);
      previous = figure;
    }
    for (let i = 0; i < histogram.length; i += 2) counts[histogram[i]!] = histogram[i + 1]!;
    let fromBefore = 0;
    let fromBelow = 0;
    for (let bucket = first; bucket <= last; bucket++) {
      fromBefore += Math.abs(counts[bucket]! - before[bucket]!);
      fromBelow += Math.abs(counts[bucket]! - (bucket === first ? 0 : counts[bucket - 1]!));
    }
    const likeBefore = fromBefore <= fromBelow;
    bits.bits(likeBefore ? 1 : 0, 1);
    for (let bucket = first; bucket <= last; bucket++) {
      const expected = likeBefore ? before[bucket]! : bucket === first ? 0 : counts[bucket - 1]!;
      bits.signed(counts[bucket]! - expected, spread(expected));
    }
    before.fill(0, bucketsBefore[0], bucketsBefore[1] + 1);
    bucketsBefore = [first, last];
    [counts, before] = [before, counts];
  }
  before.fill(0, bucketsBefore[0], bucketsBefore[1] + 1);
  column.bytes(bits.take());
  return column.take();
}

/** Receives the figures of an interval in which something was recorded; the array is used again. */
export type OnFigures = (interval: number, figures: FigureBuckets) => void;

/** Reads the figures of every interval. Throws {@link DamagedRowError}. */
export function readFigures(bytes: Uint8Array, count: number, onFigures: OnFigures): void {
  readHeads(new ByteReader(bytes), count, (interval, _first, figures) => onFigures(interval, figures));
}

function readHeads(
  reader: ByteReader,
  count: number,
  visit: (interval: number, first: number, figures: FigureBuckets) => void,
): void {
  const figures = figureBuckets();
  for (let interval = 0; interval < count; interval++) {
    const head = reader.varint();
    if (head === 0) continue;
    let bucket = head - 1;
    for (let i = 0; i < figures.length; i++) {
      bucket += reader.varint();
      figures[i] = bucket;
    }
    if (bucket >= KEPT_BUCKETS) throw new DamagedRowError('A histogram in the chunk has a bucket too many.');
    visit(interval, head - 1, figures);
  }
}

/** Receives the counts of buckets `first` to `last` of an interval, by bucket; the array is used again. */
export type OnCounts = (interval: number, first: number, last: number, counts: Float64Array) => void;

/** Reads the counts of every interval. Throws {@link DamagedRowError}. */
export function readCounts(bytes: Uint8Array, count: number, onCounts: OnCounts): void {
  const reader = new ByteReader(bytes);
  const ranges: [interval: number, first: number, last: number][] = [];
  readHeads(reader, count, (interval, first, figures) => ranges.push([interval, first, figures.at(-1)!]));
  const stream = new BitReader(bytes, reader.position);
  try {
    let firstBefore = 0;
    let lastBefore = -1;
    for (const [interval, first, last] of ranges) {
      readBuckets(stream, first, last);
      onCounts(interval, first, last, counts);
      before.fill(0, firstBefore, lastBefore + 1);
      [counts, before] = [before, counts];
      firstBefore = first;
      lastBefore = last;
    }
    stream.finish();
  } finally {
    counts.fill(0);
    before.fill(0);
  }
}

/** Reads the counts of one interval; `before` holds those of the one before. */
function readBuckets(stream: BitReader, first: number, last: number): void {
  if (stream.bits(1) === 1) {
    for (let bucket = first; bucket <= last; bucket++) {
      const expected = before[bucket]!;
      counts[bucket] = expected + stream.signed(spread(expected));
    }
    return;
  }
  let count = 0;
  for (let bucket = first; bucket <= last; bucket++) {
    count += stream.signed(spread(count));
    counts[bucket] = count;
  }
}

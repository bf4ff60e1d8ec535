/**
 * The blob of a row: all metrics of one source over one second, ten seconds or a minute. One row a source and
 * interval, instead of one a metric, because the b-tree then has sixty times fewer entries and a whole second is
 * written at once; varints, because most counters and gauges are small whole numbers that change little.
 *
 * Layout: samples, spanMs, counters, gauges, histograms. A row of one sample holds one number a gauge. Others begin
 * the gauges with a bitmap of those that did not move, which again take one number; the rest take min, max, last and
 * sum. A histogram is its byte length, then its counts.
 */
import type { SparseHistogram } from '../contract/histogram.ts';
import { Aggregate, type RowShape } from './aggregate.ts';
import { ByteReader, ByteWriter, DamagedRowError } from './byte-codec.ts';

const row = new ByteWriter();
const buckets = new ByteWriter();

/** Encodes a row, without its histograms where they are kept elsewhere; the bytes are the caller's. */
export function encodeRow(aggregate: Aggregate, withHistograms = true): Uint8Array {
  row.varint(aggregate.samples);
  row.varint(aggregate.spanMs);
  for (let i = 0; i < aggregate.counters.length; i++) row.number(aggregate.counters[i]!);
  if (aggregate.samples === 1) {
    for (let i = 0; i < aggregate.last.length; i++) row.number(aggregate.last[i]!);
  } else {
    encodeGauges(aggregate);
  }
  if (!withHistograms) return row.take();
  for (const histogram of aggregate.histograms) {
    if (histogram === null) {
      row.varint(0);
      continue;
    }
    const bytes = encodeSparse(histogram);
    row.varint(bytes.length);
    row.bytes(bytes);
  }
  return row.take();
}

function encodeGauges({ samples, min, max, last, sum }: Aggregate): void {
  for (let start = 0; start < min.length; start += 8) {
    let bits = 0;
    for (let i = start; i < Math.min(start + 8, min.length); i++) {
      if (isSteady(min[i]!, max[i]!, sum[i]!, samples)) bits |= 1 << (i - start);
    }
    row.byte(bits);
  }
  for (let i = 0; i < min.length; i++) {
    row.number(min[i]!);
    if (isSteady(min[i]!, max[i]!, sum[i]!, samples)) continue;
    row.number(max[i]!);
    row.number(last[i]!);
    row.number(sum[i]!);
  }
}

function isSteady(min: number, max: number, sum: number, samples: number): boolean {
  return min === max && sum === min * samples;
}

/**
 * The bytes of a histogram: its first bucket, then the counts of the buckets that follow as varints, where a 0 and a
 * number stand for that many empty ones. Latencies lie close together, so most buckets take one or two bytes.
 */
export function encodeSparse(histogram: SparseHistogram): Uint8Array {
  let next = histogram[0] ?? 0;
  buckets.varint(next);
  for (let i = 0; i + 1 < histogram.length; i += 2) {
    const bucket = histogram[i]!;
    if (bucket > next) {
      buckets.varint(0);
      buckets.varint(bucket - next);
    }
    buckets.varint(histogram[i + 1]!);
    next = bucket + 1;
  }
  return buckets.take();
}

/** Receives a histogram of a row: `end` is the reader's position behind it; not reading it is fine. */
export type OnHistogram = (index: number, reader: ByteReader, end: number) => void;

/**
 * Reads a row into `target`, overwriting what it holds. Histograms go to `onHistogram` one by one, still encoded, so
 * that a query skips those that nobody asked for. Throws {@link DamagedRowError}.
 */
export function readRow(bytes: Uint8Array, target: Aggregate, onHistogram: OnHistogram): void {
  const reader = new ByteReader(bytes);
  const samples = reader.varint();
  target.samples = samples;
  target.spanMs = reader.varint();
  for (let i = 0; i < target.counters.length; i++) target.counters[i] = reader.number();
  readGauges(reader, target, samples);
  for (let i = 0; i < target.histograms.length; i++) {
    const length = reader.varint();
    if (length === 0) continue;
    if (length > reader.remaining)
      throw new DamagedRowError('A histogram reaches beyond the end of its row.');
    const end = reader.position + length;
    onHistogram(i, reader, end);
    reader.skip(end - reader.position);
  }
  if (reader.remaining !== 0) throw new DamagedRowError('The row is longer than its catalog says.');
}

function readGauges(reader: ByteReader, target: Aggregate, samples: number): void {
  const count = target.last.length;
  const steady = new Uint8Array(Math.ceil(count / 8));
  if (samples === 1) steady.fill(0xff);
  else for (let i = 0; i < steady.length; i++) steady[i] = reader.byte();
  for (let i = 0; i < count; i++) {
    const min = reader.number();
    target.min[i] = min;
    if ((steady[i >> 3]! & (1 << (i & 7))) !== 0) {
      target.max[i] = min;
      target.last[i] = min;
      target.sum[i] = min * samples;
      continue;
    }
    target.max[i] = reader.number();
    target.last[i] = reader.number();
    target.sum[i] = reader.number();
  }
}

/** Reads a whole row. Throws {@link DamagedRowError}. */
export function decodeRow(bytes: Uint8Array, shape: RowShape): Aggregate {
  const aggregate = new Aggregate(shape);
  readRow(bytes, aggregate, (index, reader, end) => {
    aggregate.histograms[index] = readSparse(reader, end);
  });
  return aggregate;
}

/** Reads the bytes of one histogram. Throws {@link DamagedRowError}. */
export function decodeSparse(bytes: Uint8Array): SparseHistogram {
  return readSparse(new ByteReader(bytes), bytes.length);
}

function readSparse(reader: ByteReader, end: number): SparseHistogram {
  const pairs: number[] = [];
  readBuckets(reader, end, (bucket, count) => pairs.push(bucket, count));
  return Uint32Array.from(pairs);
}

/** Calls `visit` for every bucket of a histogram that ends at `end`. */
export function readBuckets(
  reader: ByteReader,
  end: number,
  visit: (bucket: number, count: number) => void,
): void {
  let bucket = reader.varint();
  while (reader.position < end) {
    const count = reader.varint();
    if (count === 0) bucket += reader.varint();
    else visit(bucket++, count);
  }
  if (reader.position !== end)
    throw new DamagedRowError('A histogram in the row has a length that is not its own.');
}

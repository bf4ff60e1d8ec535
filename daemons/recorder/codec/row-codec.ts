/**
 * The blob of a row of the log: all metrics of one source over one second, written at once as it arrives. Varints,
 * because most counters and gauges are small whole numbers that change little. A minute later the chunk codec writes
 * the same by metric.
 *
 * Layout: samples, spanMs, counters, gauges, histograms. A row of one sample holds one number a gauge, one of several
 * holds min, max and sum. A histogram is its byte length, then its counts.
 */
import type { SparseHistogram } from '../../../contract/histogram.ts';
import { Aggregate, type RowShape } from './aggregate.ts';
import { ByteReader, ByteWriter, DamagedRowError } from './byte-codec.ts';

const row = new ByteWriter();
const buckets = new ByteWriter();

/** Encodes a row; the bytes are the caller's. */
export function encodeRow(aggregate: Aggregate): Uint8Array {
  const { samples, spanMs, counters, min, max, sum, histograms } = aggregate;
  row.varint(samples);
  row.varint(spanMs);
  for (let i = 0; i < counters.length; i++) row.number(counters[i]!);
  for (let i = 0; i < min.length; i++) {
    row.number(min[i]!);
    if (samples === 1) continue;
    row.number(max[i]!);
    row.number(sum[i]!);
  }
  for (const histogram of histograms) {
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

/**
 * The bytes of a histogram: its first bucket, then the counts of the buckets that follow as varints, where a 0 and a
 * number stand for that many empty ones. Latencies lie close together, so most buckets take one or two bytes.
 */
function encodeSparse(histogram: SparseHistogram): Uint8Array {
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

/** Reads a row. Throws {@link DamagedRowError}. */
export function decodeRow(bytes: Uint8Array, shape: RowShape): Aggregate {
  const aggregate = new Aggregate(shape);
  const { counters, min, max, sum, histograms } = aggregate;
  const reader = new ByteReader(bytes);
  const samples = reader.varint();
  aggregate.samples = samples;
  aggregate.spanMs = reader.varint();
  for (let i = 0; i < counters.length; i++) counters[i] = reader.number();
  for (let i = 0; i < min.length; i++) {
    min[i] = reader.number();
    max[i] = samples === 1 ? min[i]! : reader.number();
    sum[i] = samples === 1 ? min[i]! : reader.number();
  }
  for (let i = 0; i < histograms.length; i++) {
    const length = reader.varint();
    if (length === 0) continue;
    if (length > reader.remaining)
      throw new DamagedRowError('A histogram reaches beyond the end of its row.');
    histograms[i] = readSparse(reader, reader.position + length);
  }
  if (reader.remaining !== 0) throw new DamagedRowError('The row is longer than its catalog says.');
  return aggregate;
}

function readSparse(reader: ByteReader, end: number): SparseHistogram {
  const pairs: number[] = [];
  let bucket = reader.varint();
  while (reader.position < end) {
    const count = reader.varint();
    if (count === 0) bucket += reader.varint();
    else pairs.push(bucket++, count);
  }
  if (reader.position !== end)
    throw new DamagedRowError('A histogram in the row has a length that is not its own.');
  return Uint32Array.from(pairs);
}

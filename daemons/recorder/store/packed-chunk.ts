/**
 * A chunk on its way to the thread that encodes it, and its columns on their way back: a few arrays that change hands
 * without being copied. The hundreds of small histograms of a chunk would each be cloned as an object of its own, which
 * takes a quarter of the time that encoding them does. Used by the chunk closer; `encodePacked` is what the thread runs.
 */
import type { MetricKind } from '../../../contract/manifest.ts';
import { Aggregate, type RowShape } from '../codec/aggregate.ts';
import type { Catalog, MetricPlace } from './catalogs.ts';
import { type ChunkRows, type EncodedColumn, encodeChunk } from './chunk-rows.ts';

/** All metrics of a source over the intervals of a chunk. */
export interface PackedChunk {
  readonly shape: RowShape;
  /** Kind, place among those of its kind, and column of each metric. */
  readonly places: Uint16Array<ArrayBuffer>;
  /** Number of each interval within the chunk, rising. */
  readonly slots: Uint16Array<ArrayBuffer>;
  /** Of each interval: samples, span, counters, then least values, largest and sums of the gauges. */
  readonly numbers: Float64Array<ArrayBuffer>;
  /** Length of each histogram of each interval, 0 where there is none. */
  readonly lengths: Uint32Array<ArrayBuffer>;
  /** The histograms, one behind the other. */
  readonly pairs: Uint32Array<ArrayBuffer>;
}

/** The columns of a chunk, one behind the other. */
export interface PackedColumns {
  readonly columns: Uint16Array<ArrayBuffer>;
  /** Where each of them ends in `bytes`. */
  readonly ends: Uint32Array<ArrayBuffer>;
  readonly bytes: Uint8Array<ArrayBuffer>;
}

const KINDS: readonly MetricKind[] = ['counter', 'gauge', 'histogram'];

/** A copy of the rows of a chunk, as they are now. */
export function packChunk(
  { places, shape }: Pick<Catalog, 'places' | 'shape'>,
  rows: ChunkRows,
): PackedChunk {
  const sorted = [...rows].sort(([a], [b]) => a - b);
  const numbers = new Float64Array(sorted.length * (2 + shape.counters + 3 * shape.gauges));
  const lengths = new Uint32Array(sorted.length * shape.histograms);
  let at = 0;
  const put = (values: Float64Array) => {
    numbers.set(values, at);
    at += values.length;
  };
  let total = 0;
  for (const [i, [, row]] of sorted.entries()) {
    numbers[at++] = row.samples;
    numbers[at++] = row.spanMs;
    put(row.counters);
    put(row.min);
    put(row.max);
    put(row.sum);
    for (let h = 0; h < shape.histograms; h++) {
      const { length } = row.histograms[h] ?? [];
      lengths[i * shape.histograms + h] = length;
      total += length;
    }
  }
  const pairs = new Uint32Array(total);
  let next = 0;
  for (const [, { histograms }] of sorted) {
    for (const histogram of histograms) {
      if (histogram === null) continue;
      pairs.set(histogram, next);
      next += histogram.length;
    }
  }
  return {
    shape,
    places: Uint16Array.from(
      [...places.values()].flatMap(({ kind, index, column }) => [KINDS.indexOf(kind), index, column]),
    ),
    slots: Uint16Array.from(sorted, ([slot]) => slot),
    numbers,
    lengths,
    pairs,
  };
}

/** What changes hands with a packed chunk. */
export function buffersOf({ numbers, lengths, pairs }: PackedChunk): ArrayBuffer[] {
  return [numbers.buffer, lengths.buffer, pairs.buffer];
}

/** What changes hands with packed columns. */
export function buffersOfColumns({ columns, ends, bytes }: PackedColumns): ArrayBuffer[] {
  return [columns.buffer, ends.buffer, bytes.buffer];
}

function unpack({ shape, slots, numbers, lengths, pairs }: PackedChunk): ChunkRows {
  const rows: ChunkRows = new Map();
  let at = 0;
  let next = 0;
  const take = (into: Float64Array) => {
    into.set(numbers.subarray(at, at + into.length));
    at += into.length;
  };
  for (const [i, slot] of slots.entries()) {
    const row = new Aggregate(shape);
    row.samples = numbers[at++]!;
    row.spanMs = numbers[at++]!;
    for (const values of [row.counters, row.min, row.max, row.sum]) take(values);
    for (let h = 0; h < shape.histograms; h++) {
      const length = lengths[i * shape.histograms + h]!;
      if (length === 0) continue;
      row.histograms[h] = pairs.subarray(next, next + length);
      next += length;
    }
    rows.set(slot, row);
  }
  return rows;
}

function* placesOf({ places }: PackedChunk): Generator<MetricPlace> {
  for (let i = 0; i < places.length; i += 3)
    yield { kind: KINDS[places[i]!]!, index: places[i + 1]!, column: places[i + 2]! };
}

/** Encodes a chunk: what takes time of closing one. */
export function encodePacked(packed: PackedChunk): PackedColumns {
  const encoded = [...encodeChunk(placesOf(packed), unpack(packed))];
  const ends = new Uint32Array(encoded.length);
  let end = 0;
  for (const [i, { data }] of encoded.entries()) {
    end += data.length;
    ends[i] = end;
  }
  const bytes = new Uint8Array(end);
  for (const [i, { data }] of encoded.entries()) bytes.set(data, ends[i]! - data.length);
  return { columns: Uint16Array.from(encoded, ({ column }) => column), ends, bytes };
}

/** The columns that {@link encodePacked} made. */
export function* columnsOf({ columns, ends, bytes }: PackedColumns): Generator<EncodedColumn> {
  let start = 0;
  for (const [i, column] of columns.entries()) {
    yield { column, data: bytes.subarray(start, ends[i]) };
    start = ends[i]!;
  }
}

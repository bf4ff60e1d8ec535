/**
 * A whole chunk, all metrics of one source, between intervals in memory and columns in the database. Used by the chunk
 * table, to write a chunk that is full and to add to one that is written.
 */
import { Aggregate } from '../codec/aggregate.ts';
import {
  decodeCounter,
  decodeGauge,
  decodeTimes,
  encodeCounter,
  encodeGauge,
  encodeTimes,
  type TimeColumn,
} from '../codec/chunk-codec.ts';
import { encodeHistogram, readCounts } from '../codec/histogram-column.ts';
import type { Catalog, MetricPlace } from './catalogs.ts';

/** Intervals of a chunk by their number within it; those that nothing is known of are missing. */
export type ChunkRows = Map<number, Aggregate>;

/** One metric of a chunk, as it is stored. */
export interface EncodedColumn {
  readonly column: number;
  readonly data: Uint8Array;
}

/** The columns of a chunk that are not zero throughout; the first is that of the times. */
export function* encodeChunk(places: Iterable<MetricPlace>, rows: ChunkRows): Generator<EncodedColumn> {
  const slots = [...rows.keys()].sort((a, b) => a - b);
  const list = slots.map((slot) => rows.get(slot)!);
  yield { column: 0, data: encodeTimes(slots, list) };
  for (const { kind, index, column } of places) {
    const encode = { counter: encodeCounter, gauge: encodeGauge, histogram: encodeHistogram }[kind];
    const data = encode(list, index);
    if (data !== null) yield { column, data };
  }
}

/** The intervals of a chunk whose columns `columnOf` gives; none where there is no chunk. Throws `DamagedRowError`. */
export function decodeChunk(catalog: Catalog, columnOf: (column: number) => Uint8Array | null): ChunkRows {
  const head = columnOf(0);
  if (head === null) return new Map();
  const times = decodeTimes(head);
  const rows = emptyRows(catalog, times);
  for (const { kind, index, column } of catalog.places.values()) {
    const data = columnOf(column);
    if (kind === 'counter') readCounter(data, rows, index);
    else if (kind === 'gauge') readGauge(data, times, rows, index);
    else if (data !== null) readHistogram(data, rows, index);
  }
  return new Map(rows.map((row, i) => [times.slots[i]!, row]));
}

function emptyRows(catalog: Catalog, { samples, spansMs }: TimeColumn): Aggregate[] {
  return Array.from(samples, (count, i) => {
    const row = new Aggregate(catalog.shape);
    row.samples = count;
    row.spanMs = spansMs[i]!;
    return row;
  });
}

function readCounter(data: Uint8Array | null, rows: readonly Aggregate[], index: number): void {
  const increases = new Float64Array(rows.length);
  decodeCounter(data, increases);
  for (const [i, row] of rows.entries()) row.counters[index] = increases[i]!;
}

function readGauge(
  data: Uint8Array | null,
  times: TimeColumn,
  rows: readonly Aggregate[],
  index: number,
): void {
  const part = () => new Float64Array(rows.length);
  const gauge = { min: part(), max: part(), sum: part() };
  decodeGauge(data, times, gauge);
  for (const [i, row] of rows.entries()) {
    row.min[index] = gauge.min[i]!;
    row.max[index] = gauge.max[i]!;
    row.sum[index] = gauge.sum[i]!;
  }
}

function readHistogram(data: Uint8Array, rows: readonly Aggregate[], index: number): void {
  readCounts(data, rows.length, (interval, first, last, counts) => {
    const pairs: number[] = [];
    for (let bucket = first; bucket <= last; bucket++)
      if (counts[bucket]! > 0) pairs.push(bucket, counts[bucket]!);
    rows[interval]!.histograms[index] = Uint32Array.from(pairs);
  });
}

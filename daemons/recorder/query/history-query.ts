/**
 * Answers what a window charts: reads the columns of the metrics that are asked for, chunk by chunk, and merges their
 * intervals into points. The newest intervals are those of the chunks in memory, so the newest point is never
 * missing. A source whose metric list changed has chunks in several catalogs, and a point may have its share of each.
 */
import type { HistoryResult } from '../../../contract/control/history.ts';
import type { Aggregate } from '../codec/aggregate.ts';
import { decodeTimes, type TimeColumn } from '../codec/chunk-codec.ts';
import { limits } from '../limits.ts';
import { type Catalog, withNewNames } from '../store/catalogs.ts';
import type { ChunkTable, ChunkTables, StoredColumn } from '../store/chunk-table.ts';
import { type OnDamagedRow, readRow } from '../store/damaged-row.ts';
import { chooseResolution, type Resolution, type TierKeep } from '../store/tiers.ts';
import { type Collector, collectorFor, seriesOf } from './series-collectors.ts';

/** What is asked for: metrics of one source over a time. */
export interface HistoryQuery {
  readonly source: string;
  readonly metrics: readonly string[];
  /** Unix seconds; the first point is that of the step that holds it. */
  readonly from: number;
  /** Unix seconds; the last point is that of the step that holds it. */
  readonly to: number;
  readonly points?: number | undefined;
  /** Names of before, old -> new: what was recorded under an old name belongs to the new one. */
  readonly renamed?: Readonly<Record<string, string>> | undefined;
}

/** Most milliseconds that a one-second interval reaches back over a second in which no sample came. */
const JITTER_SPAN_MS = 2_500;

/** A written chunk within the range. */
interface TimedChunk {
  readonly chunk: number;
  readonly times: TimeColumn;
  /** The point of each interval, −1 outside of the range. */
  readonly points: Int32Array;
}

/** What one catalog has within the range. */
interface Part {
  readonly catalog: Catalog;
  readonly chunks: readonly TimedChunk[];
  /** Intervals of the chunks in memory, in order of time. */
  readonly held: readonly { readonly row: Aggregate; readonly point: number }[];
}

/** Runs the query, yielding after every page of rows. `onDamaged` hears of rows that cannot be read; they are skipped. */
export function* queryHistory(
  query: HistoryQuery,
  tables: ChunkTables,
  versions: readonly Catalog[],
  now: number,
  keep: TierKeep,
  onDamaged: OnDamagedRow,
): Generator<void, HistoryResult> {
  const catalogs = versions.map((version) => withNewNames(version, query.renamed ?? {}));
  const points = query.points ?? limits.historyPoints.default;
  const resolution = chooseResolution({ from: query.from, to: query.to, points }, now / 1_000, keep);
  const { stepSeconds, start, tier } = resolution;
  const table = tables.find((candidate) => candidate.tier === tier)!;
  const parts: Part[] = [];
  for (const catalog of catalogs) {
    const part = yield* partOf(catalog, table, resolution, onDamaged);
    if (part.chunks.length + part.held.length > 0) parts.push(part);
  }
  const oneEach = stepSeconds === tier.stepSeconds;
  const known = parts.map(({ catalog }) => catalog);
  const series = [];
  const late = stepSeconds === 1 ? lateSeconds(parts, resolution.points) : [];
  for (const metric of new Set(query.metrics)) {
    // A metric of this source that has nothing in the range has series all the same.
    const having = known.some(({ places }) => places.has(metric)) ? known : catalogs;
    const collector = collectorFor(metric, having, resolution.points, oneEach);
    if (collector === null) continue;
    for (const part of parts) yield* collect(part, metric, table, collector, onDamaged);
    for (const one of seriesOf(metric, collector)) {
      if (collector.kind !== 'histogram') bridgeJitter(one.values as (number | null)[], late);
      series.push(one);
    }
  }
  const times = Array.from({ length: resolution.points }, (_, i) => start + i * stepSeconds);
  return { stepSeconds, times, series };
}

/** What a catalog has in the range, without any metric. What is in memory is taken before the database is read. */
function* partOf(
  catalog: Catalog,
  table: ChunkTable,
  { start, stepSeconds, points }: Resolution,
  onDamaged: OnDamagedRow,
): Generator<void, Part> {
  const { chunkSeconds, stepSeconds: tierStep } = table.tier;
  const end = start + points * stepSeconds;
  const pointOf = (chunk: number, slot: number) => {
    const second = chunk * chunkSeconds + slot * tierStep;
    return second < start || second >= end ? -1 : Math.floor((second - start) / stepSeconds);
  };
  const inMemory = table.held(catalog);
  const held = inMemory.flatMap(({ chunk, rows }) =>
    [...rows]
      .sort(([a], [b]) => a - b)
      .map(([slot, row]) => ({ row, point: pointOf(chunk, slot) }))
      .filter(({ point }) => point >= 0),
  );
  const chunks: TimedChunk[] = [];
  const last = Math.min(Math.ceil(end / chunkSeconds), inMemory[0]?.chunk ?? Number.POSITIVE_INFINITY);
  for (let from = Math.floor(start / chunkSeconds); from < last; ) {
    const page = table.page(catalog, 0, from, last, limits.historyPageRows.default);
    for (const { chunk, data } of page) {
      readRow(
        catalog.source,
        onDamaged,
        () => {
          const times = decodeTimes(data);
          chunks.push({ chunk, times, points: Int32Array.from(times.slots, (slot) => pointOf(chunk, slot)) });
        },
        undefined,
      );
    }
    yield;
    if (page.length < limits.historyPageRows.default) break;
    from = page.at(-1)!.chunk + 1;
  }
  return { catalog, chunks, held };
}

/** Gives a collector its metric's column of every written chunk, then what is in memory. */
function* collect(
  { catalog, chunks, held }: Part,
  metric: string,
  table: ChunkTable,
  collector: Collector,
  onDamaged: OnDamagedRow,
): Generator<void, void> {
  const place = catalog.places.get(metric);
  if (place?.kind !== collector.kind) return;
  const limit = limits.historyPageRows.default;
  for (let at = 0; at < chunks.length; at += limit) {
    const slice = chunks.slice(at, at + limit);
    const first = slice[0]!.chunk;
    const end = slice.at(-1)!.chunk + 1;
    const columns = table.page(catalog, place.column, first, end, end - first);
    let next = 0;
    for (const { chunk, times, points } of slice) {
      while (next < columns.length && columns[next]!.chunk < chunk) next++;
      const column: StoredColumn | undefined = columns[next];
      const data = column?.chunk === chunk ? column.data : null;
      readRow(metric, onDamaged, () => collector.addColumn(data, times, points), undefined);
    }
    yield;
  }
  for (const { row, point } of held) collector.addRow(row, place.index, point);
}

/** Points of samples that came a little late: a source ticks a little slower than the clock. */
function lateSeconds(parts: readonly Part[], points: number): number[] {
  const spans = new Float64Array(points);
  for (const { chunks, held } of parts) {
    for (const chunk of chunks) {
      for (const [i, point] of chunk.points.entries()) if (point >= 0) spans[point] = chunk.times.spansMs[i]!;
    }
    for (const { row, point } of held) spans[point] = row.spanMs;
  }
  return [...spans.keys()].filter(
    (point) => point > 0 && spans[point]! > 1_000 && spans[point]! <= JITTER_SPAN_MS,
  );
}

/** A second that fell between two samples is not a gap. */
function bridgeJitter(values: (number | null)[], late: readonly number[]): void {
  for (const point of late) values[point - 1] ??= values[point]!;
}

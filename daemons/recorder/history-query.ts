/**
 * Answers what a window charts: reads the rows of a range in order of time and merges them into points. Where a
 * coarse tier is not rolled up yet, the one-second rows stand in, so the newest point is never missing. A source
 * whose metric list changed has rows in several catalogs; they are read side by side.
 */
import type { HistoryResult } from '../contract/control-api.ts';
import type { Catalog } from './catalogs.ts';
import { limits } from './limits.ts';
import { type FetchRows, histogramTaker, type OnDamage, RowCursor, rowTaker } from './row-cursor.ts';
import { type Collector, collectorFor, HistogramCollector } from './series-collectors.ts';
import type { TierTable, TierTables } from './tier-table.ts';
import { chooseResolution, type TierKeep } from './tiers.ts';

/** What is asked for: metrics of one source over a time. */
export interface HistoryQuery {
  readonly source: string;
  readonly metrics: readonly string[];
  /** Unix seconds; the first point is that of the step that holds it. */
  readonly from: number;
  /** Unix seconds; the last point is that of the step that holds it. */
  readonly to: number;
  readonly points?: number | undefined;
}

/** Most milliseconds that a one-second row reaches back over a second in which no sample came. */
const JITTER_SPAN_MS = 2_500;

/** Runs the query, yielding after every page of rows. `onDamage` hears of rows that cannot be read; they are skipped. */
export function* queryHistory(
  query: HistoryQuery,
  tables: TierTables,
  catalogs: readonly Catalog[],
  now: number,
  keep: TierKeep,
  onDamage: OnDamage,
): Generator<void, HistoryResult> {
  const points = query.points ?? limits.historyPoints.default;
  const resolution = chooseResolution({ from: query.from, to: query.to, points }, now / 1_000, keep);
  const { stepSeconds, start } = resolution;
  const times = Array.from({ length: resolution.points }, (_, i) => start + i * stepSeconds);
  const end = start + resolution.points * stepSeconds;
  const collectors = [...new Set(query.metrics)].flatMap((metric) =>
    collectorFor(metric, catalogs, resolution.points),
  );
  const cursors = catalogs.flatMap((catalog) =>
    cursorsOver(catalog, tables, resolution.tier.table, start, end, collectors, onDamage),
  );
  for (let point = 0; point < resolution.points; point++) {
    const before = start + (point + 1) * stepSeconds;
    let began = false;
    let spanMs = 0;
    for (const cursor of cursors) {
      while (yield* cursor.hasRowBefore(before)) {
        if (!began) for (const collector of collectors) collector.begin();
        began = true;
        spanMs = cursor.take();
      }
    }
    if (!began) continue;
    for (const collector of collectors) collector.end(point);
    if (stepSeconds === 1) bridgeJitter(collectors, spanMs, point);
  }
  return { stepSeconds, times, series: collectors.flatMap((collector) => collector.series()) };
}

/** A source ticks a little slower than the clock: a second that fell between two samples is not a gap. */
function bridgeJitter(collectors: readonly Collector[], spanMs: number, point: number): void {
  if (point === 0 || spanMs <= 1_000 || spanMs > JITTER_SPAN_MS) return;
  for (const collector of collectors) collector.bridge(point);
}

/** The rows of one catalog: those of the tier, and one-second rows for what is not rolled up. */
function cursorsOver(
  catalog: Catalog,
  tables: TierTables,
  name: string,
  start: number,
  end: number,
  collectors: readonly Collector[],
  onDamage: OnDamage,
): RowCursor[] {
  const table = tables.find(({ tier }) => tier.table === name)!;
  const [seconds] = tables as [TierTable];
  const rowsOf = (from: TierTable, first: number, last: number): RowCursor[] => {
    const take = rowTaker(catalog, from.shapeOf(catalog), collectors);
    if (take === null) return [];
    const fetch: FetchRows = (at, limit) => from.page(catalog.id, at, last, limit);
    return [new RowCursor(first, fetch, take, onDamage)];
  };
  if (table === seconds) return rowsOf(table, start, end);
  // Fixed now: a roll-up that happens while the query runs must not be counted beside its one-second rows.
  const rolledUpTo = table.rolledUpTo(catalog.id);
  const coarseEnd = Math.min(end, rolledUpTo);
  const cursors = [...rowsOf(table, start, coarseEnd), ...rowsOf(seconds, Math.max(start, rolledUpTo), end)];
  const { histograms } = table;
  if (histograms === null) return cursors;
  for (const collector of collectors) {
    const place = catalog.places.get(collector.metric);
    if (!(collector instanceof HistogramCollector) || place?.kind !== 'histogram') continue;
    const fetch: FetchRows = (at, limit) => histograms.page(catalog.id, place.index, at, coarseEnd, limit);
    cursors.push(new RowCursor(start, fetch, histogramTaker(collector), onDamage));
  }
  return cursors;
}

/**
 * Reads the rows that a history query needs, in order of time, and merges them into its collectors: all metrics of a
 * row at once, or one histogram where histograms have rows of their own.
 */
import { Aggregate, type RowShape } from './aggregate.ts';
import { ByteReader, DamagedRowError } from './byte-codec.ts';
import type { Catalog } from './catalogs.ts';
import { limits } from './limits.ts';
import { readBuckets, readRow } from './row-codec.ts';
import { type Collector, CounterCollector, GaugeCollector, HistogramCollector } from './series-collectors.ts';
import type { StoredRow } from './tier-table.ts';

/** Hears of rows that cannot be read. */
export type OnDamage = (error: DamagedRowError) => void;

/** Fetches up to `limit` rows from `from` (inclusive) on, in order. */
export type FetchRows = (from: number, limit: number) => StoredRow[];

/** What a row is for: merges its bytes, returns the milliseconds that it covers. */
export type TakeRow = (data: Uint8Array) => number;

/** Goes through rows a page at a time. */
export class RowCursor {
  readonly #fetch: FetchRows;
  readonly #take: TakeRow;
  readonly #onDamage: OnDamage;
  #next: number;
  #ended = false;
  #page: StoredRow[] = [];
  #at = 0;

  constructor(start: number, fetch: FetchRows, take: TakeRow, onDamage: OnDamage) {
    this.#next = start;
    this.#fetch = fetch;
    this.#take = take;
    this.#onDamage = onDamage;
  }

  /** Whether the next row is earlier than `second`; fetches a page where the last one is used up. */
  *hasRowBefore(second: number): Generator<void, boolean> {
    if (this.#at === this.#page.length) {
      if (this.#ended || this.#next >= second) return false;
      const limit = limits.historyPageRows.default;
      this.#page = this.#fetch(this.#next, limit);
      this.#at = 0;
      this.#ended = this.#page.length < limit;
      this.#next = (this.#page.at(-1)?.second ?? this.#next) + 1;
      yield;
      if (this.#page.length === 0) return false;
    }
    return this.#page[this.#at]!.second < second;
  }

  /** Merges the next row; returns the milliseconds that it covers, 0 where it cannot be read. */
  take(): number {
    const { data } = this.#page[this.#at++]!;
    try {
      return this.#take(data);
    } catch (error) {
      if (!(error instanceof DamagedRowError)) throw error;
      this.#onDamage(error);
      return 0;
    }
  }
}

/** Merges rows of this shape into the collectors of the metrics that they hold; null where they hold none. */
export function rowTaker(
  catalog: Catalog,
  shape: RowShape,
  collectors: readonly Collector[],
): TakeRow | null {
  const counters: [CounterCollector, number][] = [];
  const gauges: [GaugeCollector, number][] = [];
  const histograms = new Map<number, HistogramCollector>();
  for (const collector of collectors) {
    const place = catalog.places.get(collector.metric);
    if (place === undefined || place.kind !== collector.kind) continue;
    if (collector instanceof CounterCollector) counters.push([collector, place.index]);
    if (collector instanceof GaugeCollector) gauges.push([collector, place.index]);
    if (collector instanceof HistogramCollector && shape.histograms > 0)
      histograms.set(place.index, collector);
  }
  if (counters.length + gauges.length + histograms.size === 0) return null;
  const row = new Aggregate(shape);
  return (data) => {
    readRow(data, row, (index, reader, end) => {
      const merged = histograms.get(index)?.merged;
      if (merged !== undefined) readBuckets(reader, end, (bucket, count) => merged.add(bucket, count));
    });
    for (const [counter, index] of counters) counter.add(row.counters[index]!, row.spanMs);
    for (const [gauge, index] of gauges)
      gauge.add(row.samples, row.sum[index]!, row.min[index]!, row.max[index]!);
    return row.spanMs;
  };
}

/** Merges rows of one histogram into its collector. */
export function histogramTaker({ merged }: HistogramCollector): TakeRow {
  return (data) => {
    readBuckets(new ByteReader(data), data.length, (bucket, count) => merged.add(bucket, count));
    return 0;
  };
}

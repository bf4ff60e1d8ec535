/** Reads the rows that a history query needs from one catalog and tier, and merges them into its collectors. */
import { Aggregate } from './aggregate.ts';
import { DamagedRowError } from './byte-codec.ts';
import type { Catalog } from './catalogs.ts';
import { limits } from './limits.ts';
import { readBuckets, readRow } from './row-codec.ts';
import { type Collector, CounterCollector, GaugeCollector, HistogramCollector } from './series-collectors.ts';
import type { StoredRow, TierTable } from './tier-table.ts';

/** Hears of rows that cannot be read. */
export type OnDamage = (error: DamagedRowError) => void;

/** Reads a page at a time, in order of time. */
export class RowCursor {
  readonly #table: TierTable;
  readonly #catalog: Catalog;
  readonly #end: number;
  readonly #row: Aggregate;
  readonly #onDamage: OnDamage;
  readonly #counters: [CounterCollector, number][] = [];
  readonly #gauges: [GaugeCollector, number][] = [];
  readonly #histograms: (HistogramCollector | undefined)[];
  #next: number;
  #page: StoredRow[] = [];
  #at = 0;

  constructor(
    table: TierTable,
    catalog: Catalog,
    start: number,
    end: number,
    collectors: readonly Collector[],
    onDamage: OnDamage,
  ) {
    this.#table = table;
    this.#catalog = catalog;
    this.#next = start;
    this.#end = end;
    this.#onDamage = onDamage;
    this.#row = new Aggregate(catalog.shape);
    this.#histograms = new Array<undefined>(catalog.shape.histograms).fill(undefined);
    for (const collector of collectors) {
      const place = catalog.places.get(collector.metric);
      if (place === undefined || place.kind !== collector.kind) continue;
      if (collector instanceof CounterCollector) this.#counters.push([collector, place.index]);
      if (collector instanceof GaugeCollector) this.#gauges.push([collector, place.index]);
      if (collector instanceof HistogramCollector) this.#histograms[place.index] = collector;
    }
  }

  /** Whether the next row is earlier than `second`; fetches a page where the last one is used up. */
  *hasRowBefore(second: number): Generator<void, boolean> {
    if (this.#at === this.#page.length) {
      if (this.#next >= this.#end) return false;
      const limit = limits.historyPageRows.default;
      this.#page = this.#table.page(this.#catalog.id, this.#next, this.#end, limit);
      this.#at = 0;
      this.#next = this.#page.length < limit ? this.#end : this.#page.at(-1)!.second + 1;
      yield;
      if (this.#page.length === 0) return false;
    }
    return this.#page[this.#at]!.second < second;
  }

  /** Merges the next row into the collectors; returns the milliseconds that it covers. */
  take(): number {
    const { data } = this.#page[this.#at++]!;
    const row = this.#row;
    try {
      readRow(data, row, (index, reader, end) => {
        const merged = this.#histograms[index]?.merged;
        if (merged !== undefined) readBuckets(reader, end, (bucket, count) => merged.add(bucket, count));
      });
    } catch (error) {
      if (!(error instanceof DamagedRowError)) throw error;
      this.#onDamage(error);
      return 0;
    }
    for (const [counter, index] of this.#counters) {
      counter.increase += row.counters[index]!;
      counter.spanMs += row.spanMs;
    }
    for (const [gauge, index] of this.#gauges) {
      gauge.samples += row.samples;
      gauge.sum += row.sum[index]!;
      if (row.min[index]! < gauge.min) gauge.min = row.min[index]!;
      if (row.max[index]! > gauge.max) gauge.max = row.max[index]!;
    }
    return row.spanMs;
  }
}

/**
 * Takes samples in and rolls them up as they arrive: a second goes into the log at once, and into the open chunk of
 * every tier in memory. A chunk is full when a sample of the next one comes, and is written some time later, by the chunk
 * closer. After a crash the chunks that were not written are computed again, each tier from the next finer one, of which
 * nothing is deleted that a chunk in memory still depends on.
 */
import type { SparseHistogram } from '../../../contract/histogram.ts';
import type { Sqlite } from '../../runtime/files/sqlite.ts';
import { Aggregate, mergeSparse } from '../codec/aggregate.ts';
import { storable } from '../codec/byte-codec.ts';
import { keptSparse } from '../codec/kept-histogram.ts';
import { limits } from '../limits.ts';
import type { Catalog, CatalogStore } from './catalogs.ts';
import type { ChunkRows } from './chunk-rows.ts';
import type { ChunkTable, ChunkTables } from './chunk-table.ts';
import { type Cursor, CursorTable, increaseSince } from './counter-cursor.ts';
import { type FramePlan, FramePlans } from './frame-plans.ts';
import type { SecondLog } from './second-log.ts';
import { LATEST_SECOND } from './tiers.ts';

/** One second of one process, as main passes it on. */
export interface Sample {
  readonly source: string;
  readonly epoch: string;
  readonly instance: number;
  /** Unix milliseconds. */
  readonly time: number;
  /** Number of the list in whose order the values are. */
  readonly catalog?: number | undefined;
  readonly values: Float64Array;
  readonly intervals: readonly { readonly metric: string; readonly buckets: SparseHistogram }[];
}

/** How far behind the newest sample a chunk ends before it is closed without waiting for its source, seconds. */
const LINGER_SECONDS = 5;

/** Chunks of a tier that are read at a time after a restart; one of the next tier is made of ten at most. */
const REPLAYED_CHUNKS = 100;

/** The samples of every source in every tier. */
export class SampleStore {
  /** Where the values of a sample go. */
  readonly plans: FramePlans;
  readonly #catalogs: CatalogStore;
  readonly #tables: ChunkTables;
  readonly #seconds: ChunkTable;
  readonly #log: SecondLog;
  readonly #cursors: CursorTable;
  readonly #startedAt;
  /** Where each source stands. */
  readonly #positions = new Map<string, Cursor>();
  readonly #moved = new Set<string>();
  #newest = 0;

  /** `tables` has one table a tier, finest first. */
  constructor(database: Sqlite, catalogs: CatalogStore, tables: ChunkTables, log: SecondLog) {
    this.#catalogs = catalogs;
    this.plans = new FramePlans(catalogs);
    this.#tables = tables;
    this.#seconds = tables[0]!;
    this.#log = log;
    this.#cursors = new CursorTable(database);
    this.#startedAt = database
      .prepare<[string, number], number | null>(
        "SELECT max(time) FROM states WHERE daemon = ? AND state = 'starting' AND time <= ?",
      )
      .pluck();
  }

  /**
   * Brings the state in memory in line with the file: at start, and after a transaction was rolled back. Must run in a
   * transaction.
   */
  reload(): void {
    this.#positions.clear();
    this.#moved.clear();
    this.#newest = 0;
    this.plans.reload();
    for (const table of this.#tables) table.reload();
    for (const cursor of this.#cursors.load((id) => this.#catalogs.get(id)))
      this.#positions.set(cursor.catalog.source, cursor);
    for (const catalog of this.#catalogs.all()) this.#replay(catalog);
  }

  /** Computes the chunks of a catalog that are not written again: seconds from the log, every tier from the next finer one. */
  #replay(catalog: Catalog): void {
    for (const { second, aggregate } of this.#log.read(catalog))
      this.#seconds.add(catalog, second, aggregate);
    for (const [i, table] of this.#tables.slice(1).entries()) {
      const finer = this.#tables[i]!;
      const { chunkSeconds, stepSeconds } = finer.tier;
      const closedUpTo = table.closedUpTo(catalog);
      const replay = (chunk: number, rows: ChunkRows) => {
        for (const [slot, row] of [...rows].sort(([a], [b]) => a - b)) {
          const second = chunk * chunkSeconds + slot * stepSeconds;
          if (second >= closedUpTo) table.add(catalog, second, row);
        }
      };
      const to = finer.closedUpTo(catalog) / chunkSeconds;
      for (let from = closedUpTo / chunkSeconds; from < to; ) {
        const page = finer.page(catalog, 0, from, to, REPLAYED_CHUNKS);
        for (const { chunk } of page) replay(chunk, finer.readable(catalog, chunk));
        from = (page.at(-1)?.chunk ?? to) + 1;
      }
      for (const { chunk, rows } of finer.held(catalog)) replay(chunk, rows);
    }
  }

  /**
   * Adds a sample; part of the caller's transaction. False when it fits no catalog of its source or has no valid
   * time: it is left out then, the rest of the batch is not. `now` in Unix milliseconds.
   */
  add(sample: Sample, now: number): boolean {
    const plan = this.plans.planOf(sample.source, sample.catalog, now);
    const second = Math.floor(sample.time / 1_000);
    if (plan === null || sample.values.length !== plan.frameSize) return false;
    if (!(second > 0 && second <= LATEST_SECOND)) return false;
    const { catalog } = plan;
    const aggregate = this.#aggregateOf(plan, sample);
    for (const table of this.#tables) {
      const interval = table.add(catalog, second, aggregate);
      if (table === this.#seconds && interval !== null) this.#log.put(catalog, second, interval);
    }
    this.#newest = Math.max(this.#newest, second);
    return true;
  }

  /**
   * Ends the work of one append: takes chunks for full whose source has gone quiet or whose seconds are due for deletion
   * at `now` (Unix seconds), and saves where sources stand.
   */
  finish(now: number): void {
    const past = Math.max(this.#newest - LINGER_SECONDS, now - limits.secondTierKeepSeconds.default);
    for (const table of this.#tables) table.closePast(past);
    for (const source of this.#moved) this.#cursors.save(this.#positions.get(source)!);
    this.#moved.clear();
  }

  /** Start of the earliest chunk that is not written: seconds from there on are still needed. */
  heldSince(): number {
    return Math.min(...this.#tables.slice(1).map((table) => table.heldSince()));
  }

  #aggregateOf({ catalog, counterSlots, gaugeSlots }: FramePlan, sample: Sample): Aggregate {
    const totals = new Float64Array(counterSlots.length);
    for (let i = 0; i < totals.length; i++) {
      const total = sample.values[counterSlots[i]!] ?? 0;
      totals[i] = Number.isFinite(total) && total > 0 ? total : 0;
    }
    const { source, epoch, instance, time } = sample;
    const before = this.#positions.get(source) ?? null;
    const fresh = before?.epoch !== epoch || before.instance !== instance;
    const startedAt = fresh ? (this.#startedAt.get(source, time) ?? null) : null;
    const { increases, spanMs, cursor } = increaseSince(
      before,
      { epoch, instance, catalog, time, totals },
      startedAt,
    );
    if (cursor !== null) {
      this.#positions.set(source, cursor);
      this.#moved.add(source);
    }
    const aggregate = new Aggregate(catalog.shape);
    aggregate.samples = 1;
    aggregate.spanMs = spanMs;
    aggregate.counters.set(increases);
    for (let i = 0; i < gaugeSlots.length; i++)
      aggregate.sum[i] = storable(sample.values[gaugeSlots[i]!] ?? 0);
    aggregate.min.set(aggregate.sum);
    aggregate.max.set(aggregate.sum);
    for (const { metric, buckets } of sample.intervals) {
      const place = catalog.places.get(metric);
      const pairs = keptSparse(buckets);
      if (place?.kind !== 'histogram' || pairs === null) continue;
      const earlier = aggregate.histograms[place.index] ?? null;
      aggregate.histograms[place.index] = earlier === null ? pairs : mergeSparse(earlier, pairs);
    }
    return aggregate;
  }
}

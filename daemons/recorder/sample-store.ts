/**
 * Takes samples in and rolls them up as they arrive: a one-second row at once, a ten-second and a one-minute row when
 * the first sample of the next interval comes, in the transaction of that sample. The open intervals are held in
 * memory only; after a crash they are computed again from the one-second rows, which are kept far longer.
 */
import type { SparseHistogram } from '../contract/histogram.ts';
import { Aggregate, mergeSparse, normalSparse } from './aggregate.ts';
import { storable } from './byte-codec.ts';
import type { Catalog, CatalogStore } from './catalogs.ts';
import { type Cursor, CursorTable, increaseSince } from './counter-cursor.ts';
import type { Sqlite } from './database.ts';
import { limits } from './limits.ts';
import { decodeRow } from './row-codec.ts';
import type { TierTable, TierTables } from './tier-table.ts';
import { alignDown, LATEST_SECOND } from './tiers.ts';

/** One second of one process, as main passes it on. */
export interface Sample {
  readonly source: string;
  readonly epoch: string;
  readonly instance: number;
  /** Unix milliseconds. */
  readonly time: number;
  readonly values: Float64Array;
  readonly intervals: readonly { readonly metric: string; readonly buckets: SparseHistogram }[];
}

/** How far behind the newest sample an interval ends before it is closed without waiting for its source, seconds. */
const LINGER_SECONDS = 5;

/** Rows of one-second samples read at a time when open intervals are computed again. */
const REPLAY_ROWS = 256;

/** The interval of a tier that a source is in. */
interface OpenInterval {
  start: number;
  aggregate: Aggregate;
  /** Size of its row where it is written already (one-second tier). */
  bytes: number | null;
}

class SourceState {
  readonly catalog: Catalog;
  cursor: Cursor | null;
  /** One a tier, null before the first sample. */
  readonly open: (OpenInterval | null)[];
  /** One a tier: intervals that start before this are written; a sample for one of them is merged into its row. */
  readonly written: number[];

  constructor(catalog: Catalog, cursor: Cursor | null, tables: TierTables) {
    this.catalog = catalog;
    this.cursor = cursor;
    this.open = tables.map(() => null);
    this.written = tables.map((table) => table.rolledUpTo(catalog.id));
  }
}

/** The samples of every source in every tier. */
export class SampleStore {
  readonly #catalogs: CatalogStore;
  readonly #tables: TierTables;
  readonly #cursors: CursorTable;
  readonly #startedAt;
  readonly #sources = new Map<string, SourceState>();
  readonly #changed = new Set<SourceState>();
  #newest = 0;

  /** `tables` has one table a tier, finest first. */
  constructor(database: Sqlite, catalogs: CatalogStore, tables: TierTables) {
    this.#catalogs = catalogs;
    this.#tables = tables;
    this.#cursors = new CursorTable(database);
    this.#startedAt = database
      .prepare<[string, number], number | null>(
        "SELECT max(time) FROM states WHERE daemon = ? AND state = 'starting' AND time <= ?",
      )
      .pluck();
  }

  /**
   * Brings the state in memory in line with the file: at start, and after a transaction was rolled back. Intervals
   * that are not rolled up yet are computed again. Must run in a transaction.
   */
  reload(): void {
    this.#sources.clear();
    this.#changed.clear();
    this.#newest = 0;
    for (const cursor of this.#cursors.load((id) => this.#catalogs.get(id))) {
      const state = new SourceState(cursor.catalog, cursor, this.#tables);
      this.#sources.set(cursor.catalog.source, state);
      this.#replay(state);
    }
  }

  #replay(state: SourceState): void {
    const [seconds] = this.#tables as [TierTable];
    const { catalog } = state;
    let from = Math.min(...state.written.slice(1));
    const newest = seconds.newest(catalog.id);
    if (newest === null) return;
    for (;;) {
      const rows = seconds.page(catalog.id, from, newest + 1, REPLAY_ROWS);
      for (const { second, data } of rows) {
        const aggregate = decodeRow(data, catalog.shape);
        for (let tier = 1; tier < this.#tables.length; tier++) {
          if (second >= state.written[tier]!) this.#addTo(state, tier, second, aggregate);
        }
      }
      if (rows.length < REPLAY_ROWS) return;
      from = rows.at(-1)!.second + 1;
    }
  }

  /**
   * Adds a sample; part of the caller's transaction. False when it fits no catalog of its source or has no valid
   * time: it is left out then, the rest of the batch is not.
   */
  add(sample: Sample): boolean {
    const catalog = this.#catalogs.current(sample.source);
    const second = Math.floor(sample.time / 1_000);
    if (catalog === null || sample.values.length !== catalog.frameSize) return false;
    if (!(second > 0 && second <= LATEST_SECOND)) return false;
    const state = this.#stateFor(catalog);
    const aggregate = this.#aggregateOf(state, sample);
    for (let tier = 0; tier < this.#tables.length; tier++) this.#addTo(state, tier, second, aggregate);
    this.#newest = Math.max(this.#newest, second);
    return true;
  }

  /**
   * Ends the work of one append: closes intervals whose source has gone quiet or whose seconds are due for deletion
   * at `now` (Unix seconds), and saves where sources stand.
   */
  finish(now: number): void {
    const past = Math.max(this.#newest - LINGER_SECONDS, now - limits.secondTierKeepSeconds.default);
    for (const state of this.#sources.values()) {
      for (let tier = 1; tier < this.#tables.length; tier++) {
        const open = state.open[tier];
        const end = (open?.start ?? 0) + this.#tables[tier]!.tier.stepSeconds;
        if (open && end <= past) this.#close(state, tier);
      }
    }
    for (const state of this.#changed) if (state.cursor !== null) this.#cursors.save(state.cursor);
    this.#changed.clear();
  }

  /** Start of the earliest interval that is not rolled up: one-second rows from there on are still needed. */
  openSince(): number {
    let since = Number.POSITIVE_INFINITY;
    for (const state of this.#sources.values()) {
      for (const open of state.open.slice(1)) if (open !== null) since = Math.min(since, open.start);
    }
    return since;
  }

  /** Catalogs that sources use now; the retention keeps them. */
  usesCatalog(catalog: Catalog): boolean {
    return this.#sources.get(catalog.source)?.catalog === catalog;
  }

  #stateFor(catalog: Catalog): SourceState {
    const known = this.#sources.get(catalog.source);
    if (known?.catalog === catalog) return known;
    if (known !== undefined) {
      for (let tier = 1; tier < this.#tables.length; tier++) if (known.open[tier]) this.#close(known, tier);
    }
    const state = new SourceState(catalog, known?.cursor ?? null, this.#tables);
    this.#sources.set(catalog.source, state);
    return state;
  }

  #aggregateOf(state: SourceState, sample: Sample): Aggregate {
    const { catalog } = state;
    const { counterSlots, gaugeSlots } = catalog;
    const totals = new Float64Array(counterSlots.length);
    for (let i = 0; i < totals.length; i++) {
      const total = sample.values[counterSlots[i]!]!;
      totals[i] = Number.isFinite(total) && total > 0 ? total : 0;
    }
    const { epoch, instance, time } = sample;
    const fresh = state.cursor?.epoch !== epoch || state.cursor.instance !== instance;
    const startedAt = fresh ? (this.#startedAt.get(sample.source, time) ?? null) : null;
    const { increases, spanMs, cursor } = increaseSince(
      state.cursor,
      { epoch, instance, catalog, time, totals },
      startedAt,
    );
    if (cursor !== null) {
      state.cursor = cursor;
      this.#changed.add(state);
    }
    const aggregate = new Aggregate(catalog.shape);
    aggregate.samples = 1;
    aggregate.spanMs = spanMs;
    aggregate.counters.set(increases);
    for (let i = 0; i < gaugeSlots.length; i++) aggregate.last[i] = storable(sample.values[gaugeSlots[i]!]!);
    aggregate.min.set(aggregate.last);
    aggregate.max.set(aggregate.last);
    aggregate.sum.set(aggregate.last);
    for (const { metric, buckets } of sample.intervals) {
      const place = catalog.places.get(metric);
      const pairs = normalSparse(buckets);
      if (place?.kind !== 'histogram' || pairs === null) continue;
      const earlier = aggregate.histograms[place.index] ?? null;
      aggregate.histograms[place.index] = earlier === null ? pairs : mergeSparse(earlier, pairs);
    }
    return aggregate;
  }

  #addTo(state: SourceState, tier: number, second: number, aggregate: Aggregate): void {
    const table = this.#tables[tier]!;
    const start = alignDown(second, table.tier.stepSeconds);
    const open = state.open[tier] ?? null;
    if (start < state.written[tier]! || (open !== null && start < open.start)) {
      table.merge(state.catalog, start, aggregate);
      return;
    }
    let interval = open;
    if (interval === null || interval.start !== start) {
      if (interval !== null) this.#close(state, tier);
      interval = { start, aggregate: new Aggregate(state.catalog.shape), bytes: null };
      state.open[tier] = interval;
    }
    interval.aggregate.add(aggregate);
    if (tier === 0) {
      interval.bytes = table.put(state.catalog, start, interval.aggregate, interval.bytes);
    }
  }

  /** Writes an open interval (the one-second tier has written it already) and forgets it. */
  #close(state: SourceState, tier: number): void {
    const table = this.#tables[tier]!;
    const open = state.open[tier]!;
    if (tier > 0) table.put(state.catalog, open.start, open.aggregate, null);
    state.open[tier] = null;
    state.written[tier] = open.start + table.tier.stepSeconds;
  }
}

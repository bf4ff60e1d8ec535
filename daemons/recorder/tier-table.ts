/**
 * The rows of one tier: writes them, reads them in order, and keeps the tally of the table. Used by the sample
 * store, the retention and the history query.
 */
import type { SparseHistogram } from '../contract/histogram.ts';
import type { Aggregate, RowShape } from './aggregate.ts';
import type { Catalog } from './catalogs.ts';
import type { Sqlite } from './database.ts';
import { HistogramTable } from './histogram-table.ts';
import { decodeRow, encodeRow } from './row-codec.ts';
import type { Tallies } from './tallies.ts';
import { LATEST_SECOND, rowKey, secondOfKey, type Tier } from './tiers.ts';

/** A row as it is stored. */
export interface StoredRow {
  readonly second: number;
  readonly data: Uint8Array;
}

interface KeyedRow {
  readonly key: number;
  readonly data: Uint8Array;
}

/** The rows of one tier. */
export class TierTable {
  readonly tier: Tier;
  /** Where the tier's histograms are; null where they are in its rows. */
  readonly histograms: HistogramTable | null;
  readonly #tallies: Tallies;
  readonly #put;
  readonly #get;
  readonly #page;
  readonly #newest;
  readonly #oldest;
  readonly #delete;

  constructor(database: Sqlite, tier: Tier, tallies: Tallies) {
    const { table, histogramTable } = tier;
    this.tier = tier;
    this.histograms =
      histogramTable === null ? null : new HistogramTable(database, tier, histogramTable, tallies);
    this.#tallies = tallies;
    this.#put = database.prepare<[number, Uint8Array]>(
      `INSERT INTO ${table} (key, data) VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET data = excluded.data`,
    );
    this.#get = database.prepare<[number], Uint8Array>(`SELECT data FROM ${table} WHERE key = ?`).pluck();
    this.#page = database.prepare<[number, number, number], KeyedRow>(
      `SELECT key, data FROM ${table} WHERE key >= ? AND key < ? ORDER BY key LIMIT ?`,
    );
    this.#newest = database
      .prepare<[number, number], number | null>(`SELECT max(key) FROM ${table} WHERE key >= ? AND key <= ?`)
      .pluck();
    this.#oldest = database
      .prepare<[number, number], number | null>(`SELECT min(key) FROM ${table} WHERE key >= ? AND key <= ?`)
      .pluck();
    this.#delete = database.prepare<[number, number, number], { key: number; length: number }>(
      `DELETE FROM ${table} WHERE key IN (SELECT key FROM ${table} WHERE key >= ? AND key < ? ORDER BY key LIMIT ?) ` +
        'RETURNING key, length(data) AS length',
    );
  }

  /** What the rows of a catalog hold in this tier. */
  shapeOf(catalog: Catalog): RowShape {
    return this.histograms === null ? catalog.shape : { ...catalog.shape, histograms: 0 };
  }

  /** Writes a row over the one of `replacedBytes` that stood there, or as a new one when that is null. */
  put(catalog: Catalog, second: number, aggregate: Aggregate, replacedBytes: number | null): number {
    for (const [index, histogram] of this.#apart(aggregate))
      this.histograms?.put(catalog.id, index, second, histogram);
    return this.#putRow(catalog, second, aggregate, replacedBytes);
  }

  /** Adds samples to a row that may exist already. */
  merge(catalog: Catalog, second: number, aggregate: Aggregate): void {
    const stored = this.#get.get(rowKey(catalog.id, second));
    if (stored === undefined) {
      this.put(catalog, second, aggregate, null);
      return;
    }
    for (const [index, histogram] of this.#apart(aggregate)) {
      this.histograms?.merge(catalog.id, index, second, histogram);
    }
    const whole = decodeRow(stored, this.shapeOf(catalog));
    whole.add(aggregate);
    this.#putRow(catalog, second, whole, stored.length);
  }

  #putRow(catalog: Catalog, second: number, aggregate: Aggregate, replacedBytes: number | null): number {
    const data = encodeRow(aggregate, this.histograms === null);
    this.#put.run(rowKey(catalog.id, second), data);
    this.#tallies.add(this.tier.table, replacedBytes === null ? 1 : 0, data.length - (replacedBytes ?? 0));
    return data.length;
  }

  /** The histograms that go into rows of their own. */
  *#apart(aggregate: Aggregate): Generator<[number, SparseHistogram]> {
    if (this.histograms === null) return;
    for (const [index, histogram] of aggregate.histograms.entries()) {
      if (histogram !== null) yield [index, histogram];
    }
  }

  /** Up to `limit` rows from `from` (inclusive) to `to` (exclusive), in order. */
  page(catalogId: number, from: number, to: number, limit: number): StoredRow[] {
    return this.#page
      .all(rowKey(catalogId, from), rowKey(catalogId, to), limit)
      .map(({ key, data }) => ({ second: secondOfKey(key), data }));
  }

  newest(catalogId: number): number | null {
    const key = this.#newest.get(rowKey(catalogId, 0), rowKey(catalogId, LATEST_SECOND));
    return key === null || key === undefined ? null : secondOfKey(key);
  }

  oldest(catalogId: number): number | null {
    const key = this.#oldest.get(rowKey(catalogId, 0), rowKey(catalogId, LATEST_SECOND));
    return key === null || key === undefined ? null : secondOfKey(key);
  }

  /** From where on the tier holds nothing yet of a catalog: everything before has been rolled up. */
  rolledUpTo(catalogId: number): number {
    const newest = this.newest(catalogId);
    return newest === null ? 0 : newest + this.tier.stepSeconds;
  }

  /** Deletes up to `limit` rows before `cutoff`, and their histograms; returns how many rows. */
  deleteBefore(catalog: Catalog, cutoff: number, limit: number): number {
    if (cutoff <= 0) return 0;
    const deleted = this.#delete.all(rowKey(catalog.id, 0), rowKey(catalog.id, cutoff), limit);
    if (deleted.length === 0) return 0;
    let bytes = 0;
    let newest = 0;
    for (const { key, length } of deleted) {
      bytes += length;
      newest = Math.max(newest, secondOfKey(key));
    }
    this.#tallies.add(this.tier.table, -deleted.length, -bytes);
    this.histograms?.deleteBefore(catalog.id, catalog.shape.histograms, newest + this.tier.stepSeconds);
    return deleted.length;
  }
}

/** One for each tier, finest first. */
export type TierTables = readonly TierTable[];

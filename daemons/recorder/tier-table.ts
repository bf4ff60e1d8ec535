/**
 * The rows of one tier: writes them, reads them in order, and keeps the tally of the table. Used by the sample
 * store, the retention and the history query.
 */
import type { Aggregate } from './aggregate.ts';
import type { Catalog } from './catalogs.ts';
import type { Sqlite } from './database.ts';
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

export class TierTable {
  readonly tier: Tier;
  readonly #tallies: Tallies;
  readonly #put;
  readonly #get;
  readonly #page;
  readonly #newest;
  readonly #oldest;
  readonly #delete;

  constructor(database: Sqlite, tier: Tier, tallies: Tallies) {
    const { table } = tier;
    this.tier = tier;
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
    this.#delete = database
      .prepare<[number, number, number], number>(
        `DELETE FROM ${table} WHERE key IN (SELECT key FROM ${table} WHERE key >= ? AND key < ? LIMIT ?) ` +
          'RETURNING length(data)',
      )
      .pluck();
  }

  /** Writes a row over the one of `replacedBytes` that stood there, or as a new one when that is null. */
  put(catalog: Catalog, second: number, aggregate: Aggregate, replacedBytes: number | null): number {
    const data = encodeRow(aggregate);
    this.#put.run(rowKey(catalog.id, second), data);
    this.#tallies.add(this.tier.table, replacedBytes === null ? 1 : 0, data.length - (replacedBytes ?? 0));
    return data.length;
  }

  /** Adds samples to a row that may exist already. */
  merge(catalog: Catalog, second: number, aggregate: Aggregate): void {
    const stored = this.#get.get(rowKey(catalog.id, second));
    if (stored === undefined) {
      this.put(catalog, second, aggregate, null);
      return;
    }
    const whole = decodeRow(stored, catalog.shape);
    whole.add(aggregate);
    this.put(catalog, second, whole, stored.length);
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

  /** Deletes up to `limit` rows before `cutoff`; returns how many. */
  deleteBefore(catalogId: number, cutoff: number, limit: number): number {
    if (cutoff <= 0) return 0;
    const lengths = this.#delete.all(rowKey(catalogId, 0), rowKey(catalogId, cutoff), limit);
    let bytes = 0;
    for (const length of lengths) bytes += length;
    if (lengths.length > 0) this.#tallies.add(this.tier.table, -lengths.length, -bytes);
    return lengths.length;
  }
}

export type TierTables = readonly TierTable[];

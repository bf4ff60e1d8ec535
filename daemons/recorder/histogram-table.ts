/**
 * The histograms of a tier in rows of their own, neighbours by metric: a chart of one latency over a month reads that
 * latency and nothing else. Used by the tier's table and the history query.
 */
import type { SparseHistogram } from '../contract/histogram.ts';
import { mergeSparse } from './aggregate.ts';
import type { Sqlite } from './database.ts';
import { decodeSparse, encodeSparse } from './row-codec.ts';
import type { Tallies } from './tallies.ts';
import type { Tier } from './tiers.ts';

/** Histograms of one catalog; above the limit of metrics. */
const HISTOGRAMS_PER_CATALOG = 1_024;
/** Intervals of one histogram: minutes until the year 2225. With 65,536 catalogs a key fits 53 bits. */
const INTERVALS_PER_HISTOGRAM = 2 ** 27;

/** A histogram as it is stored. */
export interface StoredHistogram {
  readonly second: number;
  readonly data: Uint8Array;
}

/** The histograms of one tier. */
export class HistogramTable {
  readonly #tier: Tier;
  readonly #tallies: Tallies;
  readonly #put;
  readonly #get;
  readonly #page;
  readonly #delete;

  constructor(database: Sqlite, tier: Tier, table: string, tallies: Tallies) {
    this.#tier = tier;
    this.#tallies = tallies;
    this.#put = database.prepare<[number, Uint8Array]>(
      `INSERT INTO ${table} (key, data) VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET data = excluded.data`,
    );
    this.#get = database.prepare<[number], Uint8Array>(`SELECT data FROM ${table} WHERE key = ?`).pluck();
    this.#page = database.prepare<[number, number, number], { key: number; data: Uint8Array }>(
      `SELECT key, data FROM ${table} WHERE key >= ? AND key < ? ORDER BY key LIMIT ?`,
    );
    this.#delete = database
      .prepare<[number, number], number>(
        `DELETE FROM ${table} WHERE key >= ? AND key < ? RETURNING length(data)`,
      )
      .pluck();
  }

  #key(catalogId: number, index: number, second: number): number {
    const interval = Math.ceil(second / this.#tier.stepSeconds);
    return (catalogId * HISTOGRAMS_PER_CATALOG + index) * INTERVALS_PER_HISTOGRAM + interval;
  }

  /** Writes what was recorded in an interval that has no row yet. */
  put(catalogId: number, index: number, second: number, histogram: SparseHistogram): void {
    this.#write(this.#key(catalogId, index, second), histogram, 0);
  }

  /** Adds to an interval that may have a row. */
  merge(catalogId: number, index: number, second: number, histogram: SparseHistogram): void {
    const key = this.#key(catalogId, index, second);
    const stored = this.#get.get(key);
    if (stored === undefined) this.#write(key, histogram, 0);
    else this.#write(key, mergeSparse(decodeSparse(stored), histogram), stored.length);
  }

  #write(key: number, histogram: SparseHistogram, replacedBytes: number): void {
    const data = encodeSparse(histogram);
    this.#put.run(key, data);
    this.#tallies.add(this.#tier.table, 0, data.length - replacedBytes);
  }

  /** Up to `limit` rows of one histogram from `from` (inclusive) to `to` (exclusive), in order. */
  page(catalogId: number, index: number, from: number, to: number, limit: number): StoredHistogram[] {
    const base = this.#key(catalogId, index, 0);
    return this.#page
      .all(this.#key(catalogId, index, from), this.#key(catalogId, index, to), limit)
      .map(({ key, data }) => ({ second: (key - base) * this.#tier.stepSeconds, data }));
  }

  /** Deletes the rows of a catalog's histograms before `cutoff`. */
  deleteBefore(catalogId: number, histograms: number, cutoff: number): void {
    let bytes = 0;
    for (let index = 0; index < histograms; index++) {
      const from = this.#key(catalogId, index, 0);
      for (const length of this.#delete.all(from, this.#key(catalogId, index, cutoff))) bytes += length;
    }
    this.#tallies.add(this.#tier.table, 0, -bytes);
  }
}

/**
 * One tier: its open chunks in memory, its closed ones in the database, a row a metric. An interval may be added to in
 * any order; one of a closed chunk costs reading and writing that chunk. Used by the sample store, the retention and the
 * history query.
 */

import type { Sqlite } from '../../runtime/files/sqlite.ts';
import { Aggregate } from '../codec/aggregate.ts';
import { decodeTimes } from '../codec/chunk-codec.ts';
import type { Catalog } from './catalogs.ts';
import { type ChunkRows, decodeChunk, encodeChunk } from './chunk-rows.ts';
import { type OnDamagedRow, readRow } from './damaged-row.ts';
import type { Tallies } from './tallies.ts';
import { chunkKey, chunkOfKey, LATEST_SECOND, type Tier } from './tiers.ts';

/** One column of one chunk as it is stored. */
export interface StoredColumn {
  /** Counted in spans of a chunk since 1970. */
  readonly chunk: number;
  readonly data: Uint8Array;
}

/** A chunk that is not full yet. */
export interface OpenChunk {
  readonly catalog: Catalog;
  readonly chunk: number;
  readonly rows: ChunkRows;
}

/** The chunks of one tier. */
export class ChunkTable {
  readonly tier: Tier;
  readonly #tallies: Tallies;
  /** By catalog id. */
  readonly #open = new Map<number, OpenChunk>();
  /** By catalog id: chunks before this one are closed. */
  readonly #closed = new Map<number, number>();
  readonly #put;
  readonly #get;
  readonly #page;
  readonly #newest;
  readonly #oldest;
  readonly #delete;
  readonly #onDamaged: OnDamagedRow;

  constructor(database: Sqlite, tier: Tier, tallies: Tallies, onDamaged: OnDamagedRow) {
    this.#onDamaged = onDamaged;
    const { table } = tier;
    this.tier = tier;
    this.#tallies = tallies;
    this.#put = database.prepare<[number, Uint8Array]>(`INSERT INTO ${table} (key, data) VALUES (?, ?)`);
    this.#get = database.prepare<[number], Uint8Array>(`SELECT data FROM ${table} WHERE key = ?`).pluck();
    this.#page = database.prepare<[number, number, number], { key: number; data: Uint8Array }>(
      `SELECT key, data FROM ${table} WHERE key >= ? AND key < ? ORDER BY key LIMIT ?`,
    );
    const end = (which: 'min' | 'max') =>
      database
        .prepare<[number, number], number | null>(
          `SELECT ${which}(key) FROM ${table} WHERE key >= ? AND key < ?`,
        )
        .pluck();
    this.#newest = end('max');
    this.#oldest = end('min');
    this.#delete = database
      .prepare<[number], number>(`DELETE FROM ${table} WHERE key = ? RETURNING length(data)`)
      .pluck();
  }

  /** Forgets the open chunks: the sample store computes them again. */
  reload(): void {
    this.#open.clear();
    this.#closed.clear();
  }

  /** Start of the first chunk of a catalog that is not closed, Unix seconds. */
  closedUpTo(catalog: Catalog): number {
    let closed = this.#closed.get(catalog.id);
    if (closed === undefined) {
      const newest = this.#endOf('max', catalog);
      closed = newest === null ? 0 : newest + 1;
      this.#closed.set(catalog.id, closed);
    }
    return closed * this.tier.chunkSeconds;
  }

  /**
   * Adds to the interval that holds `second`; what is added must not be changed any more. Returns the interval, null
   * where its chunk is closed and was written again.
   */
  add(catalog: Catalog, second: number, aggregate: Aggregate): Aggregate | null {
    const { chunkSeconds, stepSeconds } = this.tier;
    const chunk = Math.floor(second / chunkSeconds);
    const slot = Math.floor((second % chunkSeconds) / stepSeconds);
    let open = this.#open.get(catalog.id);
    if (second < this.closedUpTo(catalog) || (open !== undefined && chunk < open.chunk)) {
      const rows = this.readable(catalog, chunk);
      addTo(rows, slot, catalog, aggregate);
      this.remove(catalog, chunk);
      this.write(catalog, chunk, rows);
      return null;
    }
    if (open === undefined || open.chunk !== chunk) {
      if (open !== undefined) this.#close(open);
      open = { catalog, chunk, rows: new Map() };
      this.#open.set(catalog.id, open);
    }
    return addTo(open.rows, slot, catalog, aggregate);
  }

  /** Closes chunks that ended at `time` (Unix seconds) or before, and tells which. */
  closePast(time: number): OpenChunk[] {
    const past = [...this.#open.values()].filter(({ chunk }) => (chunk + 1) * this.tier.chunkSeconds <= time);
    for (const open of past) this.#close(open);
    return past;
  }

  #close(open: OpenChunk): void {
    this.write(open.catalog, open.chunk, open.rows);
    this.#open.delete(open.catalog.id);
    this.#closed.set(open.catalog.id, open.chunk + 1);
  }

  /** The open chunk of a catalog. It may fill up, and be closed, while it is looked at. */
  open(catalog: Catalog): OpenChunk | null {
    return this.#open.get(catalog.id) ?? null;
  }

  /** Start of the earliest open chunk, Unix seconds: it still depends on the seconds from there on. */
  openSince(): number {
    let since = Number.POSITIVE_INFINITY;
    for (const { chunk } of this.#open.values()) since = Math.min(since, chunk * this.tier.chunkSeconds);
    return since;
  }

  /** Writes a chunk that is not there. */
  write(catalog: Catalog, chunk: number, rows: ChunkRows): void {
    let bytes = 0;
    for (const { column, data } of encodeChunk(catalog, rows)) {
      this.#put.run(chunkKey(catalog.id, column, chunk), data);
      bytes += data.length;
    }
    this.#tallies.add(this.tier.table, rows.size, bytes);
  }

  /** What can be read of a chunk: nothing of a damaged one. */
  readable(catalog: Catalog, chunk: number): ChunkRows {
    const columnOf = (column: number) => this.#get.get(chunkKey(catalog.id, column, chunk)) ?? null;
    const what = `a chunk of ${catalog.source} in ${this.tier.table}`;
    return readRow<ChunkRows>(what, this.#onDamaged, () => decodeChunk(catalog, columnOf), new Map());
  }

  /** Up to `limit` chunks of one column, from chunk `from` (inclusive) to `to` (exclusive), in order. */
  page(catalog: Catalog, column: number, from: number, to: number, limit: number): StoredColumn[] {
    return this.#page
      .all(chunkKey(catalog.id, column, from), chunkKey(catalog.id, column, to), limit)
      .map(({ key, data }) => ({ chunk: chunkOfKey(key), data }));
  }

  /** First second of the oldest interval of a catalog. */
  oldest(catalog: Catalog): number | null {
    return this.#second(this.#endOf('min', catalog) ?? this.open(catalog)?.chunk ?? null, catalog, 0);
  }

  /** First second of the newest interval of a catalog. */
  newest(catalog: Catalog): number | null {
    return this.#second(this.open(catalog)?.chunk ?? this.#endOf('max', catalog), catalog, -1);
  }

  #second(chunk: number | null, catalog: Catalog, at: 0 | -1): number | null {
    if (chunk === null) return null;
    const open = this.open(catalog);
    const slots =
      open?.chunk === chunk
        ? [...open.rows.keys()].sort((a, b) => a - b)
        : slotsOf(this.#get.get(chunkKey(catalog.id, 0, chunk))!);
    return chunk * this.tier.chunkSeconds + (slots.at(at) ?? 0) * this.tier.stepSeconds;
  }

  #endOf(which: 'min' | 'max', catalog: Catalog): number | null {
    const after = Math.ceil(LATEST_SECOND / this.tier.chunkSeconds) + 1;
    const statement = which === 'min' ? this.#oldest : this.#newest;
    const key = statement.get(chunkKey(catalog.id, 0, 0), chunkKey(catalog.id, 0, after));
    return key === null || key === undefined ? null : chunkOfKey(key);
  }

  /** Deletes up to `limit` of a catalog's chunks that ended at `cutoff` (Unix seconds) or before; returns how many. */
  deleteBefore(catalog: Catalog, cutoff: number, limit: number): number {
    const end = Math.floor(cutoff / this.tier.chunkSeconds);
    const due = this.page(catalog, 0, 0, end, limit);
    for (const { chunk } of due) this.remove(catalog, chunk);
    return due.length;
  }

  /** Deletes a chunk, where it is there. */
  remove(catalog: Catalog, chunk: number): void {
    const head = this.#get.get(chunkKey(catalog.id, 0, chunk));
    if (head === undefined) return;
    let bytes = 0;
    for (let column = 0; column <= catalog.metrics.length; column++)
      bytes += this.#delete.get(chunkKey(catalog.id, column, chunk)) ?? 0;
    this.#tallies.add(this.tier.table, -slotsOf(head).length, -bytes);
  }
}

function addTo(rows: ChunkRows, slot: number, catalog: Catalog, aggregate: Aggregate): Aggregate {
  let row = rows.get(slot);
  if (row === undefined) {
    row = new Aggregate(catalog.shape);
    rows.set(slot, row);
  }
  row.add(aggregate);
  return row;
}

/** The intervals that a chunk has by its first column; none where that cannot be read. */
function slotsOf(head: Uint8Array): readonly number[] {
  try {
    return [...decodeTimes(head).slots];
  } catch {
    return [];
  }
}

/** One for each tier, finest first. */
export type ChunkTables = readonly ChunkTable[];

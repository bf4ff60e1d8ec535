/**
 * One tier: a source's newest chunks in memory, those before in the database, a row a metric. In memory are the open chunk
 * and those that are full and wait to be encoded, which the chunk closer sees to. An interval may be added to in any order;
 * one of a chunk that is written costs reading and writing that chunk. Used by the sample store, the chunk closer, the
 * retention and the history query.
 */

import type { Sqlite } from '../../runtime/files/sqlite.ts';
import { Aggregate } from '../codec/aggregate.ts';
import { decodeTimes } from '../codec/chunk-codec.ts';
import type { Catalog } from './catalogs.ts';
import { type ChunkRows, decodeChunk, type EncodedColumn, encodeChunk } from './chunk-rows.ts';
import { type OnDamagedRow, readRow } from './damaged-row.ts';
import type { SecondLog } from './second-log.ts';
import type { Tallies } from './tallies.ts';
import { chunkKey, chunkOfKey, LATEST_SECOND, type Tier } from './tiers.ts';

/** One column of one chunk as it is stored. */
export interface StoredColumn {
  /** Counted in spans of a chunk since 1970. */
  readonly chunk: number;
  readonly data: Uint8Array;
}

/** A chunk that is not written yet. */
export interface HeldChunk {
  readonly catalog: Catalog;
  readonly chunk: number;
  readonly rows: ChunkRows;
  /** Whether it waits to be encoded; it may still be added to. */
  readonly full: boolean;
  /** How often it was added to. */
  readonly additions: number;
}

type Held = { -readonly [Key in keyof HeldChunk]: HeldChunk[Key] };

/** What a table is made of. */
export interface ChunkTableOptions {
  readonly tier: Tier;
  readonly tallies: Tallies;
  readonly onDamaged: OnDamagedRow;
  /** How many full chunks may wait to be encoded; the oldest of one more is encoded at once. */
  readonly fullChunks: number;
  /** Has what is in the chunks that are not written; where there is none, the next finer tier has it. */
  readonly log?: SecondLog;
}

/** The chunks of one tier. */
export class ChunkTable {
  readonly tier: Tier;
  readonly #options: ChunkTableOptions;
  readonly #tallies: Tallies;
  /** By catalog id, in order of time: all but the last are full. What is written lies before the first of them. */
  readonly #held = new Map<number, Held[]>();
  #full = 0;
  /** By catalog id: chunks before this one are written. */
  readonly #closed = new Map<number, number>();
  readonly #put;
  readonly #get;
  readonly #page;
  readonly #newest;
  readonly #oldest;
  readonly #delete;
  readonly #onDamaged: OnDamagedRow;

  constructor(database: Sqlite, options: ChunkTableOptions) {
    const { tier, tallies, onDamaged } = options;
    this.#options = options;
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

  /** Full chunks that wait to be encoded. */
  get fullChunks(): number {
    return this.#full;
  }

  /** Forgets what is in memory: the sample store computes it again. */
  reload(): void {
    this.#held.clear();
    this.#full = 0;
    this.#closed.clear();
  }

  /** Start of the first chunk of a catalog that is not written, Unix seconds. */
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
   * where its chunk was written before and was written again.
   */
  add(catalog: Catalog, second: number, aggregate: Aggregate): Aggregate | null {
    const { chunkSeconds, stepSeconds } = this.tier;
    const chunk = Math.floor(second / chunkSeconds);
    const slot = Math.floor((second % chunkSeconds) / stepSeconds);
    const first = this.#held.get(catalog.id)?.[0];
    if (second < this.closedUpTo(catalog) || (first !== undefined && chunk < first.chunk)) {
      const rows = this.readable(catalog, chunk);
      addTo(rows, slot, catalog, aggregate);
      this.remove(catalog, chunk);
      this.write(catalog, chunk, rows);
      return null;
    }
    const held = this.#hold(catalog, chunk);
    held.additions++;
    return addTo(held.rows, slot, catalog, aggregate);
  }

  /** The chunk in memory; where there is none, it is the open one from now on, or a full one that had nothing yet. */
  #hold(catalog: Catalog, chunk: number): Held {
    let list = this.#held.get(catalog.id);
    if (list === undefined) {
      list = [];
      this.#held.set(catalog.id, list);
    }
    const found = list.findLast((held) => held.chunk === chunk);
    if (found !== undefined) return found;
    const after = list.findIndex((held) => held.chunk > chunk);
    const held: Held = { catalog, chunk, rows: new Map(), full: false, additions: 0 };
    if (after !== -1) {
      list.splice(after, 0, held);
      this.#fill(held);
      return held;
    }
    const last = list.at(-1);
    list.push(held);
    if (last?.full === false) this.#fill(last);
    return held;
  }

  #fill(held: Held): void {
    held.full = true;
    this.#full++;
    if (this.#full > this.#options.fullChunks) this.writeFull(this.#held.get(held.catalog.id)![0]!);
  }

  /** Takes chunks that ended at `time` (Unix seconds) or before for full. */
  closePast(time: number): void {
    for (const list of [...this.#held.values()]) {
      const last = list.at(-1)!;
      if (!last.full && (last.chunk + 1) * this.tier.chunkSeconds <= time) this.#fill(last);
    }
  }

  /** A full chunk before which nothing of its catalog is in memory; null where none is full. */
  nextFull(): HeldChunk | null {
    if (this.#full === 0) return null;
    for (const [first] of this.#held.values()) if (first?.full === true) return first;
    return null;
  }

  /** Whether this chunk is still the first of its catalog in memory: not written meanwhile, or forgotten. */
  isFirst(held: HeldChunk): boolean {
    return this.#held.get(held.catalog.id)?.[0] === held;
  }

  /** Writes the first chunk of a catalog in memory; `columns` where it has been encoded. Part of the caller's transaction. */
  writeFull(held: HeldChunk, columns?: Iterable<EncodedColumn>): void {
    const { catalog, chunk, rows } = held;
    this.write(catalog, chunk, rows, columns);
    const list = this.#held.get(catalog.id)!;
    list.shift();
    if (list.length === 0) this.#held.delete(catalog.id);
    this.#full--;
    this.#closed.set(catalog.id, chunk + 1);
    this.#options.log?.deleteBefore(catalog, this.closedUpTo(catalog));
  }

  /** The chunks of a catalog in memory, in order of time. Each may be added to, and be written, while it is looked at. */
  held(catalog: Catalog): readonly HeldChunk[] {
    return [...(this.#held.get(catalog.id) ?? [])];
  }

  /** Start of the earliest chunk in memory, Unix seconds: it still depends on the seconds from there on. */
  heldSince(): number {
    let since = Number.POSITIVE_INFINITY;
    for (const [first] of this.#held.values()) since = Math.min(since, first!.chunk * this.tier.chunkSeconds);
    return since;
  }

  /** Writes a chunk that is not there. */
  write(
    catalog: Catalog,
    chunk: number,
    rows: ChunkRows,
    columns: Iterable<EncodedColumn> = encodeChunk(catalog.places.values(), rows),
  ): void {
    let bytes = 0;
    for (const { column, data } of columns) {
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
    return this.#second(
      this.#endOf('min', catalog) ?? this.#held.get(catalog.id)?.[0]?.chunk ?? null,
      catalog,
      0,
    );
  }

  /** First second of the newest interval of a catalog. */
  newest(catalog: Catalog): number | null {
    return this.#second(
      this.#held.get(catalog.id)?.at(-1)?.chunk ?? this.#endOf('max', catalog),
      catalog,
      -1,
    );
  }

  #second(chunk: number | null, catalog: Catalog, at: 0 | -1): number | null {
    if (chunk === null) return null;
    const held = this.#held.get(catalog.id)?.find((one) => one.chunk === chunk);
    const slots =
      held === undefined
        ? slotsOf(this.#get.get(chunkKey(catalog.id, 0, chunk))!)
        : [...held.rows.keys()].sort((a, b) => a - b);
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

/**
 * The seconds of the open minute, a row a source and second: what makes an append durable at the price of one small row.
 * When the minute's chunk is closed, its seconds are in there and go from here, in the same transaction.
 */

import type { Sqlite } from '../../runtime/files/sqlite.ts';
import type { Aggregate } from '../codec/aggregate.ts';
import { decodeRow, encodeRow } from '../codec/row-codec.ts';
import type { Catalog } from './catalogs.ts';
import { type OnDamagedRow, readRow } from './damaged-row.ts';
import type { Tallies } from './tallies.ts';
import { rowKey, secondOfKey } from './tiers.ts';

/** The log of one database. */
export class SecondLog {
  readonly #tallies: Tallies;
  readonly #put;
  readonly #size;
  readonly #all;
  readonly #delete;
  readonly #onDamaged: OnDamagedRow;

  constructor(database: Sqlite, tallies: Tallies, onDamaged: OnDamagedRow) {
    this.#onDamaged = onDamaged;
    this.#tallies = tallies;
    this.#put = database.prepare<[number, Uint8Array]>(
      'INSERT INTO recent (key, data) VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET data = excluded.data',
    );
    this.#size = database.prepare<[number], number>('SELECT length(data) FROM recent WHERE key = ?').pluck();
    this.#all = database.prepare<[number, number], { key: number; data: Uint8Array }>(
      'SELECT key, data FROM recent WHERE key >= ? AND key < ? ORDER BY key',
    );
    this.#delete = database
      .prepare<[number, number], number>(
        'DELETE FROM recent WHERE key >= ? AND key < ? RETURNING length(data)',
      )
      .pluck();
  }

  /** Writes a second, over the one that may stand there. */
  put(catalog: Catalog, second: number, aggregate: Aggregate): void {
    const key = rowKey(catalog.id, second);
    const data = encodeRow(aggregate);
    // Only a second sample of the same second finds a row.
    const replaced = aggregate.samples === 1 ? undefined : this.#size.get(key);
    this.#put.run(key, data);
    this.#tallies.add('recent', replaced === undefined ? 1 : 0, data.length - (replaced ?? 0));
  }

  /** All seconds of a catalog that can be read, in order. */
  read(catalog: Catalog): { second: number; aggregate: Aggregate }[] {
    const rows = this.#all.all(rowKey(catalog.id, 0), rowKey(catalog.id + 1, 0));
    return rows.flatMap(({ key, data }) => {
      const read = () => [{ second: secondOfKey(key), aggregate: decodeRow(data, catalog.shape) }];
      return readRow(`a second of ${catalog.source}`, this.#onDamaged, read, []);
    });
  }

  /** Deletes the seconds of a catalog before `end`. */
  deleteBefore(catalog: Catalog, end: number): void {
    const lengths = this.#delete.all(rowKey(catalog.id, 0), rowKey(catalog.id, end));
    if (lengths.length === 0) return;
    const bytes = lengths.reduce((sum, length) => sum + length, 0);
    this.#tallies.add('recent', -lengths.length, -bytes);
  }
}

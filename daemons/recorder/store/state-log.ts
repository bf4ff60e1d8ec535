/** The lifecycle transitions of all daemons. Written as part of an append; the times of starts date counter resets. */

import type { Sqlite } from '../../runtime/files/sqlite.ts';
import type { AppendBatch } from './batch.ts';
import type { Tallies } from './tallies.ts';

/** The table of transitions. */
export class StateLog {
  readonly #tallies: Tallies;
  readonly #insert;
  readonly #oldest;
  readonly #prune;

  constructor(database: Sqlite, tallies: Tallies) {
    this.#tallies = tallies;
    this.#insert = database.prepare<[number, string, string, string | null]>(
      'INSERT INTO states (time, daemon, state, cause) VALUES (?, ?, ?, ?)',
    );
    this.#oldest = database
      .prepare<[number], number>('SELECT id FROM states ORDER BY id DESC LIMIT 1 OFFSET ?')
      .pluck();
    this.#prune = database
      .prepare<[number, number, number], number>(
        'DELETE FROM states WHERE id IN (SELECT id FROM (SELECT id, time FROM states ORDER BY id LIMIT ?) ' +
          'WHERE id <= ? OR time < ?) RETURNING octet_length(daemon) + octet_length(state) + ifnull(octet_length(cause), 0)',
      )
      .pluck();
  }

  add({ time, daemon, state, cause }: AppendBatch['states'][number]): void {
    this.#insert.run(Math.round(time), daemon, state, cause);
    this.#tallies.add(
      'states',
      1,
      Buffer.byteLength(daemon) + Buffer.byteLength(state) + Buffer.byteLength(cause ?? ''),
    );
  }

  /** Removes what is beyond `keepRows` or older than `cutoffMs`, at most `limit` rows; returns how many. */
  prune(keepRows: number, cutoffMs: number, limit: number): number {
    const { rows } = this.#tallies.get('states');
    const excess = rows > keepRows ? (this.#oldest.get(keepRows) ?? 0) : 0;
    const sizes = this.#prune.all(limit, excess, cutoffMs);
    if (sizes.length > 0)
      this.#tallies.add('states', -sizes.length, -sizes.reduce((sum, size) => sum + size, 0));
    return sizes.length;
  }
}

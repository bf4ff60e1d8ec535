/**
 * How many rows and bytes each table holds, kept along with every insert and delete and saved in the same
 * transaction: counting a table of a million rows would mean reading it. Shown by `stats` and the metrics.
 */
import type { Sqlite } from '../../runtime/files/sqlite.ts';
import { TIERS, type Tier } from './tiers.ts';

/** A table that is counted. */
export type TallyName = Tier['table'] | 'recent' | 'audit' | 'states';

/** Rows of a table (intervals, where a row is a chunk), and bytes of their content. */
export interface Tally {
  rows: number;
  bytes: number;
}

const NAMES: readonly TallyName[] = [...TIERS.map(({ table }) => table), 'recent', 'audit', 'states'];

/** The counts of every table. */
export class Tallies {
  readonly #tallies = new Map<TallyName, Tally>();
  readonly #changed = new Set<TallyName>();
  readonly #all;
  readonly #save;

  constructor(database: Sqlite) {
    this.#all = database.prepare<[], { name: TallyName; rows: number; bytes: number }>(
      'SELECT name, rows, bytes FROM tallies',
    );
    this.#save = database.prepare<[string, number, number]>(
      'INSERT INTO tallies (name, rows, bytes) VALUES (?, ?, ?) ' +
        'ON CONFLICT (name) DO UPDATE SET rows = excluded.rows, bytes = excluded.bytes',
    );
    this.reload();
  }

  /** Reads everything again, after a transaction was rolled back. */
  reload(): void {
    this.#changed.clear();
    for (const name of NAMES) this.#tallies.set(name, { rows: 0, bytes: 0 });
    for (const { name, rows, bytes } of this.#all.all()) {
      // Of a damaged row it matters only that counting can go on.
      if (Number.isSafeInteger(rows) && Number.isSafeInteger(bytes)) this.#tallies.set(name, { rows, bytes });
    }
  }

  add(name: TallyName, rows: number, bytes: number): void {
    const tally = this.#tallies.get(name)!;
    tally.rows += rows;
    tally.bytes += bytes;
    this.#changed.add(name);
  }

  get(name: TallyName): Readonly<Tally> {
    return this.#tallies.get(name)!;
  }

  /** Saves what changed; part of the transaction that changed it. */
  save(): void {
    for (const name of this.#changed) {
      const { rows, bytes } = this.#tallies.get(name)!;
      this.#save.run(name, rows, bytes);
    }
    this.#changed.clear();
  }
}

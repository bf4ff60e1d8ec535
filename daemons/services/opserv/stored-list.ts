/**
 * A list that operators keep, in memory and in a table of its own: trusts, gags, alerts and their like. Everything is looked up in
 * memory; a change counts once it is on the disk.
 */
import type { WriteTurn } from '../../identity/store/write-turn.ts';
import type { Sqlite } from '../../runtime/files/sqlite.ts';
import { notDone } from '../bots/refused-reply.ts';
import { said } from '../bots/reply.ts';
import { eachRow } from './arrived-rows.ts';

/** What every entry has. */
export interface Listed {
  /** Account of who set it; of an administrator, who that is. */
  readonly by: string;
  /** Unix milliseconds. */
  readonly setMs: number;
  /** When it ends, Unix milliseconds; null for never. */
  readonly expiresMs: number | null;
}

/** Where entries are kept. */
export interface ListShape<Entry extends Listed> {
  readonly table: string;
  /** Column of each field. */
  readonly columns: Readonly<Record<keyof Entry, string>>;
  /** What tells one from another. */
  readonly keyOf: (entry: Entry) => string;
  /** Entries that there may be. */
  readonly most: number;
  /** What one is called, for who is told that there is no room. */
  readonly noun: string;
}

/** The statement that keeps one, in place of another of its key; {@link listedRow} is what it takes. */
export function putListed<Entry extends Listed>({ table, columns }: ListShape<Entry>): string {
  const names = Object.values<string>(columns);
  const places = names.map(() => '?').join(', ');
  return `INSERT OR REPLACE INTO ${table} (key, ${names.join(', ')}) VALUES (?, ${places})`;
}

/** An entry as a row. */
export function listedRow<Entry extends Listed>(
  { columns, keyOf }: ListShape<Entry>,
  entry: Entry,
): (string | number | null)[] {
  const fields = Object.keys(columns) as (keyof Entry)[];
  return [keyOf(entry), ...fields.map((field) => entry[field] as string | number | null)];
}

export interface StoredListOptions {
  readonly database: Sqlite;
  readonly writes: WriteTurn;
  /** Unix milliseconds. */
  readonly now: () => number;
}

export class StoredList<Entry extends Listed> {
  readonly #shape: ListShape<Entry>;
  readonly #options: StoredListOptions;
  readonly #entries = new Map<string, Entry>();
  readonly #put;
  readonly #drop;
  readonly #columns: string;
  /** Told after an entry has come, has changed or is gone. */
  onChange: (now: Entry | null, before: Entry | null) => void = () => {};

  constructor(shape: ListShape<Entry>, options: StoredListOptions) {
    this.#shape = shape;
    this.#options = options;
    const { database } = options;
    const { table, columns } = shape;
    this.#put = database.prepare(putListed(shape));
    this.#drop = database.prepare(`DELETE FROM ${table} WHERE key = ?`);
    this.#columns = Object.entries<string>(columns)
      .map(([field, column]) => `${column} AS "${field}"`)
      .join(', ');
    const rows = database.prepare(`SELECT ${this.#columns} FROM ${table} ORDER BY rowid`).all() as Entry[];
    for (const row of rows) this.#entries.set(shape.keyOf(row), row);
  }

  /** Those that hold, the oldest first. */
  all(): Entry[] {
    const now = this.#options.now();
    return [...this.#entries.values()].filter((entry) => holds(entry, now));
  }

  /** The one of a key while it holds. */
  get(key: string): Entry | undefined {
    const entry = this.#entries.get(key);
    return entry !== undefined && holds(entry, this.#options.now()) ? entry : undefined;
  }

  /** The one of a key, also once it is over and has yet to be swept away. */
  stored(key: string): Entry | undefined {
    return this.#entries.get(key);
  }

  /** Keeps one in place of another of its key. @throws SignalboxError `limit_reached` where there are as many as may be */
  async put(entry: Entry): Promise<void> {
    const { keyOf, most, noun } = this.#shape;
    const key = keyOf(entry);
    if (this.get(key) === undefined && this.all().length >= most)
      throw notDone('limit_reached', said`There are ${most} ${noun} already; take some away first.`);
    await this.#options.writes.write(() => this.#put.run(...listedRow(this.#shape, entry)));
    const before = this.#entries.get(key) ?? null;
    this.#entries.set(key, entry);
    this.onChange(entry, before);
  }

  /** The one that was taken away; null where there was none. */
  async drop(key: string): Promise<Entry | null> {
    const before = this.#entries.get(key);
    if (before === undefined) return null;
    await this.#options.writes.write(() => this.#drop.run(key));
    if (this.#entries.get(key) === before) {
      this.#entries.delete(key);
      this.onChange(null, before);
    }
    return holds(before, this.#options.now()) ? before : null;
  }

  /** Takes up what has come into the table by another way; what is known here stays. */
  async takeUp(): Promise<void> {
    const { table, keyOf } = this.#shape;
    await eachRow<Entry>(this.#options.database, this.#columns, table, (entry) => {
      const key = keyOf(entry);
      if (this.#entries.has(key)) return;
      this.#entries.set(key, entry);
      this.onChange(entry, null);
    });
  }

  /** Takes away what is over. */
  async sweep(): Promise<void> {
    const now = this.#options.now();
    for (const [key, entry] of [...this.#entries]) if (!holds(entry, now)) await this.drop(key);
  }
}

function holds({ expiresMs }: Listed, now: number): boolean {
  return expiresMs === null || expiresMs > now;
}

/**
 * A list that operators keep, in memory and in a table of its own: trusts, gags, alerts and their like. Everything is looked up in
 * memory; a change counts once it is on the disk.
 */
import { SignalboxError } from '../../../contract/errors.ts';
import type { WriteTurn } from '../../identity/store/write-turn.ts';
import type { Sqlite } from '../../runtime/files/sqlite.ts';

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
  readonly #fields: readonly (keyof Entry & string)[];
  /** Told after an entry has come, has changed or is gone. */
  onChange: (now: Entry | null, before: Entry | null) => void = () => {};

  constructor(shape: ListShape<Entry>, options: StoredListOptions) {
    this.#shape = shape;
    this.#options = options;
    const { database } = options;
    const { table, columns } = shape;
    this.#fields = Object.keys(columns) as (keyof Entry & string)[];
    const names = this.#fields.map((field) => columns[field]);
    const places = this.#fields.map(() => '?').join(', ');
    this.#put = database.prepare(
      `INSERT OR REPLACE INTO ${table} (key, ${names.join(', ')}) VALUES (?, ${places})`,
    );
    this.#drop = database.prepare(`DELETE FROM ${table} WHERE key = ?`);
    const selected = this.#fields.map((field) => `${columns[field]} AS "${field}"`).join(', ');
    const rows = database.prepare(`SELECT ${selected} FROM ${table} ORDER BY rowid`).all() as Entry[];
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
      throw new SignalboxError('limit_reached', `There are ${most} ${noun} already; take some away first.`);
    await this.#options.writes.write(() =>
      this.#put.run(key, ...this.#fields.map((field) => entry[field] as string | number | null)),
    );
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

  /** Takes away what is over. */
  async sweep(): Promise<void> {
    const now = this.#options.now();
    for (const [key, entry] of [...this.#entries]) if (!holds(entry, now)) await this.drop(key);
  }
}

function holds({ expiresMs }: Listed, now: number): boolean {
  return expiresMs === null || expiresMs > now;
}

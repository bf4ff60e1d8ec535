/**
 * One account as a whole: every row of every table that belongs to it, found by the references between tables, so that a table that is
 * added later is in it too. What a person is shown of themselves, and what brings an account back that was given up.
 */
import { SignalboxError } from '../../../contract/errors.ts';
import type { StoredAccount } from '../../identity/store/account-store.ts';
import type { Sqlite } from '../../runtime/files/sqlite.ts';
import { notDone } from '../bots/refused-reply.ts';
import { said } from '../bots/reply.ts';

/** What a row holds. Another account stands there as {@link OtherAccount}. */
export type Cell = string | number | null | OtherAccount;

/** An account that a row refers to, by what tells it from a later one of the same name. */
export interface OtherAccount {
  readonly account: string;
  readonly created: number;
}

/** Rows by table. References to the account itself are left out. */
export type AccountRecord = Readonly<Record<string, readonly Readonly<Record<string, Cell>>[]>>;

/** Passes by itself, and is of use to nobody later. */
const PASSING: readonly string[] = ['cookies', 'mail_queue', 'push_queue'];

/** What proves who somebody is, and by what anybody could push to them; nobody is shown it. */
const SECRET: readonly string[] = ['credentials', 'push_devices'];

/** A table with rows of an account. */
interface OwnedTable {
  readonly name: string;
  readonly columns: readonly string[];
  /** Columns that refer to accounts. */
  readonly references: readonly string[];
  /** Which rows are of the account `@id`. */
  readonly where: string;
}

interface Reference {
  readonly table: string;
  readonly from: string;
  readonly to: string;
}

export class AccountRecords {
  readonly #database: Sqlite;
  readonly #tables: readonly OwnedTable[];
  readonly #byKey;
  readonly #byId;

  constructor(database: Sqlite) {
    this.#database = database;
    this.#tables = ownedTables(database);
    this.#byKey = database.prepare('SELECT id FROM accounts WHERE key = ? AND created = ?').pluck();
    this.#byId = database.prepare('SELECT key AS account, created FROM accounts WHERE id = ?');
  }

  /** Everything that there is of an account; {@link PASSING} is not. */
  whole({ id }: StoredAccount): AccountRecord {
    const account = this.#database.prepare('SELECT * FROM accounts WHERE id = ?').get(id) as Record<
      string,
      Cell
    >;
    const { id: _id, ...own } = account;
    const record: Record<string, Record<string, Cell>[]> = { accounts: [own] };
    for (const table of this.#tables) {
      const rows = this.#database
        .prepare(`SELECT ${table.columns.join(', ')} FROM ${table.name} WHERE ${table.where}`)
        .all({ id }) as Record<string, Cell>[];
      if (rows.length > 0) record[table.name] = rows.map((row) => this.#readable(table, row, id));
    }
    return record;
  }

  /** The same without what proves who somebody is: for its owner, and for whoever has to answer them. */
  shown(account: StoredAccount): AccountRecord {
    return Object.fromEntries(
      Object.entries(this.whole(account)).filter(([table]) => !SECRET.includes(table)),
    );
  }

  /**
   * Puts an account back, within a turn of `WriteTurn`. What is somebody else's by now (a nick, a channel) stays theirs.
   * @throws SignalboxError `conflict` where there is an account of that name
   */
  restore(record: AccountRecord): void {
    const [own] = record.accounts ?? [];
    if (own === undefined)
      throw new SignalboxError('internal', 'The record of an account has no account in it.');
    const id = this.#insert('accounts', own);
    if (id === null) throw notDone('conflict', said`There is an account ${String(own.name)} by now.`);
    for (const table of this.#tables) {
      for (const row of record[table.name] ?? []) {
        const stored = this.#storable(table, row, id);
        if (stored !== null) this.#insert(table.name, stored);
      }
    }
  }

  /** Answers the number of the row; null where something of that key is there. */
  #insert(table: string, row: Readonly<Record<string, Cell>>): number | null {
    const columns = Object.keys(row);
    const places = columns.map(() => '?').join(', ');
    const { changes, lastInsertRowid } = this.#database
      .prepare(`INSERT OR IGNORE INTO ${table} (${columns.join(', ')}) VALUES (${places})`)
      .run(...columns.map((column) => row[column]));
    return changes === 0 ? null : Number(lastInsertRowid);
  }

  #readable({ references }: OwnedTable, row: Record<string, Cell>, id: number): Record<string, Cell> {
    const readable = { ...row };
    for (const column of references) {
      if (row[column] === id) delete readable[column];
      else readable[column] = (this.#byId.get(row[column]) as OtherAccount | undefined) ?? null;
    }
    return readable;
  }

  /** Null for a row that refers to an account which is there no more, or to a row that was not put back. */
  #storable({ name, references, columns }: OwnedTable, row: Readonly<Record<string, Cell>>, id: number) {
    const stored: Record<string, Cell> = {};
    for (const column of columns) {
      if (!references.includes(column)) stored[column] = row[column] ?? null;
      else if (row[column] === undefined) stored[column] = id;
      else {
        const other = row[column] as OtherAccount | null;
        const known = other === null ? undefined : this.#byKey.get(other.account, other.created);
        if (known === undefined) return null;
        stored[column] = known as number;
      }
    }
    return this.#isHeld(name, stored, id) ? stored : null;
  }

  /** Whether what a row hangs on, besides accounts, is there and of the account. */
  #isHeld(table: string, row: Readonly<Record<string, Cell>>, id: number): boolean {
    for (const { table: holder, from, to } of referencesOf(this.#database, table)) {
      const owned = this.#tables.find(({ name }) => name === holder);
      const found = this.#database
        .prepare(`SELECT 1 FROM ${holder} WHERE ${to} = @key`)
        .pluck()
        .get({ key: row[from] });
      if (found === undefined) return false;
      if (owned === undefined) continue;
      // A row of somebody else comes back with what it hung on, and not to what took its place.
      const mine = Object.entries(row).some(([, value]) => value === id);
      const ours = this.#database
        .prepare(`SELECT 1 FROM ${holder} WHERE ${to} = @key AND ${owned.where}`)
        .pluck()
        .get({ key: row[from], id });
      if (!mine && ours === undefined) return false;
    }
    return true;
  }
}

function referencesOf(database: Sqlite, table: string): Reference[] {
  return database
    .prepare('SELECT "table", "from", "to" FROM pragma_foreign_key_list(?)')
    .all(table) as Reference[];
}

/** Tables with rows of accounts: those that refer to them first, then those that refer to these. */
function ownedTables(database: Sqlite): OwnedTable[] {
  const names = database
    .prepare("SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY name")
    .pluck()
    .all() as string[];
  const owned: OwnedTable[] = [];
  for (const name of names) {
    if (PASSING.includes(name)) continue;
    const to = referencesOf(database, name);
    const references = to.filter(({ table }) => table === 'accounts').map(({ from }) => from);
    // What hangs on a row of the account belongs to it as well.
    const held = to
      .filter(({ table }) => table !== 'accounts')
      .map(({ table, from, to: key }) => {
        const [column] = referencesOf(database, table).filter((one) => one.table === 'accounts');
        return column === undefined
          ? null
          : `${from} IN (SELECT ${key} FROM ${table} WHERE ${column.from} = @id)`;
      });
    const own = references.map((column) => `${column} = @id`);
    const where = [...own, ...held.filter((one) => one !== null)].join(' OR ');
    if (where === '') continue;
    owned.push({ name, columns: columnsOf(database, name), references, where: `(${where})` });
  }
  const hangs = ({ name }: OwnedTable) =>
    referencesOf(database, name).filter(({ table }) => table !== 'accounts').length;
  return owned.sort((a, b) => hangs(a) - hangs(b));
}

/** Without the number of a row, which is another one when it comes back. */
function columnsOf(database: Sqlite, table: string): string[] {
  const columns = database.prepare('SELECT name, type, pk FROM pragma_table_info(?)').all(table) as {
    name: string;
    type: string;
    pk: number;
  }[];
  return columns
    .filter(({ name, type, pk }) => !(name === 'id' && type === 'INTEGER' && pk === 1))
    .map(({ name }) => name);
}

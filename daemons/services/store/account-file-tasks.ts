/**
 * Accounts as a file of JSON, written and read on a thread, and copies of the database that are looked at there: each may take seconds.
 * Loaded by URL; see account-files.ts.
 */
import { closeSync, fsyncSync, openSync, renameSync, rmSync, statSync, writeSync } from 'node:fs';
import { SignalboxError } from '../../../contract/errors.ts';
import { openAccounts } from '../../identity/store/database.ts';
import { loadSqlite, type Sqlite } from '../../runtime/files/sqlite.ts';
import { bringUpToDate } from '../../runtime/files/sqlite-schema.ts';
import type { ForeignReading, LeftBehind } from '../foreign/foreign-data.ts';
import { type FileFormat, fileBytes, formatOf, writeForeignFile } from '../foreign/foreign-file.ts';
import type { MergedAccounts } from './merge-accounts.ts';
import { type MergedRest, mergeRest } from './merge-rest.ts';
import { SERVICES_SCHEMA } from './services-schema.ts';
import { mergeFile, takeOverAccounts } from './take-over.ts';

/** What a file says that it is. */
const FORMAT = 'signalbox-services-accounts';

/** Rows by table; bytes are `{ "base64": "..." }`. */
interface AccountsFile {
  readonly format: string;
  /** Of the tables: `PRAGMA user_version`. */
  readonly version: number;
  readonly tables: Readonly<Record<string, readonly Readonly<Record<string, unknown>>[]>>;
}

/** Rows are written in pieces of so many characters. */
const PIECE_CHARS = 65_536;

/** Writes all accounts of a database to a new file that only its owner may read. Answers how many, and its bytes. */
export async function writeAccounts({
  database: file,
  to,
}: {
  readonly database: string;
  readonly to: string;
}): Promise<{ accounts: number; bytes: number }> {
  const sqlite = await loadSqlite('services');
  const database = new sqlite(file, { readonly: true });
  const partial = `${to}.partial`;
  const output = openSync(partial, 'wx', 0o600);
  try {
    // One transaction, so that all of it is of one moment.
    const accounts = database.transaction(() => writeTables(database, output))();
    fsyncSync(output);
    closeSync(output);
    renameSync(partial, to);
    return { accounts, bytes: statSync(to).size };
  } catch (error) {
    rmSync(partial, { force: true });
    throw error;
  } finally {
    database.close();
  }
}

function writeTables(database: Sqlite, output: number): number {
  const version = Number(database.pragma('user_version', { simple: true }));
  let piece = `{"format":${JSON.stringify(FORMAT)},"version":${version},"tables":{`;
  let accounts = 0;
  for (const [index, table] of tablesOf(database).entries()) {
    piece += `${index === 0 ? '' : ','}\n${JSON.stringify(table)}:[`;
    let first = true;
    for (const row of database.prepare(`SELECT * FROM ${table}`).iterate()) {
      piece += `${first ? '' : ','}\n${JSON.stringify(row, bytesAsText)}`;
      first = false;
      if (table === 'accounts') accounts++;
      if (piece.length < PIECE_CHARS) continue;
      writeSync(output, piece);
      piece = '';
    }
    piece += ']';
  }
  writeSync(output, `${piece}}}\n`);
  return accounts;
}

/** Buffers have a `toJSON` of their own, which was called before. */
function bytesAsText(_key: string, value: unknown): unknown {
  const { type, data } = (value ?? {}) as { type?: unknown; data?: unknown };
  if (type !== 'Buffer' || !Array.isArray(data)) return value;
  return { base64: Buffer.from(data as number[]).toString('base64') };
}

/** What a file has brought. */
export interface ReadAccounts {
  readonly accounts: number;
  /** Whose file it is. */
  readonly format: FileFormat;
  /** What other services kept and could not come along. */
  readonly left: readonly LeftBehind[];
}

/**
 * Makes a database of such a file, or of one of X3 or Atheme, whose rows are all as the tables want them.
 * @throws SignalboxError `bad_request` for another file, or one of another version
 */
export async function readAccounts({
  from,
  database: file,
  now,
  bots,
}: ForeignReading & {
  readonly from: string;
  readonly database: string;
}): Promise<ReadAccounts> {
  const bytes = fileBytes(from);
  const format = formatOf(bytes);
  const sqlite = await loadSqlite('services');
  const database = new sqlite(file);
  try {
    bringUpToDate(database, SERVICES_SCHEMA);
    if (format !== 'signalbox')
      return { format, ...writeForeignFile(database, from, bytes, format, { now, bots }) };
    const said = parsed(from, bytes);
    const known = new Set(tablesOf(database));
    database.transaction(() => {
      database.pragma('defer_foreign_keys = ON');
      for (const [table, rows] of Object.entries(said.tables)) {
        if (!known.has(table)) throw refused(from, `it has a table ${table}, which is not known here`);
        insertRows(database, table, rows, from);
      }
    })();
    return { format, accounts: said.tables.accounts?.length ?? 0, left: [] };
  } catch (error) {
    database.close();
    rmSync(file, { force: true });
    if (error instanceof SignalboxError) throw error;
    throw refused(from, error instanceof Error ? error.message : String(error));
  } finally {
    if (database.open) database.close();
  }
}

function insertRows(
  database: Sqlite,
  table: string,
  rows: AccountsFile['tables'][string],
  from: string,
): void {
  if (!Array.isArray(rows)) throw refused(from, `${table} is no list of rows`);
  const columns = (database.pragma(`table_info(${table})`) as { name: string }[]).map(({ name }) => name);
  const insert = database.prepare(
    `INSERT INTO ${table} (${columns.join(', ')}) VALUES (${columns.map(() => '?').join(', ')})`,
  );
  for (const [index, row] of rows.entries()) {
    const strange = Object.keys(row as object).find((name) => !columns.includes(name));
    if (strange !== undefined) throw refused(from, `row ${index + 1} of ${table} has a field ${strange}`);
    try {
      insert.run(columns.map((name) => textAsBytes((row as Record<string, unknown>)[name] ?? null)));
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      throw refused(from, `row ${index + 1} of ${table}: ${why}`);
    }
  }
}

function textAsBytes(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  const { base64 } = value as { base64?: unknown };
  return typeof base64 === 'string' ? Buffer.from(base64, 'base64') : JSON.stringify(value);
}

function parsed(from: string, bytes: string): AccountsFile {
  let said: AccountsFile;
  try {
    said = JSON.parse(Buffer.from(bytes, 'latin1').toString('utf8')) as AccountsFile;
  } catch (error) {
    throw refused(from, error instanceof Error ? error.message : String(error));
  }
  if (said?.format !== FORMAT) throw refused(from, 'it was not written by the command export');
  const version = SERVICES_SCHEMA.migrations.length;
  if (said.version !== version)
    throw refused(from, `its tables are of version ${said.version}, those here of ${version}`);
  if (typeof said.tables !== 'object' || said.tables === null) throw refused(from, 'it has no tables');
  return said;
}

function refused(file: string, why: string): SignalboxError {
  return new SignalboxError(
    'bad_request',
    `The accounts in ${file} cannot be read: ${why}. Nothing was changed.`,
  );
}

/** What came in of a file, and what stayed behind as it is here already. */
export interface MergedFile extends MergedAccounts, MergedRest {}

/**
 * Merges such a database into that of services. Nobody else may write meanwhile.
 * @param whole whether all else comes in too that other services kept, and not accounts alone with what belongs to them
 * @param dryRun does all of it and takes it back
 */
export async function mergeAccountFile({
  database: into,
  from,
  whole,
  dryRun,
}: {
  readonly database: string;
  readonly from: string;
  readonly whole: boolean;
  readonly dryRun: boolean;
}): Promise<MergedFile> {
  const database = openAccounts(await loadSqlite('services'), into, SERVICES_SCHEMA);
  let rest: MergedRest = { came: [], left: [] };
  let merged: MergedAccounts | null = null;
  const also = (counts: ReadonlyMap<string, number>) => {
    rest = mergeRest(database, counts);
  };
  try {
    const settle = (found: MergedAccounts) => {
      merged = found;
      if (dryRun) throw new TakenBack();
      return found;
    };
    return { ...mergeFile(database, from, settle, whole ? { bySame: true, also } : undefined), ...rest };
  } catch (error) {
    if (error instanceof TakenBack && merged !== null) return { ...(merged as MergedAccounts), ...rest };
    throw error;
  } finally {
    database.close();
  }
}

/** Undoes what was only tried. */
class TakenBack extends Error {}

/** Takes over what the IRC server's own keeper has; see take-over.ts. Nobody else may write meanwhile. */
export async function takeOver({
  database: into,
  from,
  now,
}: {
  readonly database: string;
  readonly from: string;
  readonly now: number;
}): Promise<MergedAccounts> {
  const database = openAccounts(await loadSqlite('services'), into, SERVICES_SCHEMA);
  try {
    return takeOverAccounts(database, from, now);
  } finally {
    database.close();
  }
}

/** Looks whether a copy is whole, and how many accounts are in it. @throws SignalboxError `unavailable` where it is not */
export async function verifyCopy({ file }: { readonly file: string }): Promise<{ accounts: number }> {
  const sqlite = await loadSqlite('services');
  const database = new sqlite(file, { readonly: true });
  try {
    const found = database.pragma('integrity_check', { simple: true });
    if (found !== 'ok')
      throw new SignalboxError('unavailable', `The copy ${file} is damaged: ${String(found)}`);
    return { accounts: database.prepare('SELECT count(*) FROM accounts').pluck().get() as number };
  } finally {
    database.close();
  }
}

function tablesOf(database: Sqlite): string[] {
  return database
    .prepare(
      "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite@_%' ESCAPE '@' ORDER BY name",
    )
    .pluck()
    .all() as string[];
}

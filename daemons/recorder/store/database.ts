/**
 * Opens `signalbox.db`: sets the pragmas, applies migrations, and sets a damaged file aside.
 * Called by the recorder at start and again when it meets damage while running.
 */
import { existsSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { SignalboxError } from '../../../contract/errors.ts';
import type { Sqlite, SqliteConstructor } from '../../runtime/files/sqlite.ts';
import { limits } from '../limits.ts';
import { APPLICATION_ID, MIGRATIONS, PAGE_BYTES } from './schema.ts';

/** What went wrong with a file, as the recorder acts on it. */
export type SqliteFailure = 'corrupt' | 'full' | 'busy' | 'other';

/** Which of the failures the recorder tells apart `thrown` is. */
export function classifySqliteError(thrown: unknown): SqliteFailure {
  const code = sqliteCode(thrown);
  if (code.startsWith('SQLITE_CORRUPT') || code === 'SQLITE_NOTADB') return 'corrupt';
  if (/^SQLITE_(FULL|IOERR|READONLY|CANTOPEN|NOMEM)/.test(code)) return 'full';
  if (code.startsWith('SQLITE_BUSY') || code.startsWith('SQLITE_LOCKED')) return 'busy';
  return 'other';
}

/** Whether SQLite threw it. */
export function isSqliteError(thrown: unknown): boolean {
  return sqliteCode(thrown) !== '';
}

/** The SQLite result code of a thrown value, empty for anything else. */
function sqliteCode(thrown: unknown): string {
  if (!(thrown instanceof Error) || !('code' in thrown) || typeof thrown.code !== 'string') return '';
  return thrown.code.startsWith('SQLITE_') ? thrown.code : '';
}

/** The error that main is told for a failed write: its data is to be kept and sent again. */
export function writeError(thrown: unknown, file: string): unknown {
  const failure = classifySqliteError(thrown);
  if (failure === 'full') {
    return new SignalboxError(
      'refused',
      `Nothing can be written to ${file} (${messageOf(thrown)}). Free space on that disk or check its permissions; ` +
        'what was sent is not stored and has to be sent again.',
      { detail: { sqlite: sqliteCode(thrown) }, cause: thrown },
    );
  }
  if (failure === 'busy') {
    return new SignalboxError(
      'busy',
      `Another program has ${file} locked. It was not written; send it again.`,
      {
        detail: { sqlite: sqliteCode(thrown) },
        cause: thrown,
      },
    );
  }
  return thrown;
}

/**
 * Opens the file and brings it up to date. Throws `init_failed` for a database that is not ours or is from a newer
 * version (both are left untouched), and SQLite's own error for a damaged one or one that cannot be opened now.
 */
export function openDatabase(sqlite: SqliteConstructor, file: string): Sqlite {
  const database = new sqlite(file, { timeout: limits.busyTimeoutMs.default });
  try {
    checkOwner(database, file);
    database.pragma(`page_size = ${PAGE_BYTES}`);
    database.pragma('auto_vacuum = INCREMENTAL');
    database.pragma('journal_mode = WAL');
    // FULL, not NORMAL: main forgets a batch once it is acknowledged, so it has to be on the disk by then, also when
    // the power fails. There is one commit a second, and so one fsync.
    database.pragma('synchronous = FULL');
    database.pragma(`wal_autocheckpoint = ${limits.walPages.default}`);
    database.pragma(`journal_size_limit = ${limits.walPages.default * PAGE_BYTES}`);
    database.pragma(`cache_size = ${-limits.cacheBytes.default / 1_024}`);
    database.pragma('temp_store = MEMORY');
    migrate(database);
    return database;
  } catch (error) {
    database.close();
    throw error;
  }
}

function numberPragma(database: Sqlite, name: string): number {
  return Number(database.pragma(name, { simple: true }));
}

function checkOwner(database: Sqlite, file: string): void {
  const owner = numberPragma(database, 'application_id');
  const tables = database.prepare('SELECT count(*) FROM sqlite_schema').pluck().get() as number;
  if (tables > 0 && owner !== APPLICATION_ID) {
    throw new SignalboxError(
      'init_failed',
      `${file} is the database of another program. Move it away and start again.`,
    );
  }
  const version = numberPragma(database, 'user_version');
  if (version > MIGRATIONS.length) {
    throw new SignalboxError(
      'init_failed',
      `${file} was written by a newer Signalbox (schema ${version}; this one knows ${MIGRATIONS.length}). ` +
        'Start that version, or choose another data directory.',
    );
  }
}

function migrate(database: Sqlite): void {
  const version = numberPragma(database, 'user_version');
  for (let next = version; next < MIGRATIONS.length; next++) {
    database.transaction(() => {
      database.exec(MIGRATIONS[next]!);
      database.pragma(`application_id = ${APPLICATION_ID}`);
      database.pragma(`user_version = ${next + 1}`);
    })();
  }
}

/**
 * Renames a damaged database, its write-ahead log included, to `<file>.corrupt-<UTC time>` and removes the oldest of
 * those set aside earlier. Returns the new name.
 */
export function setAside(file: string, now: number): string {
  const stamp = new Date(now)
    .toISOString()
    .replace(/[-:]/g, '')
    .replace(/\.(\d+)Z$/, '$1Z');
  const aside = `${file}.corrupt-${stamp}`;
  renameSync(file, aside);
  for (const suffix of ['-wal', '-shm']) {
    if (existsSync(file + suffix)) renameSync(file + suffix, aside + suffix);
  }
  const folder = dirname(file);
  const earlier = readdirSync(folder)
    .filter((name) => name.startsWith(`${basename(file)}.corrupt-`) && !/-(wal|shm)$/.test(name))
    .sort();
  for (const name of earlier.slice(0, -limits.corruptFilesKept.default)) {
    for (const suffix of ['', '-wal', '-shm']) rmSync(join(folder, name + suffix), { force: true });
  }
  return aside;
}

function messageOf(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown);
}

/**
 * Opens `accounts.db`: sets the pragmas and applies migrations. A damaged file is left where it is and nothing is begun in its
 * place: whoever lost a password table by that would have no way back.
 */
import { SignalboxError } from '../../../contract/errors.ts';
import type { Sqlite, SqliteConstructor } from '../../runtime/files/sqlite.ts';
import { limits } from '../limits.ts';
import { APPLICATION_ID, MIGRATIONS } from './schema.ts';

/**
 * Opens the file, or begins it.
 * @throws SignalboxError `init_failed` for a file that is damaged, of another program or of a newer version; `unavailable` for one
 *   that cannot be opened now
 */
export function openAccounts(sqlite: SqliteConstructor, file: string): Sqlite {
  let database: Sqlite | null = null;
  try {
    database = new sqlite(file, { timeout: limits.busyTimeoutMs.default });
    checkOwner(database, file);
    database.pragma('journal_mode = WAL');
    // What was answered is on the disk, also when the power fails.
    database.pragma('synchronous = FULL');
    database.pragma('foreign_keys = ON');
    migrate(database);
    return database;
  } catch (error) {
    database?.close();
    throw error instanceof SignalboxError ? error : openError(error, file);
  }
}

function checkOwner(database: Sqlite, file: string): void {
  const tables = database.prepare('SELECT count(*) FROM sqlite_schema').pluck().get() as number;
  if (tables > 0 && numberOf(database, 'application_id') !== APPLICATION_ID)
    throw new SignalboxError(
      'init_failed',
      `${file} is the database of another program. Move it away and start again.`,
    );
  const version = numberOf(database, 'user_version');
  if (version > MIGRATIONS.length) {
    throw new SignalboxError(
      'init_failed',
      `${file} was written by a newer Signalbox (schema ${version}; this one knows ${MIGRATIONS.length}). ` +
        'Start that version, or choose another data directory.',
    );
  }
}

function migrate(database: Sqlite): void {
  for (let next = numberOf(database, 'user_version'); next < MIGRATIONS.length; next++) {
    database.transaction(() => {
      database.exec(MIGRATIONS[next]!);
      database.pragma(`application_id = ${APPLICATION_ID}`);
      database.pragma(`user_version = ${next + 1}`);
    })();
  }
}

function numberOf(database: Sqlite, pragma: string): number {
  return Number(database.pragma(pragma, { simple: true }));
}

function openError(thrown: unknown, file: string): SignalboxError {
  const code = thrown instanceof Error && 'code' in thrown ? String(thrown.code) : '';
  const why = thrown instanceof Error ? thrown.message : String(thrown);
  if (code.startsWith('SQLITE_CORRUPT') || code === 'SQLITE_NOTADB') {
    return new SignalboxError(
      'init_failed',
      `${file} is damaged (${why}). It was left as it is: restore it from a backup, or move it away to begin without accounts.`,
      { cause: thrown },
    );
  }
  return new SignalboxError('unavailable', `${file} cannot be opened now (${why}).`, { cause: thrown });
}

/**
 * Opens a database that has accounts in it, `accounts.db` or `services.db`: sets the pragmas and applies migrations. A damaged file is left where it is and nothing is begun in its
 * place: whoever lost a password table by that would have no way back.
 */
import { SignalboxError } from '../../../contract/errors.ts';
import type { Sqlite, SqliteConstructor } from '../../runtime/files/sqlite.ts';
import { classifySqliteError } from '../../runtime/files/sqlite-failures.ts';
import { bringUpToDate, checkOwner, type SqliteSchema } from '../../runtime/files/sqlite-schema.ts';
import { limits } from '../limits.ts';
import { SCHEMA } from './schema.ts';

/**
 * Opens the file, or begins it.
 * @param schema its tables, those of accounts among them
 * @throws SignalboxError `init_failed` for a file that is damaged, of another program or of a newer version; `unavailable` for one
 *   that cannot be opened now
 */
export function openAccounts(sqlite: SqliteConstructor, file: string, schema: SqliteSchema = SCHEMA): Sqlite {
  let database: Sqlite | null = null;
  try {
    database = new sqlite(file, { timeout: limits.busyTimeoutMs.default });
    checkOwner(database, file, schema);
    database.pragma('journal_mode = WAL');
    // What was answered is on the disk, also when the power fails.
    database.pragma('synchronous = FULL');
    database.pragma('foreign_keys = ON');
    // Each login looks at a dozen of pages, which would be read from the system anew.
    database.pragma(`cache_size = -${limits.databaseCacheBytes.default / 1_024}`);
    // Who has their account deleted leaves nothing in the file.
    database.pragma('secure_delete = ON');
    bringUpToDate(database, schema);
    return database;
  } catch (error) {
    database?.close();
    throw error instanceof SignalboxError ? error : openError(error, file);
  }
}

function openError(thrown: unknown, file: string): SignalboxError {
  const why = thrown instanceof Error ? thrown.message : String(thrown);
  if (classifySqliteError(thrown) === 'corrupt') {
    return new SignalboxError(
      'init_failed',
      `${file} is damaged (${why}). It was left as it is: restore it from a backup, or move it away to begin without accounts.`,
      { cause: thrown },
    );
  }
  return new SignalboxError('unavailable', `${file} cannot be opened now (${why}).`, { cause: thrown });
}

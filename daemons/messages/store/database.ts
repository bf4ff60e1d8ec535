/** Opens `messages.db`: sets the pragmas and applies migrations. A damaged file is left where it is. */
import { SignalboxError } from '../../../contract/errors.ts';
import type { Sqlite, SqliteConstructor } from '../../runtime/files/sqlite.ts';
import { classifySqliteError } from '../../runtime/files/sqlite-failures.ts';
import { bringUpToDate, checkOwner } from '../../runtime/files/sqlite-schema.ts';
import { limits } from '../limits.ts';
import { SCHEMA } from './schema.ts';

/**
 * Opens the file, or begins it.
 * @throws SignalboxError `init_failed` for a file that is damaged, of another program or of a newer version; `unavailable` for one
 *   that cannot be opened now
 */
export function openMessages(sqlite: SqliteConstructor, file: string): Sqlite {
  let database: Sqlite | null = null;
  try {
    database = new sqlite(file, { timeout: limits.busyTimeoutMs.default });
    checkOwner(database, file, SCHEMA);
    // Before there is any table: room is given back to the disk as messages go.
    database.pragma('auto_vacuum = INCREMENTAL');
    database.pragma('journal_mode = WAL');
    // What was answered is on the disk, also when the power fails: a message that was taken back must not come again.
    database.pragma('synchronous = FULL');
    database.pragma('foreign_keys = ON');
    database.pragma(`wal_autocheckpoint = ${limits.logPages.default}`);
    database.pragma(`cache_size = -${limits.databaseCacheBytes.default / 1_024}`);
    // What is deleted leaves nothing in the file.
    database.pragma('secure_delete = ON');
    bringUpToDate(database, SCHEMA);
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
      `${file} is damaged (${why}). It was left as it is: move it away to begin without the messages in it.`,
      { cause: thrown },
    );
  }
  return new SignalboxError('unavailable', `${file} cannot be opened now (${why}).`, { cause: thrown });
}

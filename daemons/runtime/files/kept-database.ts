/** Opens the database of a daemon that keeps what it was told: sets the pragmas and applies migrations. A damaged file is left where it is. */
import { SignalboxError } from '../../../contract/errors.ts';
import type { Sqlite, SqliteConstructor } from './sqlite.ts';
import { classifySqliteError } from './sqlite-failures.ts';
import { bringUpToDate, checkOwner, type SqliteSchema } from './sqlite-schema.ts';

export interface KeptDatabase {
  readonly schema: SqliteSchema;
  /** Milliseconds that a write waits for another program that has the file locked. */
  readonly busyMs: number;
  /** Pages of it in memory. */
  readonly cacheBytes: number;
  /** Bytes of its log (its WAL) that stay when that is begun anew: a large write does not leave it as large as it was. */
  readonly logBytes: number;
  /** Further pragmas, set before there is any table. */
  readonly pragmas?: readonly string[];
  /** What can be done where it is damaged, for whoever reads that. */
  readonly wayOut: string;
}

/**
 * Opens the file, or begins it.
 * @throws SignalboxError `init_failed` for a file that is damaged, of another program or of a newer version; `unavailable` for one
 *   that cannot be opened now
 */
export function openKept(
  sqlite: SqliteConstructor,
  file: string,
  { schema, busyMs, cacheBytes, logBytes, pragmas = [], wayOut }: KeptDatabase,
): Sqlite {
  let database: Sqlite | null = null;
  try {
    database = new sqlite(file, { timeout: busyMs });
    checkOwner(database, file, schema);
    for (const pragma of pragmas) database.pragma(pragma);
    database.pragma('journal_mode = WAL');
    // What was answered is on the disk, also when the power fails.
    database.pragma('synchronous = FULL');
    database.pragma('foreign_keys = ON');
    database.pragma(`cache_size = -${cacheBytes / 1_024}`);
    // What is deleted leaves nothing in the file.
    database.pragma('secure_delete = ON');
    database.pragma(`journal_size_limit = ${logBytes}`);
    bringUpToDate(database, schema);
    emptyLog(database, busyMs);
    return database;
  } catch (error) {
    database?.close();
    throw error instanceof SignalboxError ? error : openError(error, file, wayOut);
  }
}

/**
 * Puts into the file what processes that were killed have left in the log, which else grows from start to start. Nobody waits for whoever
 * reads what is older; it is done later then.
 */
function emptyLog(database: Sqlite, busyMs: number): void {
  database.pragma('busy_timeout = 0');
  try {
    database.pragma('wal_checkpoint(TRUNCATE)');
  } catch (error) {
    if (classifySqliteError(error) === 'corrupt') throw error;
  }
  database.pragma(`busy_timeout = ${busyMs}`);
}

function openError(thrown: unknown, file: string, wayOut: string): SignalboxError {
  const why = thrown instanceof Error ? thrown.message : String(thrown);
  if (classifySqliteError(thrown) === 'corrupt') {
    return new SignalboxError(
      'init_failed',
      `${file} is damaged (${why}). It was left as it is: ${wayOut}.`,
      { cause: thrown },
    );
  }
  return new SignalboxError('unavailable', `${file} cannot be opened now (${why}).`, { cause: thrown });
}

/** Opens `messages.db`. */
import { openKept } from '../../runtime/files/kept-database.ts';
import type { Sqlite, SqliteConstructor } from '../../runtime/files/sqlite.ts';
import { limits } from '../limits.ts';
import { SCHEMA } from './schema.ts';

/** Of SQLite, where nothing else is asked for. */
const PAGE_BYTES = 4_096;

/** Opens the file, or begins it. Throws as {@link openKept} does. */
export function openMessages(sqlite: SqliteConstructor, file: string): Sqlite {
  return openKept(sqlite, file, {
    schema: SCHEMA,
    busyMs: limits.busyTimeoutMs.default,
    cacheBytes: limits.databaseCacheBytes.default,
    logBytes: limits.logPages.default * PAGE_BYTES,
    // Room is given back to the disk as messages go.
    pragmas: ['auto_vacuum = INCREMENTAL', `wal_autocheckpoint = ${limits.logPages.default}`],
    wayOut: 'move it away to begin without the messages in it',
  });
}

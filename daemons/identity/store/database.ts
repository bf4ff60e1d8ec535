/**
 * Opens a database that has accounts in it, `accounts.db` or `services.db`. Nothing is begun in the place of a damaged file: whoever lost a
 * password table by that would have no way back.
 */
import { openKept } from '../../runtime/files/kept-database.ts';
import type { Sqlite, SqliteConstructor } from '../../runtime/files/sqlite.ts';
import type { SqliteSchema } from '../../runtime/files/sqlite-schema.ts';
import { limits } from '../limits.ts';
import { SCHEMA } from './schema.ts';

/**
 * Opens the file, or begins it. Throws as {@link openKept} does.
 * @param schema its tables, those of accounts among them
 */
export function openAccounts(sqlite: SqliteConstructor, file: string, schema: SqliteSchema = SCHEMA): Sqlite {
  return openKept(sqlite, file, {
    schema,
    busyMs: limits.busyTimeoutMs.default,
    logBytes: limits.logRoomBytes.default,
    // Each login looks at a dozen of pages, which would be read from the system anew.
    cacheBytes: limits.databaseCacheBytes.default,
    wayOut: 'restore it from a backup, or move it away to begin without accounts',
  });
}

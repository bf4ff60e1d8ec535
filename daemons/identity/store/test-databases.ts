/** For tests: databases of accounts in memory, of which each after the first is a copy of an empty one: making the tables takes longer than most tests. */
import SqliteDatabase from 'better-sqlite3';
import type { Sqlite, SqliteConstructor } from '../../runtime/files/sqlite.ts';
import type { SqliteSchema } from '../../runtime/files/sqlite-schema.ts';
import { openAccounts } from './database.ts';
import { SCHEMA } from './schema.ts';

/** Empty ones, as they are written. */
const empty = new Map<SqliteSchema, Buffer>();

/** A database of its own, as `openAccounts` opens a new one. */
export function accountsInMemory(schema: SqliteSchema = SCHEMA): Sqlite {
  let bytes = empty.get(schema);
  if (bytes === undefined) {
    const first = openAccounts(SqliteDatabase, ':memory:', schema);
    bytes = first.serialize();
    first.close();
    empty.set(schema, bytes);
  }
  const copied = bytes;
  class Copy extends SqliteDatabase {
    constructor(_file: string, options: SqliteDatabase.Options) {
      super(copied, options);
    }
  }
  return openAccounts(Copy as unknown as SqliteConstructor, ':memory:', schema);
}

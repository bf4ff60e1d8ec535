/** Whose a database is and how far its tables are: the same for every file that Signalbox keeps. */
import { SignalboxError } from '../../../contract/errors.ts';
import type { Sqlite } from './sqlite.ts';

/** The tables of a file. */
export interface SqliteSchema {
  /** `PRAGMA application_id`: marks the file as ours. */
  readonly applicationId: number;
  /** Numbered from 1: `PRAGMA user_version` says how many were applied. One that has shipped never changes. */
  readonly migrations: readonly string[];
}

/**
 * Makes sure that a file is one of ours, or empty; nothing in it is changed.
 * @throws SignalboxError `init_failed` for the file of another program or of a newer version, and SQLite's own error for a damaged one
 */
export function checkOwner(
  database: Sqlite,
  file: string,
  { applicationId, migrations }: SqliteSchema,
): void {
  const owner = numberPragma(database, 'application_id');
  const tables = database.prepare('SELECT count(*) FROM sqlite_schema').pluck().get() as number;
  if (tables > 0 && owner !== applicationId) {
    throw new SignalboxError(
      'init_failed',
      `${file} is the database of another program. Move it away and start again.`,
    );
  }
  const version = numberPragma(database, 'user_version');
  if (version > migrations.length) {
    throw new SignalboxError(
      'init_failed',
      `${file} was written by a newer Signalbox (schema ${version}; this one knows ${migrations.length}). ` +
        'Start that version, or choose another data directory.',
    );
  }
}

/** Applies the migrations that a file has not, each whole or not at all. */
export function bringUpToDate(database: Sqlite, { applicationId, migrations }: SqliteSchema): void {
  for (let next = numberPragma(database, 'user_version'); next < migrations.length; next++) {
    database.transaction(() => {
      database.exec(migrations[next]!);
      database.pragma(`application_id = ${applicationId}`);
      database.pragma(`user_version = ${next + 1}`);
    })();
  }
}

function numberPragma(database: Sqlite, name: string): number {
  return Number(database.pragma(name, { simple: true }));
}

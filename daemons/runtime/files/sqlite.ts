/**
 * The SQLite addon, which not every Node can load. Used by the daemons that keep one, and by the CLI for a copy of the recorder's.
 */
import type BetterSqlite3 from 'better-sqlite3';
import { SignalboxError } from '../../../contract/errors.ts';

/** An open database. */
export type Sqlite = BetterSqlite3.Database;

/** The class of better-sqlite3, which is loaded at run time. */
export type SqliteConstructor = typeof BetterSqlite3;

/**
 * Loads better-sqlite3 for a daemon, by its id. Throws `init_failed` with the way out where the host's Node cannot load the addon.
 */
export async function loadSqlite(daemon = 'recorder'): Promise<SqliteConstructor> {
  try {
    const { default: sqlite } = await import('better-sqlite3');
    new sqlite(':memory:').close();
    return sqlite;
  } catch (cause) {
    throw new SignalboxError(
      'init_failed',
      `The SQLite addon (better-sqlite3) cannot be loaded on Node ${process.versions.node}: ${messageOf(cause)}. ` +
        `Set SIGNALBOX_DAEMON_NODE to the path of a Node 24 executable, or runtime = "node" under [${daemon}], ` +
        'and start again.',
      { cause },
    );
  }
}

function messageOf(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown);
}

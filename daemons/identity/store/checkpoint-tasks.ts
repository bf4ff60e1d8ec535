/** Puts what is in the log of a database into the file itself, on a thread: that writes and waits for the disk. Loaded by URL. */
import { loadSqlite, type Sqlite } from '../../runtime/files/sqlite.ts';
import { limits } from '../limits.ts';

/** A database, and the daemon that has it. */
export interface DatabasePlace {
  readonly file: string;
  readonly daemon: string;
}

/**
 * As far as nobody reads what is older; it keeps nobody from reading or writing.
 * @returns whether all of the log is in the file, so that whoever writes next begins the log anew
 */
export async function checkpoint(place: DatabasePlace): Promise<boolean> {
  return await withDatabase(place, (database) => {
    const [outcome] = database.pragma('wal_checkpoint(PASSIVE)') as [
      { readonly busy: number; readonly log: number; readonly checkpointed: number },
    ];
    return outcome.busy === 0 && outcome.log === outcome.checkpointed;
  });
}

/**
 * Writes what changes nothing, and so begins the log anew, with no more room than it has at first, for which SQLite waits for the disk.
 * Nobody else may write meanwhile.
 */
export async function beginLog(place: DatabasePlace): Promise<void> {
  await withDatabase(place, (database) => {
    database.pragma(`journal_size_limit = ${limits.logRoomBytes.default}`);
    // The first page of the log alone is waited for.
    database.pragma('synchronous = NORMAL');
    database.pragma(`user_version = ${Number(database.pragma('user_version', { simple: true }))}`);
  });
}

async function withDatabase<Result>(
  { file, daemon }: DatabasePlace,
  work: (database: Sqlite) => Result,
): Promise<Result> {
  const sqlite = await loadSqlite(daemon);
  const database = new sqlite(file, { fileMustExist: true });
  try {
    return work(database);
  } finally {
    database.close();
  }
}

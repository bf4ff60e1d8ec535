/** Puts what is in the log of a database into the file itself, on a thread: that writes and waits for the disk. Loaded by URL. */
import { loadSqlite } from '../../runtime/files/sqlite.ts';

/** As far as nobody reads what is older; it keeps nobody from reading or writing. */
export async function checkpoint({
  file,
  daemon,
}: {
  readonly file: string;
  readonly daemon: string;
}): Promise<void> {
  const sqlite = await loadSqlite(daemon);
  const database = new sqlite(file, { fileMustExist: true });
  try {
    database.pragma('wal_checkpoint(PASSIVE)');
  } finally {
    database.close();
  }
}

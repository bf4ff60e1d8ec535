/**
 * Opens `signalbox.db`: sets the pragmas, applies migrations, and sets a damaged file aside.
 * Called by the recorder at start and again when it meets damage while running.
 */
import { existsSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import type { Sqlite, SqliteConstructor } from '../../runtime/files/sqlite.ts';
import { bringUpToDate, checkOwner } from '../../runtime/files/sqlite-schema.ts';
import { limits } from '../limits.ts';
import { PAGE_BYTES, SCHEMA } from './schema.ts';

/**
 * Opens the file and brings it up to date. Throws `init_failed` for a database that is not ours or is from a newer
 * version (both are left untouched), and SQLite's own error for a damaged one or one that cannot be opened now.
 */
export function openDatabase(sqlite: SqliteConstructor, file: string): Sqlite {
  const database = new sqlite(file, { timeout: limits.busyTimeoutMs.default });
  try {
    checkOwner(database, file, SCHEMA);
    database.pragma(`page_size = ${PAGE_BYTES}`);
    database.pragma('auto_vacuum = INCREMENTAL');
    database.pragma('journal_mode = WAL');
    // FULL, not NORMAL: main forgets a batch once it is acknowledged, so it has to be on the disk by then, also when
    // the power fails. There is one commit a second, and so one fsync.
    database.pragma('synchronous = FULL');
    database.pragma(`wal_autocheckpoint = ${limits.walPages.default}`);
    database.pragma(`journal_size_limit = ${limits.walPages.default * PAGE_BYTES}`);
    database.pragma(`cache_size = ${-limits.cacheBytes.default / 1_024}`);
    database.pragma('temp_store = MEMORY');
    bringUpToDate(database, SCHEMA);
    return database;
  } catch (error) {
    database.close();
    throw error;
  }
}

/**
 * Renames a damaged database, its write-ahead log included, to `<file>.corrupt-<UTC time>` and removes the oldest of
 * those set aside earlier. Returns the new name.
 */
export function setAside(file: string, now: number): string {
  const stamp = new Date(now)
    .toISOString()
    .replace(/[-:]/g, '')
    .replace(/\.(\d+)Z$/, '$1Z');
  const aside = `${file}.corrupt-${stamp}`;
  renameSync(file, aside);
  for (const suffix of ['-wal', '-shm']) {
    if (existsSync(file + suffix)) renameSync(file + suffix, aside + suffix);
  }
  const folder = dirname(file);
  const earlier = readdirSync(folder)
    .filter((name) => name.startsWith(`${basename(file)}.corrupt-`) && !/-(wal|shm)$/.test(name))
    .sort();
  for (const name of earlier.slice(0, -limits.corruptFilesKept.default)) {
    for (const suffix of ['', '-wal', '-shm']) rmSync(join(folder, name + suffix), { force: true });
  }
  return aside;
}

/** The room that the log of a database gets, and when it gets none. */
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import SqliteDatabase from 'better-sqlite3';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { limits } from '../limits.ts';
import { type FreeBytes, WalDisk } from './wal-disk.ts';

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'signalbox-wal-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

/** Size of a log that has one row and was written through, and what that said. */
async function logOf(freeBytes: FreeBytes): Promise<{ failure: Error | null; size: number; before: number }> {
  const file = join(folder, 'a.db');
  const database = new SqliteDatabase(file);
  database.pragma('journal_mode = WAL');
  database.exec('CREATE TABLE IF NOT EXISTS a (b)');
  database.prepare('INSERT INTO a VALUES (1)').run();
  const before = statSync(`${file}-wal`).size;
  const disk = WalDisk.of(database, (_descriptor, done) => done(null), freeBytes)!;
  const failure = await new Promise<Error | null>((resolve) => disk.settle(resolve));
  const { size } = statSync(`${file}-wal`);
  database.prepare('INSERT INTO a VALUES (2)').run();
  expect(database.prepare('SELECT count(*) FROM a').pluck().get()).toBe(2);
  await disk.close();
  database.close();
  return { failure, size, before };
}

it('has its room at once where the disk has plenty', async () => {
  let asked = '';
  const plenty = (of: string) => {
    asked = of;
    return limits.logRoomFreeBytes.default;
  };
  expect(await logOf(plenty)).toMatchObject({ failure: null, size: limits.logRoomBytes.default });
  expect(asked).toBe(folder);
});

it('has none on a disk that is nearly full, which is no failure', async () => {
  const { failure, size, before } = await logOf(() => limits.logRoomFreeBytes.default - 1);
  expect([failure, size]).toEqual([null, before]);
});

it('is written through where nobody knows how much is free', async () => {
  const { failure, size, before } = await logOf(() => {
    throw new Error('ENOSYS');
  });
  expect([failure, size]).toEqual([null, before]);
});

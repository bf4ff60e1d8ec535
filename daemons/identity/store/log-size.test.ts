/** How long the log of the database is: no longer than one process leaves it, however many of them were killed. */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import SqliteDatabase from 'better-sqlite3';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { limits } from '../limits.ts';
import { beginLog, checkpoint } from './checkpoint-tasks.ts';
import { openAccounts } from './database.ts';

let folder: string;
let file: string;
const logBytes = () => statSync(`${file}-wal`).size;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'signalbox-log-'));
  file = join(folder, 'accounts.db');
});
afterEach(() => rmSync(folder, { recursive: true }));

/** Has a process make accounts, and kills it when it has told of some. */
async function killedWriter(most: number): Promise<void> {
  const child: ChildProcess = fork(join(import.meta.dirname, 'test-writer.ts'), [file], { silent: true });
  let heard = 0;
  for await (const _line of createInterface({ input: child.stdout! }))
    if (++heard === most) child.kill('SIGKILL');
  if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
  expect(child.signalCode).toBe('SIGKILL');
}

it('what processes that were killed have left there is in the file with the next start', async () => {
  for (const most of [40, 70]) {
    await killedWriter(most);
    expect(logBytes()).toBeGreaterThan(0);
    const database = openAccounts(SqliteDatabase, file);
    expect(logBytes()).toBe(0);
    expect(database.prepare('SELECT count(*) FROM accounts').pluck().get()).toBeGreaterThanOrEqual(most);
    database.close();
  }
});

it('a start does not wait for somebody who reads what is older, and leaves it to them', async () => {
  await killedWriter(40);
  const reader = new SqliteDatabase(file, { readonly: true });
  reader.exec('BEGIN');
  const before = reader.prepare('SELECT count(*) FROM accounts').pluck().get();
  const database = openAccounts(SqliteDatabase, file);
  expect(logBytes()).toBeGreaterThan(0);
  // Whoever writes later waits as before.
  expect(database.pragma('busy_timeout', { simple: true })).toBe(limits.busyTimeoutMs.default);
  expect(database.prepare('SELECT count(*) FROM accounts').pluck().get()).toBe(before);
  reader.close();
  database.close();
});

it('after a large write it has the room that it has at first, once it is begun anew', async () => {
  const database = openAccounts(SqliteDatabase, file);
  const insert = database.prepare('INSERT INTO secrets VALUES (?, zeroblob(1048576))');
  database.transaction(() => {
    for (let one = 0; one < 12; one++) insert.run(`large ${one}`);
  })();
  expect(logBytes()).toBeGreaterThan(limits.logRoomBytes.default);
  const place = { file, daemon: 'accounts' };
  expect(await checkpoint(place)).toBe(true);
  await beginLog(place);
  expect(logBytes()).toBe(limits.logRoomBytes.default);
  database.close();
});

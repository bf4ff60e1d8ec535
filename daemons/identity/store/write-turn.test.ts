/** What comes in one turn is one commit, what was answered is on the disk, and what was found wrong undoes itself alone. */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import SqliteDatabase from 'better-sqlite3';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { SignalboxError } from '../../../contract/errors.ts';
import { AccountStore } from './account-store.ts';
import { openAccounts } from './database.ts';
import { WriteTurn } from './write-turn.ts';

let folder: string;
const file = () => join(folder, 'accounts.db');

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'signalbox-writes-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

it('a burst of 1,000 changes is one commit, but for those that are wrong', async () => {
  const database = openAccounts(SqliteDatabase, file());
  const store = new AccountStore(database, () => 1);
  const writes = new WriteTurn(database);
  const made = Array.from({ length: 1_000 }, (_, index) =>
    writes.write(() => {
      if (index % 100 === 7) throw new SignalboxError('conflict', 'wrong');
      store.create({
        name: `user${index}`,
        email: null,
        verifiers: { argon2id: 'a', scram: 's' },
        network: null,
      });
    }),
  );
  const outcomes = await Promise.allSettled(made);
  expect(writes.committed).toBe(1);
  expect(outcomes.filter(({ status }) => status === 'rejected')).toHaveLength(10);
  expect(database.prepare('SELECT count(*) FROM accounts').pluck().get()).toBe(990);
  database.close();
});

/** A process that makes accounts and says which of them it was told are made. */
function writer(): ChildProcess {
  return fork(new URL('test-writer.ts', import.meta.url).pathname, [file()], { silent: true });
}

it('whatever was answered before the process was killed is there, each account whole', async () => {
  const answered: string[] = [];
  for (let round = 0; round < 5; round++) {
    const child = writer();
    let heard = 0;
    const lines = createInterface({ input: child.stdout! });
    for await (const line of lines) {
      answered.push(line);
      if (++heard === 40 + round * 13) child.kill('SIGKILL');
    }
    if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
    expect(child.signalCode).toBe('SIGKILL');
  }
  const database = openAccounts(SqliteDatabase, file());
  const all = database.prepare('SELECT name FROM accounts').pluck().all() as string[];
  expect(answered.filter((name) => !all.includes(name))).toEqual([]);
  const half = database
    .prepare(
      `SELECT name FROM accounts WHERE (SELECT count(*) FROM credentials WHERE account = accounts.id) <> 2
        OR (SELECT count(*) FROM nicks WHERE account = accounts.id) <> 1`,
    )
    .all();
  expect(half).toEqual([]);
  expect(database.pragma('integrity_check', { simple: true })).toBe('ok');
  database.close();
});

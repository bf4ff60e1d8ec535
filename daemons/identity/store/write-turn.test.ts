/** What comes in one turn is one commit, what was answered is on the disk, and what was found wrong undoes itself alone. */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import SqliteDatabase from 'better-sqlite3';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { SignalboxError } from '../../../contract/errors.ts';
import type { PoolTask } from '../../runtime/async/pool-task.ts';
import { limits } from '../limits.ts';
import { AccountStore } from './account-store.ts';
import { beginLog, checkpoint } from './checkpoint-tasks.ts';
import { openAccounts } from './database.ts';
import { WriteTurn } from './write-turn.ts';

const turn = () => new Promise<void>((resolve) => setImmediate(resolve));

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

/** A disk that writes through when the test says so, and fails where that says how. */
class TestDisk {
  readonly asked: ((failure: NodeJS.ErrnoException | null) => void)[] = [];
  readonly sync = (_descriptor: number, done: (failure: NodeJS.ErrnoException | null) => void) => {
    this.asked.push(done);
  };
}

function opened(onUnkept: (error: SignalboxError) => void = () => {}) {
  const database = openAccounts(SqliteDatabase, file());
  const disk = new TestDisk();
  const writes = new WriteTurn(database, { sync: disk.sync, onUnkept });
  const store = new AccountStore(database, () => 1);
  const told: string[] = [];
  const make = (name: string) => {
    void writes
      .write(() => store.create({ name, email: null, verifiers: null, network: null }))
      .then(
        () => told.push(name),
        (error: SignalboxError) => told.push(`${name}: ${error.code}`),
      );
    writes.flush();
  };
  const end = async () => {
    const closed = writes.close();
    for (const done of disk.asked.splice(0)) done(null);
    await closed;
    database.close();
  };
  return { database, disk, writes, store, told, make, end };
}

it('is answered when it is on the disk, and what was written meanwhile with the next time', async () => {
  const { disk, store, told, make, end } = opened();
  for (const name of ['ann', 'bob', 'carol']) make(name);
  await turn();
  expect([disk.asked.length, store.count, told]).toEqual([1, 3, []]);
  disk.asked[0]!(null);
  await turn();
  expect([disk.asked.length, told]).toEqual([2, ['ann']]);
  make('dave');
  disk.asked[1]!(null);
  await turn();
  expect([disk.asked.length, told]).toEqual([3, ['ann', 'bob', 'carol']]);
  disk.asked[2]!(null);
  await turn();
  expect(told.at(-1)).toBe('dave');
  disk.asked.length = 0;
  await end();
});

it('is answered without the disk where that is enough, which has it soon after, or with the next write', async () => {
  const { database, disk, writes, told, make, end } = opened();
  const reader = new SqliteDatabase(file(), { readonly: true });
  const there = () => reader.prepare('SELECT name FROM secrets ORDER BY name').pluck().all();
  const keep = async (name: string) => {
    await writes.commit(() => database.prepare("INSERT INTO secrets VALUES (?, x'00')").run(name));
    told.push(name);
  };
  await Promise.all([keep('a'), keep('b')]);
  expect([told, there(), disk.asked.length, writes.committed]).toEqual([['a', 'b'], ['a', 'b'], 0, 1]);
  while (disk.asked.length === 0) await turn();
  await keep('c');
  make('ann');
  await turn();
  expect([disk.asked.length, told.at(-1)]).toEqual([1, 'c']);
  disk.asked[0]!(null);
  disk.asked[1]!(null);
  await turn();
  expect(told.at(-1)).toBe('ann');
  await keep('d');
  disk.asked.length = 0;
  const closed = writes.close();
  while (disk.asked.length === 0) await turn();
  disk.asked[0]!(null);
  await closed;
  reader.close();
  disk.asked.length = 0;
  await end();
});

it('has the disk take what was answered without it once no more comes, or after a while', async () => {
  const { database, disk, writes, end } = opened();
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] });
  try {
    let next = 0;
    const keep = () =>
      writes.commit(() => database.prepare("INSERT INTO secrets VALUES (?, x'00')").run(`${next++}`));
    const quiet = limits.unsyncedQuietMs.default;
    await keep();
    vi.advanceTimersByTime(quiet - 1);
    await keep();
    vi.advanceTimersByTime(quiet - 1);
    expect(disk.asked).toHaveLength(0);
    vi.advanceTimersByTime(1);
    expect(disk.asked).toHaveLength(1);
    disk.asked[0]!(null);
    // Nothing is due, and nothing is written through again.
    vi.advanceTimersByTime(limits.unsyncedMs.default);
    expect(disk.asked).toHaveLength(1);
    let passed = 0;
    for (; passed < limits.unsyncedMs.default; passed += quiet / 2) {
      await keep();
      expect(disk.asked, `after ${passed} ms`).toHaveLength(1);
      vi.advanceTimersByTime(quiet / 2);
    }
    expect(disk.asked).toHaveLength(2);
    disk.asked[1]!(null);
  } finally {
    vi.useRealTimers();
  }
  disk.asked.length = 0;
  await end();
});

it('says what the disk has not taken that was answered without it', async () => {
  const unkept: string[] = [];
  const { database, disk, writes, told, make, end } = opened((error) => unkept.push(error.code));
  const commit = (name: string) =>
    writes.commit(() => database.prepare("INSERT INTO secrets VALUES (?, x'00')").run(name));
  const failure = Object.assign(new Error('EIO'), { code: 'EIO' });
  const pragma = database.pragma.bind(database);
  database.pragma = (source, options) => {
    if (source.startsWith('wal_checkpoint')) throw new Error('EIO');
    return pragma(source, options);
  };
  await commit('a');
  while (disk.asked.length === 0) await turn();
  disk.asked[0]!(failure);
  expect(unkept).toEqual(['unavailable']);
  await commit('b');
  make('ann');
  disk.asked[1]!(failure);
  await turn();
  expect([unkept.length, told]).toEqual([2, ['ann: unavailable']]);
  await expect(writes.commit(() => database.prepare('INSERT INTO nothing').run())).rejects.toMatchObject({
    code: 'unavailable',
  });
  database.pragma = pragma;
  disk.asked.length = 0;
  await end();
});

it('is put into the file where the disk does not take the log, and refused where that fails too', async () => {
  const { database, disk, told, make, end } = opened();
  const failure = Object.assign(new Error('EIO'), { code: 'EIO' });
  make('ann');
  disk.asked[0]!(failure);
  await turn();
  expect(told).toEqual(['ann']);
  const reader = new SqliteDatabase(file(), { readonly: true });
  expect(reader.prepare('SELECT name FROM accounts').pluck().all()).toEqual(['ann']);
  reader.close();
  make('bob');
  const pragma = database.pragma.bind(database);
  database.pragma = (source, options) => {
    if (source.startsWith('wal_checkpoint')) throw new Error('EIO');
    return pragma(source, options);
  };
  disk.asked[1]!(failure);
  await turn();
  expect(told.at(-1)).toBe('bob: unavailable');
  database.pragma = pragma;
  disk.asked.length = 0;
  await end();
});

it('writes what nobody waits for along with the next write, or by itself, without the disk', async () => {
  const { database, disk, writes, told, make, end } = opened();
  const secrets = () => database.prepare('SELECT name FROM secrets ORDER BY name').pluck().all();
  const insert = (name: string) => () =>
    void database.prepare('INSERT INTO secrets (name, data) VALUES (?, ?)').run(name, Buffer.from('x'));
  writes.later(insert('a'));
  writes.later(insert('a'));
  writes.later(insert('b'));
  expect(secrets()).toEqual([]);
  writes.flush();
  expect([secrets(), writes.committed, disk.asked.length]).toEqual([['a', 'b'], 1, 0]);
  writes.later(insert('c'));
  make('ann');
  expect([secrets(), writes.committed, disk.asked.length]).toEqual([['a', 'b', 'c'], 2, 1]);
  writes.later(insert('d'));
  await end();
  expect(told).toEqual(['ann']);
});

it('holds writes back while another connection writes, and does them afterwards', async () => {
  const { database, disk, writes, told, make, end } = opened();
  const there = () => database.prepare('SELECT count(*) FROM accounts').pluck().get();
  let release = () => {};
  const order: string[] = [];
  const first = writes.apart(async () => {
    order.push('first begins');
    await new Promise<void>((resolve) => {
      release = resolve;
    });
    const other = openAccounts(SqliteDatabase, file());
    new AccountStore(other, () => 1).create({ name: 'zoe', email: null, verifiers: null, network: null });
    other.close();
    order.push('first ends');
    throw new SignalboxError('conflict', 'wrong');
  });
  const second = writes.apart(async () => order.push('second'));
  await turn();
  make('ann');
  expect([there(), order]).toEqual([0, ['first begins']]);
  release();
  await expect(first).rejects.toMatchObject({ code: 'conflict' });
  await second;
  await turn();
  expect([there(), order]).toEqual([2, ['first begins', 'first ends', 'second']]);
  for (const done of disk.asked.splice(0)) done(null);
  await turn();
  expect(told).toEqual(['ann']);
  await end();
});

it('puts the log into the file and begins it anew on a thread, when nothing is written or much was, and holds writes back meanwhile', async () => {
  const database = openAccounts(SqliteDatabase, file());
  const asked: { name: string; end: (result: unknown) => void }[] = [];
  const pool = {
    run: <Argument, Result>({ name }: PoolTask<Argument, Result>) =>
      new Promise<Result>((resolve) => asked.push({ name, end: (result) => resolve(result as Result) })),
  };
  const writes = new WriteTurn(database, { checkpoints: { pool, daemon: 'accounts' } });
  const insert = database.prepare("INSERT INTO secrets VALUES (?, x'00')");
  let written = 0;
  const commits = async (most: number) => {
    for (let one = 0; one < most; one++) await writes.commit(() => insert.run(String(written++)));
  };
  await commits(limits.checkpointCommits.default - 1);
  expect(asked).toEqual([]);
  await commits(1);
  while (asked.length === 0) await turn();
  expect(asked.map(({ name }) => name)).toEqual(['checkpoint']);
  await commits(limits.checkpointMostCommits.default);
  expect(asked).toHaveLength(1);
  asked[0]!.end(true);
  while (asked.length < 2) await turn();
  expect(asked[1]!.name).toBe('beginLog');
  let isWritten = false;
  const held = commits(1).then(() => {
    isWritten = true;
  });
  for (let turns = 0; turns < 5; turns++) await turn();
  expect(isWritten).toBe(false);
  asked[1]!.end(undefined);
  await held;
  // There was much meanwhile.
  while (asked.length < 3) await turn();
  asked[2]!.end(false);
  await turn();
  await commits(2);
  expect(asked).toHaveLength(3);
  await writes.close();
  database.close();
});

it('a log that is begun anew by a thread has all that was written, and what is written next', async () => {
  const database = openAccounts(SqliteDatabase, file());
  const place = { file: file(), daemon: 'accounts' };
  const insert = database.prepare("INSERT INTO secrets VALUES (?, x'00')");
  insert.run('a');
  const version = database.pragma('user_version', { simple: true });
  expect(await checkpoint(place)).toBe(true);
  await beginLog(place);
  insert.run('b');
  const reader = new SqliteDatabase(file(), { readonly: true });
  expect(reader.prepare('SELECT name FROM secrets ORDER BY name').pluck().all()).toEqual(['a', 'b']);
  expect(reader.pragma('user_version', { simple: true })).toBe(version);
  const [frames] = database.pragma('wal_checkpoint(PASSIVE)') as [{ log: number }];
  // Of both, and not of what was before.
  expect(frames.log).toBeLessThan(8);
  reader.close();
  database.close();
});

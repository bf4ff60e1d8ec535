/** What the keeper answers, what it lets go by itself, and what it says while nothing can be written. */
import { copyFileSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import BetterSqlite3 from 'better-sqlite3';
import { beforeEach, expect, it } from 'vitest';
import type { StoreChange } from '../../contract/messages.ts';
import { FakeClock } from '../../kit/fake-clock.ts';
import { limits } from './limits.ts';
import { MessageKeeper } from './message-keeper.ts';
import { openMessages } from './store/database.ts';
import { MessageStore } from './store/message-store.ts';

let store: MessageStore;
let clock: FakeClock;
let now: number;
let said: (string | null)[];
let keeper: MessageKeeper;
let batch: number;

beforeEach(() => {
  store = new MessageStore(openMessages(BetterSqlite3, ':memory:'));
  clock = new FakeClock();
  now = 1_000_000;
  said = [];
  batch = 0;
  keeper = new MessageKeeper({ store, clock, now: () => now, onProblem: (problem) => said.push(problem) });
});

const keep = (order: number, kept = now): StoreChange => ({
  do: 'keep',
  scope: 'c#c',
  message: { order, at: order, kept, event: false, id: `i${order}`, bytes: 1, data: '' },
  peer: null,
});
const write = (...changes: StoreChange[]) =>
  keeper.answerers().write({ run: 'r', batch: ++batch, changes, clean: false });
const open = (keepMs: number, scopeMessages = 1_000) =>
  keeper.answerers().open({ keepMs, scopeMessages, totalBytes: 1_000_000 });

it('writes, reads, and tells the highest order', () => {
  write(keep(1), keep(2));
  const args = { scope: 'c#c', after: 0, before: 9, events: true, peer: null, messages: 9, bytes: 99 };
  expect(keeper.answerers().read({ ...args, wanted: { kind: 'AFTER', mark: { id: 'i1' } } })).toMatchObject({
    messages: [{ order: 2 }],
    marks: [{ order: 1, at: 1 }],
  });
  expect(open(1_000)).toEqual({ order: 2 });
  expect(keeper.counts).toEqual({ written: 2, deleted: 0, transactions: 1, failures: 0 });
});

it('lets messages go when they are too old, more than one piece of them at once, and none once it is closed', async () => {
  const many = limits.trimmedRows.default + 5;
  for (let n = 1; n <= many; n++) write(keep(n));
  open(60_000);
  await clock.advance(1);
  expect(store.messages).toBe(many);
  now += 60_001;
  await clock.advance(limits.trimMs.default);
  expect(store.messages).toBe(0);
  expect(keeper.counts.deleted).toBe(many);
  keeper.close();
  write(keep(many + 1, 0));
  await clock.advance(10 * limits.trimMs.default);
  expect(store.messages).toBe(1);
});

it('goes by what it is told last, and trims a channel that has grown since', async () => {
  for (let n = 1; n <= 10; n++) write(keep(n));
  open(60_000, 8);
  await clock.advance(1);
  expect(store.messages).toBe(8);
  write(keep(11), keep(12));
  await clock.advance(limits.trimMs.default + 1);
  expect(store.messages).toBe(8);
});

it('trims a channel by what it is told of it, at once and as time goes by', async () => {
  open(60_000);
  for (let n = 1; n <= 10; n++) write(keep(n));
  write({ do: 'amount', scope: 'c#c', messages: 4, keepMs: 30_000 });
  await clock.advance(1);
  expect(store.messages).toBe(4);
  write({ ...keep(11), scope: 'c#other' } as StoreChange);
  now += 30_001;
  await clock.advance(limits.trimMs.default + 1);
  expect(store.messages).toBe(1);
  expect(store.scope('c#c')).toMatchObject({ messages: 0, mostMessages: 4, keepMs: 30_000 });
});

it('has nothing of what was too old in its files, nor of what was in the log of a process that was killed', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'message-keeper-'));
  try {
    const file = join(folder, 'messages.db');
    const old = new MessageStore(openMessages(BetterSqlite3, file));
    const secret = (order: number, id: string): StoreChange => ({
      do: 'keep',
      scope: 'c#c',
      message: { order, at: order, kept: now, event: false, id, bytes: 1, data: `secret ${id}` },
      peer: null,
    });
    old.write({ run: 'q', batch: 1, changes: [secret(1, 'old'), secret(2, 'gone')] });
    old.database.exec("DELETE FROM messages WHERE msgid = 'gone'");
    // As it is when that process is killed before it has answered.
    for (const end of ['', '-wal']) copyFileSync(file + end, `${file}.copy${end}`);
    old.database.close();
    const isThere = (text: string) =>
      ['.copy', '.copy-wal'].some((end) => readFileSync(file + end).includes(text));
    expect(isThere('secret gone')).toBe(true);
    store = new MessageStore(openMessages(BetterSqlite3, `${file}.copy`));
    keeper = new MessageKeeper({ store, clock, now: () => now, onProblem: () => {} });
    open(60_000);
    await clock.advance(1);
    expect([isThere('secret gone'), isThere('secret old')]).toEqual([false, true]);
    now += 60_001;
    await clock.advance(limits.trimMs.default);
    expect(isThere('secret old')).toBe(false);
    store.database.close();
  } finally {
    rmSync(folder, { recursive: true });
  }
});

it('cuts the log at once where somebody waits for what was deleted, else once for many', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'message-keeper-'));
  try {
    const file = join(folder, 'messages.db');
    store = new MessageStore(openMessages(BetterSqlite3, file));
    keeper = new MessageKeeper({ store, clock, now: () => now, onProblem: () => {} });
    open(60_000);
    await clock.advance(1);
    const log = () => statSync(`${file}-wal`).size;
    const forget = (n: number): StoreChange => ({ do: 'forget', scope: 'c#c', id: `i${n}` });
    write(keep(1), keep(2), keep(3));
    write(forget(1));
    write(forget(2));
    expect(log()).toBeGreaterThan(0);
    await clock.advance(limits.trimMs.default);
    expect(log()).toBe(0);
    write(forget(3));
    const asked = { run: 'r', batch: ++batch, changes: [], clean: true };
    keeper.answerers().write(asked);
    expect(log()).toBe(0);
    store.database.close();
  } finally {
    rmSync(folder, { recursive: true });
  }
});

it('says once why nothing can be written, and when it can again', () => {
  store.database.pragma('query_only = ON');
  for (let tries = 0; tries < 2; tries++)
    expect(() => write(keep(1))).toThrow(expect.objectContaining({ code: 'unavailable' }));
  expect(said).toEqual([expect.stringContaining('readonly')]);
  store.database.pragma('query_only = OFF');
  write(keep(1));
  expect(said).toEqual([expect.any(String), null]);
  expect(keeper.counts).toMatchObject({ failures: 2, written: 1 });
});

it('looks again in a while, and not at once, where nothing can be let go, and counts nothing then', async () => {
  for (let n = 1; n <= 3; n++) write(keep(n));
  open(60_000);
  await clock.advance(1);
  now += 60_001;
  store.database.pragma('query_only = ON');
  await clock.advance(limits.trimMs.default);
  expect([store.messages, keeper.counts.deleted, clock.pendingTimers]).toEqual([3, 0, 1]);
  store.database.pragma('query_only = OFF');
  await clock.advance(limits.trimMs.default - 2);
  expect(store.messages).toBe(3);
  await clock.advance(1);
  expect([store.messages, keeper.counts.deleted]).toEqual([0, 3]);
});

it('takes no mistake of the program for a disk that fails', () => {
  store.write = () => {
    throw new TypeError('no such thing');
  };
  expect(() => write(keep(1))).toThrow(TypeError);
  expect([said, keeper.counts.failures]).toEqual([[], 0]);
});

it('lets as many go as it takes to be within its room, whatever each of them takes', async () => {
  const sizes = [1, 1, 1, 1, 1, 1, 1, 1, 1, 100];
  for (const [n, bytes] of sizes.entries()) {
    const change = keep(n + 1) as Extract<StoreChange, { do: 'keep' }>;
    write({ ...change, message: { ...change.message, bytes } });
  }
  keeper.answerers().open({ keepMs: 60_000, scopeMessages: 1_000, totalBytes: 105 });
  await clock.advance(1);
  expect([store.bytes, store.messages, keeper.counts.deleted]).toEqual([105, 6, 4]);
});

it('says that nothing can be read', () => {
  store.database.exec('DROP TABLE readers');
  expect(() => keeper.answerers().readers({ scope: '', account: '' })).toThrow(
    expect.objectContaining({ code: 'unavailable' }),
  );
});

/** What the file holds and answers after whatever was asked of it, compared with a slow model that holds everything in arrays. */
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import BetterSqlite3 from 'better-sqlite3';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import {
  MESSAGES_LINE_CHARS,
  type MessageArgs,
  type StoreChange,
  type StoredMark,
} from '../../../contract/messages.ts';
import { bringUpToDate } from '../../runtime/files/sqlite-schema.ts';
import { MessageModel, type ModelMessage } from '../../runtime/test-fixtures/message-model.ts';
import { openMessages } from './database.ts';
import { MessageReader } from './message-reader.ts';
import { MessageStore } from './message-store.ts';
import { MessageTrim } from './message-trim.ts';
import { SCHEMA } from './schema.ts';

const scope = fc.constantFrom('c#a', 'c#b', 'aann', 'abob');
const account = fc.constantFrom('ann', 'bob', 'cat');
const peer = fc.option(fc.record({ nick: fc.constantFrom('x', 'y'), account: fc.option(account) }));
const id = fc.constantFrom('', 'i1', 'i2', 'i3', 'i4');
const time = fc.integer({ min: 0, max: 20 });

const change: fc.Arbitrary<StoreChange> = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.record({
      do: fc.constant('keep' as const),
      scope,
      message: fc.record({
        order: fc.integer({ min: 1, max: 60 }),
        at: time,
        kept: time,
        event: fc.boolean(),
        id,
        bytes: fc.integer({ min: 1, max: 9 }),
        data: fc.constant('x'),
      }),
      peer,
    }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('forget' as const), scope, id }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('drop' as const), scope }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('rename' as const), scope, to: scope }) },
  {
    weight: 2,
    arbitrary: fc.record({ do: fc.constant('reader' as const), scope, account, since: fc.nat(60) }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('no reader' as const), scope, account }) },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant('amount' as const),
      scope,
      messages: fc.option(fc.integer({ min: 1, max: 4 })),
      keepMs: fc.option(fc.integer({ min: 1, max: 20 })),
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('end account' as const), account }) },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant('clear' as const),
      kind: fc.constantFrom('channels' as const, 'accounts' as const),
    }),
  },
);

const mark: fc.Arbitrary<StoredMark> = fc.oneof(
  fc.record({ order: fc.nat(60), at: time }),
  fc.record({ at: time }),
  fc.record({ id }),
);
const question: fc.Arbitrary<MessageArgs<'read'>> = fc.record({
  scope,
  after: fc.oneof(fc.constant(0), fc.nat(60)),
  before: fc.oneof(fc.constant(100), fc.nat(60)),
  events: fc.boolean(),
  peer,
  wanted: fc.oneof(
    fc.record({ kind: fc.constantFrom('BEFORE' as const, 'AFTER' as const, 'AROUND' as const), mark }),
    fc.record({ kind: fc.constant('LATEST' as const), mark: fc.option(mark) }),
    fc.record({ kind: fc.constant('BETWEEN' as const), mark, until: mark }),
  ),
  messages: fc.integer({ min: 1, max: 9 }),
  bytes: fc.nat(60),
});

const fresh = () => new MessageStore(openMessages(BetterSqlite3, ':memory:'));
const write = (store: MessageStore, batch: number, ...changes: StoreChange[]) =>
  store.write({ run: 'r', batch, changes });
const keep = (scope: string, order: number, more: Partial<ModelMessage> = {}): StoreChange => {
  const { peer = null, ...facts } = more;
  const message = {
    order,
    at: order,
    kept: order,
    event: false,
    id: '',
    bytes: 1,
    data: `m${order}`,
    ...facts,
  };
  return { do: 'keep', scope, message, peer };
};

it('answers as an array of everything would, also when it was opened anew', () => {
  fc.assert(
    fc.property(
      fc.array(fc.array(change, { maxLength: 12 }), { maxLength: 8 }),
      fc.array(question, { minLength: 1, maxLength: 12 }),
      (batches, questions) => {
        const store = fresh();
        const model = new MessageModel();
        for (const [at, changes] of batches.entries()) {
          store.write({ run: 'r', batch: at + 1, changes });
          for (const one of changes) model.change(one);
        }
        const again = new MessageStore(store.database);
        const all = [...model.scopes.values()].flatMap(({ messages }) => messages);
        for (const one of [store, again]) {
          expect(one.messages).toBe(all.length);
          expect(one.bytes).toBe(all.reduce((sum, { bytes }) => sum + bytes, 0));
          const reader = new MessageReader(one);
          for (const asked of questions) {
            const answer = reader.read(asked);
            const expected = model.read(asked);
            if ('unknown' in answer) expect(answer.unknown).toBe(expected);
            else expect(answer.messages.map(({ order }) => order)).toEqual(expected);
          }
        }
        for (const [key, { amount }] of model.scopes)
          expect(again.scope(key)).toMatchObject({
            mostMessages: amount.messages,
            keepMs: amount.keepMs,
          });
        const rows = [...model.scopes].flatMap(([scope, { readers }]) =>
          readers.size === 0
            ? [[scope, '', 0]]
            : [...readers].map(([account, since]) => [scope, account, since]),
        );
        const page = new MessageReader(again).readers({ scope: '', account: '' }).rows;
        expect(page.map(({ scope, account, since }) => [scope, account, since])).toEqual(
          rows.filter(([scope]) => String(scope).startsWith('c')).sort(),
        );
        const [middle] = page.slice(Math.floor(page.length / 2));
        if (middle !== undefined)
          expect(new MessageReader(again).readers(middle).rows).toEqual(page.slice(page.indexOf(middle) + 1));
        store.database.close();
      },
    ),
  );
});

it('trims scopes to the messages and the time that they have of their own, with what happened since', () => {
  fc.assert(
    fc.property(fc.array(change, { maxLength: 60 }), (drawn) => {
      const store = fresh();
      const model = new MessageModel();
      // They come in the order in which they are kept.
      const changes = drawn.map((one, at) =>
        one.do === 'keep' ? { ...one, message: { ...one.message, order: at + 1, kept: at } } : one,
      );
      store.write({ run: 'r', batch: 1, changes });
      for (const one of changes) model.change(one);
      const now = changes.length;
      const trim = new MessageTrim(store, () => now);
      trim.use({ keepMs: 1_000, scopeMessages: 1_000, totalBytes: 1_000_000 });
      while (trim.step());
      const left = [...model.scopes].flatMap(([, { messages, amount }]) => {
        const young = messages.filter(({ kept }) => kept >= now - (amount.keepMs ?? 1_000));
        const first = young.filter(({ event }) => !event).at(-(amount.messages ?? young.length + 1));
        return young.filter(({ order }) => order >= (first?.order ?? 0));
      });
      expect(store.database.prepare('SELECT seq FROM messages ORDER BY seq').pluck().all()).toEqual(
        left.map(({ order }) => order).sort((a, b) => a - b),
      );
      store.dropEmpty();
      for (const [key, { amount }] of model.scopes)
        if (amount.messages !== null || amount.keepMs !== null)
          expect(new MessageStore(store.database).scope(key)).not.toBe(null);
      store.database.close();
    }),
  );
});

it('takes nobody for an account where everybody may read', () => {
  const store = fresh();
  write(
    store,
    1,
    { do: 'reader', scope: 'c#c', account: '*', since: 3 },
    { do: 'reader', scope: 'c#c', account: 'ann', since: 3 },
  );
  const reader = new MessageReader(store);
  expect(reader.accounts({ after: '' })).toEqual({ accounts: ['ann'] });
  expect(reader.readers({ scope: '', account: '' }).rows).toContainEqual({
    scope: 'c#c',
    account: '*',
    since: 3,
  });
});

it('tells the latest message of a channel, and of an account that of each person', () => {
  const store = fresh();
  const ann = { nick: 'ann', account: 'ann' };
  write(
    store,
    1,
    keep('c#a', 1),
    keep('c#a', 2, { event: true }),
    keep('abob', 3, { peer: ann }),
    keep('abob', 4, { peer: { nick: 'x', account: null } }),
    keep('abob', 5, { peer: { nick: 'anna', account: 'ann' } }),
    keep('abob', 6, { peer: ann, event: true }),
  );
  const ask = (scope: string, after = 0, before = 100) =>
    new MessageReader(store)
      .latest({ scopes: [{ scope, after, before }] })
      .found.map(({ order, peer }) => [order, peer]);
  expect(ask('c#a')).toEqual([[1, null]]);
  expect(ask('c#a', 1)).toEqual([]);
  expect(ask('c#b')).toEqual([]);
  expect(ask('abob')).toEqual(
    expect.arrayContaining([
      [4, { nick: 'x', account: null }],
      [5, { nick: 'anna', account: 'ann' }],
    ]),
  );
  expect(ask('abob', 0, 5)).toContainEqual([3, ann]);
});

it('tells the latest of those who were spoken with last, where all of them are more than a line has room for', () => {
  const store = fresh();
  const data = '"'.repeat(20_000);
  for (let order = 1; order <= 600; order++)
    write(store, order, keep('abob', order, { data, peer: { nick: `n${order}`, account: null } }));
  const { found } = new MessageReader(store).latest({ scopes: [{ scope: 'abob', after: 0, before: 1_000 }] });
  expect(found.slice(0, 9).map(({ order }) => order)).toEqual([600, 599, 598, 597, 596, 595, 594, 593, 592]);
  expect(JSON.stringify(found).length).toBeLessThan(MESSAGES_LINE_CHARS / 4);
});

it('counts a scope that was renamed and dropped in one batch for nobody else', () => {
  const store = fresh();
  write(
    store,
    1,
    keep('c#a', 1),
    { do: 'rename', scope: 'c#a', to: 'c#b' },
    { do: 'drop', scope: 'c#b' },
    { do: 'reader', scope: 'c#c', account: 'ann', since: 1 },
  );
  expect(new MessageStore(store.database).messages).toBe(0);
});

it('has nothing of what was deleted in any of its files once its log is cut', () => {
  const folder = mkdtempSync(join(tmpdir(), 'message-store-'));
  try {
    const store = new MessageStore(openMessages(BetterSqlite3, join(folder, 'messages.db')));
    const isThere = (text: string) =>
      readdirSync(folder).some((name) => readFileSync(join(folder, name)).includes(text));
    let batch = 0;
    for (const [at, gone] of [
      { do: 'forget', scope: 'c#a', id: 'i' } as const,
      { do: 'drop', scope: 'c#a' } as const,
      { do: 'clear', kind: 'channels' } as const,
    ].entries()) {
      const data = `secret ${at} `.repeat(900);
      write(store, ++batch, keep('c#a', ++batch, { id: 'i', data }), keep('c#b', ++batch));
      expect(isThere(`secret ${at}`)).toBe(true);
      write(store, ++batch, gone);
      expect(isThere(`secret ${at}`)).toBe(true);
      store.emptyLog();
      expect(isThere(`secret ${at}`)).toBe(false);
    }
    write(store, ++batch, keep('a1', ++batch, { data: 'secret x' }));
    // Another program that reads keeps it from being cut for a while.
    const other = new BetterSqlite3(join(folder, 'messages.db'));
    other.exec('BEGIN; SELECT count(*) FROM messages');
    other.prepare('SELECT count(*) FROM messages').get();
    store.database.pragma('busy_timeout = 1');
    write(store, ++batch, { do: 'end account', account: '1' });
    store.emptyLog();
    expect(isThere('secret x')).toBe(true);
    other.close();
    store.emptyLog();
    expect(isThere('secret x')).toBe(false);
    store.database.close();
  } finally {
    rmSync(folder, { recursive: true });
  }
});

it('finds a message by its id without looking at all of a scope, and whom somebody spoke with without reading what was said', () => {
  const database = openMessages(BetterSqlite3, ':memory:');
  const asked: string[] = [];
  const { prepare } = database;
  database.prepare = ((sql: string) => {
    asked.push(sql);
    return prepare.call(database, sql);
  }) as never;
  const store = new MessageStore(database);
  write(store, 1, keep('abob', 1, { id: 'i' }));
  const part = { scope: 'abob', after: 0, before: 9, events: false, peer: { nick: 'x', account: 'y' } };
  const reader = new MessageReader(store);
  reader.read({ ...part, wanted: { kind: 'BEFORE', mark: { id: 'i' } }, messages: 9, bytes: 9 });
  reader.latest({ scopes: [part] });
  const plan = (sql: string) => {
    const values: number[] = Array(sql.split('?').length - 1).fill(1);
    const rows = prepare.call(database, `EXPLAIN QUERY PLAN ${sql}`).all(values) as { detail: string }[];
    return rows.map(({ detail }) => detail).join();
  };
  const byId = asked.filter((sql) => sql.includes('msgid ='));
  expect(byId).toHaveLength(2);
  for (const sql of byId) expect(plan(sql)).toContain('INDEX messages_by_id');
  expect(plan(asked.find((sql) => sql.includes('GROUP BY'))!)).toContain('COVERING INDEX messages_by_scope');
  // What a read compares is in the index that it goes through.
  const columns = database.pragma('index_info(messages_by_scope)') as { name: string }[];
  expect(columns.map(({ name }) => name).join()).toBe('scope,seq,event,at,peer_nick,peer_account');
});

it('brings a file of the first version up to date, with all that is in it', () => {
  const folder = mkdtempSync(join(tmpdir(), 'message-store-'));
  try {
    const file = join(folder, 'messages.db');
    const old = new BetterSqlite3(file);
    bringUpToDate(old, { ...SCHEMA, migrations: SCHEMA.migrations.slice(0, 1) });
    old.exec(`INSERT INTO scopes (key, messages, bytes) VALUES ('c#a', 1, 1);
      INSERT INTO messages (seq, scope, at, kept, event, msgid, bytes, data) VALUES (7, 1, 7, 7, 0, '', 1, '');
      UPDATE progress SET seq = 7`);
    old.close();
    const store = new MessageStore(openMessages(BetterSqlite3, file));
    expect([store.order, store.messages]).toEqual([7, 1]);
    expect(store.database.pragma('user_version', { simple: true })).toBe(SCHEMA.migrations.length);
    store.database.close();
  } finally {
    rmSync(folder, { recursive: true });
  }
});

it('names the accounts of which there is something, or that may read something', () => {
  const store = fresh();
  const peer = { nick: 'x', account: null };
  write(store, 1, keep('abob', 1, { peer }), keep('c#a', 2));
  write(store, 2, { do: 'reader', scope: 'c#a', account: 'ann', since: 0 });
  write(store, 3, { do: 'reader', scope: 'c#a', account: 'bob', since: 0 });
  const reader = new MessageReader(store);
  expect(reader.accounts({ after: '' }).accounts).toEqual(['ann', 'bob']);
  expect(reader.accounts({ after: 'ann' }).accounts).toEqual(['bob']);
});

it('writes a batch that is asked for twice once, and knows the highest order for good', () => {
  const store = fresh();
  const batch = [keep('c#a', 7), { do: 'rename', scope: 'c#a', to: 'c#b' }, keep('c#a', 8)] as const;
  expect(write(store, 1, ...batch)).toBe(2);
  expect(write(store, 1, ...batch)).toBe(0);
  expect(store.scope('c#b')).toMatchObject({ messages: 1 });
  expect(store.scope('c#a')).toMatchObject({ messages: 1 });
  write(store, 2, { do: 'clear', kind: 'channels' });
  expect(store.order).toBe(8);
  // Another process begins with its first.
  expect(store.write({ run: 's', batch: 1, changes: [keep('c#a', 9)] })).toBe(1);
});

it('undoes a batch that fails half way, and counts as the file does', () => {
  const store = fresh();
  write(store, 1, keep('c#a', 1));
  store.database.exec(
    "CREATE TRIGGER full BEFORE INSERT ON messages WHEN new.seq = 3 BEGIN SELECT raise(ABORT, 'full'); END",
  );
  expect(() => write(store, 2, keep('c#a', 2), keep('c#a', 3))).toThrow('full');
  expect([store.messages, store.bytes, store.scope('c#a')?.messages, store.order]).toEqual([1, 1, 1, 1]);
  store.database.exec('DROP TRIGGER full');
  expect(write(store, 2, keep('c#a', 2), keep('c#a', 3))).toBe(2);
});

it('lets go what is too old, too much of one, and too much of all, and nothing before it knows how much that is', () => {
  const store = fresh();
  const trim = new MessageTrim(store, () => 1_000);
  const ran = () => {
    let steps = 0;
    while (trim.step()) steps++;
    return steps;
  };
  const orders = () =>
    (store.database.prepare('SELECT seq FROM messages ORDER BY seq').pluck().all() as number[]).join();
  for (let order = 1; order <= 9; order++) {
    write(
      store,
      order,
      keep(order % 3 === 0 ? 'c#b' : 'c#a', order, { kept: order < 3 ? 0 : 900, bytes: 10 }),
    );
    trim.grew(order % 3 === 0 ? 'c#b' : 'c#a');
  }
  expect(ran()).toBe(0);
  trim.use({ keepMs: 500, scopeMessages: 100, totalBytes: 1_000 });
  ran();
  expect(orders()).toBe('3,4,5,6,7,8,9');
  trim.use({ keepMs: 500, scopeMessages: 3, totalBytes: 1_000 });
  ran();
  expect(orders()).toBe('3,5,6,7,8,9');
  trim.use({ keepMs: 500, scopeMessages: 3, totalBytes: 40 });
  ran();
  expect(orders()).toBe('6,7,8,9');
  expect([store.messages, store.bytes]).toEqual([4, 40]);
  write(store, 10, { do: 'reader', scope: 'c#c', account: 'ann', since: 1 }, { do: 'drop', scope: 'c#b' });
  trim.use({ keepMs: 1, scopeMessages: 3, totalBytes: 40 });
  ran();
  store.dropEmpty();
  expect([...store.scopes].map(({ key }) => key)).toEqual(['c#c']);
});

it('ends where a file says that there is more of a scope than there is', () => {
  const store = fresh();
  write(store, 1, keep('c#a', 1));
  store.database.exec('DELETE FROM messages');
  const trim = new MessageTrim(store, () => 1_000);
  trim.use({ keepMs: 1_000, scopeMessages: 0, totalBytes: 1 });
  expect([trim.step(), trim.step()]).toEqual([false, false]);
});

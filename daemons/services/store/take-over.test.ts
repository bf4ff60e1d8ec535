/** What the IRC server's own keeper of accounts has is all there after services take it over. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import SqliteDatabase from 'better-sqlite3';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { AccountStore } from '../../identity/store/account-store.ts';
import { ChannelStore } from '../../identity/store/channel-store.ts';
import { openAccounts } from '../../identity/store/database.ts';
import { accountsInMemory } from '../../identity/store/test-databases.ts';
import type { Sqlite } from '../../runtime/files/sqlite.ts';
import { SERVICES_SCHEMA } from './services-schema.ts';
import { takeOverAccounts } from './take-over.ts';

let folder: string;
let old: Sqlite;
let ours: Sqlite;
const file = () => join(folder, 'accounts.db');

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'signalbox-take-over-'));
  old = openAccounts(SqliteDatabase, file());
  ours = accountsInMemory(SERVICES_SCHEMA);
});
afterEach(() => {
  old.close();
  ours.close();
  rmSync(folder, { recursive: true });
});

const VERIFIERS = { argon2id: '$argon2id$x', scram: 'SCRAM-SHA-256$1:x$y:z' };

/** Accounts with everything that an account can have. */
function fill(database: Sqlite, names: readonly string[]): void {
  let now = 1_000;
  const store = new AccountStore(database, () => ++now);
  const channels = new ChannelStore(database, store, () => ++now);
  for (const name of names) {
    const verifiers = { ...VERIFIERS, argon2id: `$argon2id$${name}` };
    store.create({ name, email: `${name}@example.net`, verifiers, network: '192.0.2.1' });
    const account = store.get(name);
    store.giveNick(account, `${name}|away`);
    store.facts.giveFingerprint(account, Buffer.from(name).toString('hex').padStart(64, '0'));
    store.failed(account, '198.51.100.7');
    channels.register(`#${name}`, name, 900);
    if (name !== names[0]) channels.setAccess(`#${name}`, null, names[0]!, 'op');
  }
  store.suspend(store.get(names[0]!), 'spam', 'root');
  store.decoySecret();
}

/** Every table, with accounts by their names instead of their numbers. */
function contents(database: Sqlite): Record<string, unknown[]> {
  const all = (sql: string) => database.prepare(sql).all();
  const named = (table: string, column = 'account') =>
    all(
      `SELECT ${table}.*, accounts.key AS owner, NULL AS ${column} FROM ${table} JOIN accounts ON accounts.id = ${table}.${column} ORDER BY 1, 2, 3`,
    );
  return {
    accounts: all('SELECT *, NULL AS id FROM accounts ORDER BY key'),
    credentials: named('credentials'),
    fingerprints: named('fingerprints'),
    nicks: named('nicks'),
    known_networks: named('known_networks'),
    channels: named('channels', 'founder'),
    channel_access: all(
      'SELECT channel, level, added, accounts.key FROM channel_access JOIN accounts ON accounts.id = account ORDER BY 1, 4',
    ),
    secrets: all('SELECT * FROM secrets'),
  };
}

it('all of it, once', () => {
  fill(old, ['ann', 'bob', 'cat']);
  // Other numbers than there.
  ours.exec("INSERT INTO accounts (id, key, name, created) VALUES (1, 'x', 'x', 1); DELETE FROM accounts");
  expect(takeOverAccounts(ours, file(), 5_000)).toEqual({ accounts: 3, channels: ['#ann', '#bob', '#cat'] });
  expect(contents(ours)).toEqual(contents(old));
  expect(takeOverAccounts(ours, file(), 6_000)).toEqual({ accounts: 0, channels: [] });
  expect(ours.prepare('SELECT * FROM taken_over').all()).toEqual([{ at: 5_000, accounts: 3, channels: 3 }]);
});

it('what came there later, and nothing over what is here', () => {
  fill(old, ['ann']);
  takeOverAccounts(ours, file(), 1);
  const here = new AccountStore(ours, () => 2);
  here.facts.setPassword(here.get('ann'), { argon2id: 'newer', scram: 'newer' });
  fill(old, ['bob', 'dan']);
  expect(takeOverAccounts(ours, file(), 2)).toEqual({ accounts: 2, channels: ['#bob', '#dan'] });
  expect(here.credential(here.get('ann'), 'argon2id')).toBe('newer');
  expect(here.credential(here.get('bob'), 'argon2id')).toBe('$argon2id$bob');
});

it('what somebody registered there since, and never again what has ended here', () => {
  fill(old, ['ann', 'bob', 'cat']);
  takeOverAccounts(ours, file(), 1);
  const here = new AccountStore(ours, () => 9_000);
  const channels = new ChannelStore(ours, here, () => 9_000);
  here.drop(here.get('bob'));
  expect(channels.drop('#cat', null)).toBe('done');
  // Another person has the name of who has gone.
  here.create({ name: 'bob', email: null, verifiers: VERIFIERS, network: '192.0.2.1' });
  const there = new AccountStore(old, () => 7_000);
  const theirs = new ChannelStore(old, there, () => 7_000);
  theirs.register('#later', 'ann', 900);
  for (const account of ['bob', 'cat']) theirs.setAccess('#later', null, account, 'op');
  theirs.register('#bobs', 'bob', 900);
  expect(takeOverAccounts(ours, file(), 2)).toEqual({ accounts: 0, channels: ['#later'] });
  expect(channels.find('#later')).toEqual({
    ...{ channel: '#later', founder: 'ann', createdAt: 900, registeredAt: 7_000 },
    access: [{ account: 'cat', level: 'op' }],
  });
  here.drop(here.get('bob'));
  expect(channels.drop('#later', null)).toBe('done');
  expect(takeOverAccounts(ours, file(), 3)).toEqual({ accounts: 0, channels: [] });
  expect([here.find('bob'), channels.find('#later'), channels.find('#cat')]).toEqual([
    undefined,
    undefined,
    undefined,
  ]);
  const taken = ours.prepare('SELECT at, accounts, channels FROM taken_over').raw();
  expect(taken.all()).toEqual([
    [1, 3, 3],
    [2, 0, 1],
  ]);
});

it('nothing where there is no such file, and nothing at all where it cannot be read', () => {
  expect(takeOverAccounts(ours, join(folder, 'none.db'), 1)).toEqual({ accounts: 0, channels: [] });
  const broken = join(folder, 'broken.db');
  writeFileSync(broken, 'x'.repeat(8_192));
  expect(() => takeOverAccounts(ours, broken, 1)).toThrow(/cannot be taken over/);
  // It can be tried again.
  fill(old, ['ann']);
  expect(takeOverAccounts(ours, file(), 1).accounts).toBe(1);
});

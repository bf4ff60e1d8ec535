/** Files that are opened as the accounts: our own, those of others, damaged ones. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import SqliteDatabase from 'better-sqlite3';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { SqliteConstructor } from '../../runtime/files/sqlite.ts';
import { limits } from '../limits.ts';
import { AccountStore } from './account-store.ts';
import { openAccounts } from './database.ts';

let folder: string;
let file: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'accounts-'));
  file = join(folder, 'accounts.db');
});
afterEach(() => rmSync(folder, { recursive: true }));

const VERIFIERS = { argon2id: 'a', scram: 's' };

function failure(
  path: string,
  sqlite: SqliteConstructor = SqliteDatabase,
): { code: string; message: string } {
  try {
    openAccounts(sqlite, path).close();
  } catch (error) {
    return error as { code: string; message: string };
  }
  throw new Error('it was opened');
}

it('keeps what was written, with every write on the disk before it is answered', () => {
  const database = openAccounts(SqliteDatabase, file);
  const store = new AccountStore(database, () => 7);
  store.create({ name: 'Ann', email: null, network: 'x', verifiers: VERIFIERS });
  const secret = store.decoySecret();
  const pragma = (name: string) => database.pragma(name, { simple: true });
  expect([pragma('journal_mode'), pragma('synchronous'), pragma('foreign_keys')]).toEqual(['wal', 2, 1]);
  expect(pragma('busy_timeout')).toBe(limits.busyTimeoutMs.default);
  expect(store.bytes).toBe(Number(pragma('page_count')) * 4_096);
  database.pragma('wal_checkpoint(TRUNCATE)');
  expect(readFileSync(file)).toHaveLength(store.bytes);
  database.close();
  const again = new AccountStore(openAccounts(SqliteDatabase, file), () => 8);
  expect(again.count).toBe(1);
  expect(again.find('ann')).toMatchObject({ name: 'Ann', created: 7 });
  expect(again.credential(again.get('ann'), 'argon2id')).toBe('a');
  expect(again.decoySecret()).toEqual(secret);
  expect(secret).toHaveLength(32);
});

it('leaves a damaged file as it is, and says so', () => {
  for (const damage of [
    Buffer.from('this is no database, and was never one, however long one looks at it'.repeat(20)),
    (() => {
      const store = openAccounts(SqliteDatabase, file);
      store.pragma('wal_checkpoint(TRUNCATE)');
      store.close();
      const bytes = readFileSync(file);
      return bytes.fill(0xa5, 100, 4_000);
    })(),
  ]) {
    writeFileSync(file, damage);
    const { code, message } = failure(file);
    expect([code, message.includes(file), message.includes('is damaged')]).toEqual([
      'init_failed',
      true,
      true,
    ]);
    expect(readFileSync(file).equals(damage)).toBe(true);
  }
});

it('refuses the file of another program or of a newer version', () => {
  const other = new SqliteDatabase(file);
  other.exec('CREATE TABLE things (id)');
  other.close();
  expect(failure(file)).toMatchObject({ code: 'init_failed', message: expect.stringContaining('another') });
  rmSync(file);
  const ours = openAccounts(SqliteDatabase, file);
  ours.pragma('user_version = 99');
  ours.close();
  expect(failure(file)).toMatchObject({ code: 'init_failed', message: expect.stringContaining('newer') });
});

it('tells of one that cannot be opened now as of something that passes', () => {
  expect(failure(folder)).toMatchObject({
    code: 'unavailable',
    message: expect.stringContaining(`${folder} cannot be opened now`),
  });
  const odd = class {
    constructor() {
      throw 'odd';
    }
  } as unknown as SqliteConstructor;
  expect(failure(file, odd)).toMatchObject({
    code: 'unavailable',
    message: expect.stringContaining('(odd)'),
  });
});

it('closes what it cannot use, so that the file is free', () => {
  let closed = 0;
  const counted = class extends SqliteDatabase {
    override close(): this {
      closed++;
      return super.close();
    }
  } as unknown as SqliteConstructor;
  writeFileSync(file, 'x'.repeat(5_000));
  failure(file, counted);
  expect(closed).toBe(1);
});

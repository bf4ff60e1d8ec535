/** Accounts go out to a file and come in from one: all that belongs to them, at once or not at all. */
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import SqliteDatabase from 'better-sqlite3';
import fc from 'fast-check';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { AccountStore } from '../../identity/store/account-store.ts';
import { ChannelStore } from '../../identity/store/channel-store.ts';
import { openAccounts } from '../../identity/store/database.ts';
import { HERE_ALONE } from '../../identity/store/shared-facts.ts';
import { WriteTurn } from '../../identity/store/write-turn.ts';
import type { ThreadPool } from '../../runtime/async/thread-pool.ts';
import type { Sqlite } from '../../runtime/files/sqlite.ts';
import { ATHEME_FILE, X3_FILE } from '../foreign/test-files.ts';
import { mergeAccountFile, readAccounts, takeOver, verifyCopy, writeAccounts } from './account-file-tasks.ts';
import { AccountFiles } from './account-files.ts';
import { KeycloakLinks } from './keycloak-links.ts';
import { ProfileStore } from './profile-store.ts';
import { SERVICES_SCHEMA } from './services-schema.ts';

let folder: string;
let open: Sqlite[];
let merged: unknown[];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'signalbox-account-files-'));
  open = [];
  merged = [];
});
afterEach(() => {
  for (const database of open) database.close();
  rmSync(folder, { recursive: true });
});

/** The same functions, in this thread. */
const byName: Readonly<Record<string, (argument: never) => Promise<unknown>>> = {
  mergeAccountFile,
  readAccounts,
  takeOver,
  verifyCopy,
  writeAccounts,
};
const pool = {
  run: async (task: { readonly name: string }, argument: never) => await byName[task.name]!(argument),
} as unknown as Pick<ThreadPool, 'run'>;

function place(name: string) {
  const file = join(folder, name);
  const database = openAccounts(SqliteDatabase, file, SERVICES_SCHEMA);
  open.push(database);
  const store = new AccountStore(database, () => 1_000);
  const files = new AccountFiles({
    database,
    file,
    dataDir: folder,
    pool,
    writes: new WriteTurn(database),
    now: () => 4_000,
    bots: ['OpServ'],
    onMerged: async (found) => void merged.push(found),
  });
  return { database, store, files, file };
}

/** An account with something in every table. */
function fill({ database, store }: ReturnType<typeof place>, name: string): void {
  const verifiers = { argon2id: `$argon2id$${name}`, scram: `SCRAM-SHA-256$1:${name}` };
  store.create({ name, email: `${name}@example.net`, verifiers, network: '192.0.2.1' });
  const account = store.get(name);
  store.giveNick(account, `${name}|away`);
  store.facts.giveFingerprint(account, Buffer.from(name).toString('hex').padStart(64, '0'));
  store.decoySecret();
  const profiles = new ProfileStore(database, () => 2_000, HERE_ALONE);
  profiles.set(account, 'info', `I am ${name} “é”`);
  profiles.addMask(account, `*@${name}.example.net`);
  new ChannelStore(database, store, () => 3_000).register(`#${name}`, name, 900);
}

/** Every row of every table, with the names of accounts for their numbers, which are given anew. */
function contents(database: Sqlite): Record<string, unknown[]> {
  const accounts = database.prepare('SELECT id, name FROM accounts').all() as { id: number; name: string }[];
  const named = new Map(accounts.map(({ id, name }) => [id, name]));
  const withNames = (table: string, row: Record<string, unknown>) =>
    Object.fromEntries(
      Object.entries(row).map(([column, cell]) => {
        const isAccount = ['account', 'founder', table === 'accounts' ? 'id' : ''].includes(column);
        return [column, isAccount ? (named.get(cell as number) ?? cell) : cell];
      }),
    );
  const names = database
    .prepare("SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite@_%' ESCAPE '@'")
    .pluck()
    .all() as string[];
  return Object.fromEntries(
    names.map((name) => {
      const rows = database.prepare(`SELECT * FROM ${name}`).all() as Record<string, unknown>[];
      return [name, rows.map((row) => withNames(name, row))];
    }),
  );
}

it('all of them, to the last byte, into an empty database', async () => {
  const here = place('here.db');
  fill(here, 'ann');
  fill(here, 'bob');
  const { file, accounts } = await here.files.export('out.json');
  expect([file, accounts]).toEqual([join(folder, 'out.json'), 2]);
  expect(statSync(file).mode & 0o777).toBe(0o600);
  await expect(here.files.export('out.json')).rejects.toMatchObject({ code: 'conflict' });
  const there = place('there.db');
  expect(await there.files.import('out.json', false)).toEqual({
    ...{ read: 2, accounts: 2, channels: 2, format: 'signalbox', came: '', left: '' },
  });
  expect(contents(there.database)).toEqual(contents(here.database));
  expect(merged).toEqual([{ accounts: 2, channels: ['#ann', '#bob'] }]);
});

/** Whatever there may be of an account beyond its name. */
const kept = fc.record({
  credential: fc.constantFrom('own', 'foreign', 'none'),
  level: fc.nat({ max: 1_000 }),
  flags: fc.constantFrom('', 'n', 'hn'),
  text: fc.string({ unit: 'binary', maxLength: 40 }),
  link: fc.option(fc.record({ passwordAt: fc.option(fc.nat()), level: fc.option(fc.nat({ max: 1_000 })) })),
  suspended: fc.constantFrom(null, 'oper', 'Keycloak'),
});

it('whatever is kept of accounts: hashes of other programs, levels, users of Keycloak', async () => {
  let round = 0;
  await fc.assert(
    fc.asyncProperty(fc.array(kept, { minLength: 1, maxLength: 4 }), async (all) => {
      round++;
      const here = place(`here-${round}.db`);
      const links = new KeycloakLinks(here.database, () => 4_000);
      const profiles = new ProfileStore(here.database, () => 2_000, HERE_ALONE);
      for (const [index, { credential, level, flags, text, link, suspended }] of all.entries()) {
        const name = `user${index}`;
        const verifiers = { argon2id: `$argon2id$${text}`, scram: `SCRAM-SHA-256$1:${text}` };
        const made = { name, email: text === '' ? null : text, network: null };
        here.store.create({ ...made, verifiers: credential === 'own' ? verifiers : null });
        const account = here.store.get(name);
        if (credential === 'foreign') here.store.facts.setForeignHash(account, `$1$${text}`);
        profiles.setLevel(account, level);
        profiles.set(account, 'flags', flags);
        profiles.set(account, 'info', text);
        if (suspended !== null) here.store.suspend(account, text, suspended);
        if (link === null) continue;
        links.link(account, `id-${index}`, `${name}-there`);
        links.setPasswordAt(account, link.passwordAt);
        if (link.level !== null) links.setLevel(account, link.level);
      }
      await here.files.export(`out-${round}.json`);
      const there = place(`there-${round}.db`);
      await there.files.import(`out-${round}.json`, false);
      expect(contents(there.database)).toEqual(contents(here.database));
    }),
    { numRuns: 12 },
  );
});

it('none whose user of Keycloak has another account here: it would be nobody’s', async () => {
  const here = place('here.db');
  const there = place('there.db');
  for (const name of ['ann', 'bob']) fill(here, name);
  fill(there, 'dan');
  new KeycloakLinks(here.database, () => 1).link(here.store.get('ann'), 'id-1', 'ann');
  new KeycloakLinks(there.database, () => 1).link(there.store.get('dan'), 'id-1', 'ann');
  await here.files.export('out.json');
  expect(await there.files.import('out.json', false)).toMatchObject({ read: 2, accounts: 1, channels: 1 });
  const fresh = new AccountStore(there.database, () => 1);
  expect([fresh.find('ann'), fresh.find('bob')?.name, fresh.find('dan')?.name]).toEqual([
    undefined,
    'bob',
    'dan',
  ]);
});

it('only those that are not known, and nothing where it is only tried', async () => {
  const here = place('here.db');
  for (const name of ['ann', 'bob', 'cat']) fill(here, name);
  await here.files.export('out.json');
  const there = place('there.db');
  fill(there, 'dan');
  there.store.giveNick(there.store.get('dan'), 'cat');
  fill(there, 'ann');
  there.store.facts.setEmail(there.store.get('ann'), 'mine@example.net');
  const before = contents(there.database);
  expect(await there.files.import('out.json', true)).toMatchObject({ read: 3, accounts: 1, channels: 1 });
  expect([contents(there.database), merged]).toEqual([before, []]);
  expect(await there.files.import('out.json', false)).toMatchObject({ read: 3, accounts: 1, channels: 1 });
  const fresh = new AccountStore(there.database, () => 1);
  expect(fresh.get('ann').email).toBe('mine@example.net');
  expect(fresh.credential(fresh.get('bob'), 'argon2id')).toBe('$argon2id$bob');
  expect(new ProfileStore(there.database, () => 1, HERE_ALONE).of(fresh.get('bob')).info).toBe(
    'I am bob “é”',
  );
  expect(fresh.find('cat')).toBeUndefined();
});

it('not one where one of them is wrong, and what is wrong is said', async () => {
  const here = place('here.db');
  for (const name of ['ann', 'bob']) fill(here, name);
  const { file } = await here.files.export('out.json');
  const there = place('there.db');
  const before = contents(there.database);
  type Said = { format: string; version: number; tables: Record<string, Record<string, unknown>[]> };
  const spoiled = async (spoil: (said: Said) => void, why: RegExp) => {
    const said = JSON.parse(readFileSync(file, 'utf8')) as Said;
    spoil(said);
    writeFileSync(join(folder, 'bad.json'), JSON.stringify(said));
    await expect(there.files.import('bad.json', false)).rejects.toMatchObject({
      code: 'bad_request',
      message: expect.stringMatching(why),
    });
    expect(contents(there.database)).toEqual(before);
  };
  await spoiled((said) => (said.format = 'other'), /was not written by the command export/);
  await spoiled((said) => said.version++, /of version/);
  await spoiled(({ tables }) => (tables.accounts![1]!.key = 'ann'), /row 2 of accounts: UNIQUE/);
  await spoiled(({ tables }) => delete tables.accounts![1]!.name, /row 2 of accounts: NOT NULL/);
  await spoiled(({ tables }) => (tables.nicks![0]!.account = 99), /FOREIGN KEY/);
  await spoiled(({ tables }) => (tables.accounts![0]!.admin = true), /row 1 of accounts has a field admin/);
  await spoiled(({ tables }) => (tables.other = []), /a table other/);
  await spoiled(({ tables }) => (tables.accounts![0]!.created = 'soon'), /row 1 of accounts/);
  writeFileSync(join(folder, 'cut.json'), readFileSync(file).subarray(0, 500));
  await expect(there.files.import('cut.json', false)).rejects.toMatchObject({ code: 'bad_request' });
  await expect(there.files.import('none.json', false)).rejects.toMatchObject({ code: 'bad_request' });
});

it('of X3 and of Atheme, with what could not come along; one that was known here stays as it is', async () => {
  const there = place('there.db');
  fill(there, 'bob');
  const before = contents(there.database);
  writeFileSync(join(folder, 'x3.db'), X3_FILE, 'latin1');
  const tried = await there.files.import('x3.db', true);
  expect(contents(there.database)).toEqual(before);
  expect(tried).toMatchObject({ read: 4, accounts: 3, channels: 1, format: 'x3' });
  expect(tried.left).toContain('1 × account (another account is called so here, or has that nick): Bob');
  expect(tried.left).toContain(
    '1 × channel (of its owner: an account of that name here is another one): #closed',
  );
  expect(await there.files.import('x3.db', false)).toEqual(tried);
  const fresh = new AccountStore(there.database, () => 1);
  expect(fresh.get('ann').email).toBe('ann@example.net');
  expect(fresh.passwordHash(fresh.get('Ann'))).toMatchObject({ outdated: true });
  expect(new ProfileStore(there.database, () => 1, HERE_ALONE).of(fresh.get('ann'))).toMatchObject({
    level: 600,
  });
  writeFileSync(join(folder, 'services.db'), ATHEME_FILE, 'latin1');
  expect(await there.files.import('services.db', false)).toMatchObject({
    ...{ read: 2, accounts: 0, channels: 0, format: 'atheme' },
  });
  writeFileSync(join(folder, 'odd.db'), '"NickServ" {\n"ann" ;');
  await expect(there.files.import('odd.db', false)).rejects.toMatchObject({
    ...{ code: 'bad_request', message: expect.stringMatching(/database of X3, line 2: expected/) },
  });
});

it('a copy counts when it was looked at', async () => {
  const here = place('here.db');
  fill(here, 'ann');
  const to = join(folder, 'copy.db');
  expect(await here.files.backup(to, {})).toMatchObject({ file: to, accounts: 1 });
  const damaged = readFileSync(to);
  damaged.fill(0xa5, 4_096, 20_000);
  writeFileSync(to, damaged);
  await expect(verifyCopy({ file: to })).rejects.toThrow();
});

/** When sessions expire, are forgotten, are written again, and how many there may be. */
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { CONTROL_LIMITS } from '../core/limits.ts';
import { SessionStore } from './session-store.ts';

const token = 'a'.repeat(43);
let dir: string;
let file: string;
let now: number;
/** How often a store has looked at the clock. */
let looks = 0;
let warnings: [string, string][];
let stores: SessionStore[];

beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'signalbox-sessions-'));
  file = join(dir, 'sessions.json');
  now = 1_700_000_000_000;
  warnings = [];
  stores = [];
});
afterEach(async () => {
  vi.useRealTimers();
  for (const store of stores) await store.close();
  await rm(dir, { recursive: true });
});

async function open(limits: Partial<typeof CONTROL_LIMITS> = {}, inMemory = false): Promise<SessionStore> {
  const store = await SessionStore.open({
    token,
    limits: { ...CONTROL_LIMITS, ...limits },
    dataDir: inMemory ? null : dir,
    now: () => {
      looks++;
      return now;
    },
    warn: (event, message) => warnings.push([event, message]),
  });
  stores.push(store);
  return store;
}

/** Time passes, for timers and for the clock. */
async function pass(ms: number): Promise<void> {
  now += ms;
  await vi.advanceTimersByTimeAsync(ms);
}

test('a session has what it was opened with, a short id and an end', async () => {
  const store = await open({ sessionSeconds: 10 }, true);
  const { secret, session } = store.begin('Anna', '192.0.2.7', 'operator');
  expect(session).toMatchObject({
    name: 'Anna',
    address: '192.0.2.7',
    role: 'operator',
    createdAt: now,
    expiresAt: now + 10_000,
  });
  expect(session.id).toBe(session.digest.slice(0, 8));
  expect(secret).toMatch(/^[\w-]{43}$/);
  expect(store.all).toEqual([session]);
  expect(store.find(secret)).toBe(session);
  expect(store.find(`${secret}x`)).toBeNull();
  expect(store.find(session.digest)).toBeNull();
});

test('it is over exactly when its time is, whether or not anybody has looked', async () => {
  const store = await open({ sessionSeconds: 10 }, true);
  const { secret } = store.begin('Anna', '192.0.2.7', 'admin');
  now += 9_999;
  expect(store.find(secret)).not.toBeNull();
  now += 1;
  expect(store.find(secret)).toBeNull();
});

test('sessions that expire end one by one, each at its time', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  const store = await open({ sessionSeconds: 10 }, true);
  const ended: string[] = [];
  const begin = (name: string) => {
    const { session } = store.begin(name, '192.0.2.7', 'admin');
    session.onEnd(() => ended.push(name));
    return session;
  };
  begin('Anna');
  await pass(4_000);
  begin('Ben')
    // Who takes it back is not called.
    .onEnd(() => ended.push('not this'))();
  await pass(6_000);
  expect(ended).toEqual([]);
  await pass(1);
  expect(ended).toEqual(['Anna']);
  await pass(4_000);
  expect(ended).toEqual(['Anna', 'Ben']);
  expect(store.all).toEqual([]);
  expect(vi.getTimerCount()).toBe(0);
});

test('whatever the clock did, sessions are looked at again within an hour', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  const store = await open({ sessionSeconds: 1_000_000, sessionCheckMs: 1_000 }, true);
  const { session } = store.begin('Anna', '192.0.2.7', 'admin');
  const ended = vi.fn();
  session.onEnd(ended);
  now += 2_000_000_000;
  await vi.advanceTimersByTimeAsync(999);
  expect(ended).not.toHaveBeenCalled();
  await vi.advanceTimersByTimeAsync(1);
  expect(ended).toHaveBeenCalledOnce();
});

test('nothing is looked at before the first session can have expired', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  const store = await open({ sessionSeconds: 10 }, true);
  store.begin('Anna', '192.0.2.7', 'admin');
  looks = 0;
  await pass(9_999);
  expect(looks).toBe(0);
});

test('one timer watches them all, and none is left once the store is closed', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  const store = await open({ sessionSeconds: 10 }, true);
  expect(vi.getTimerCount()).toBe(0);
  for (const name of ['Anna', 'Ben']) store.begin(name, '192.0.2.7', 'admin');
  expect(vi.getTimerCount()).toBe(1);
  await store.close();
  expect(vi.getTimerCount()).toBe(0);
});

test('what has to be forgotten has a timer until the store is closed, and nothing else has', async () => {
  const store = await open({ sessionSeconds: 10 });
  store.begin('Anna', '192.0.2.7', 'admin');
  await store.close();
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  const early = await open();
  // It watches for the end of Anna's session.
  expect([early.all.length, vi.getTimerCount()]).toEqual([1, 1]);
  await early.close();
  now += 10_000;
  const late = await open();
  expect([late.all.length, vi.getTimerCount()]).toEqual([0, 1]);
  await late.close();
  expect(vi.getTimerCount()).toBe(0);
});

test('one that cannot be written to the end leaves no timer either', async () => {
  const store = await open();
  await mkdir(file);
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  await store.end(store.begin('Anna', '192.0.2.7', 'admin').session);
  expect(vi.getTimerCount()).toBeGreaterThan(0);
  await store.close();
  expect([warnings.map(([event]) => event), vi.getTimerCount()]).toEqual([['sessions_unsaved'], 0]);
});

test('what had expired opens nothing any more once its day is over, whatever the clock says then', async () => {
  const store = await open({ sessionSeconds: 10 });
  const { secret } = store.begin('Anna', '192.0.2.7', 'admin');
  await store.close();
  now += 60_000;
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  const [first, second] = [
    await open({ sessionDormantSeconds: 100 }),
    await open({ sessionDormantSeconds: 100 }),
  ];
  await vi.advanceTimersByTimeAsync(99_999);
  now -= 60_000;
  expect(first.find(secret)).not.toBeNull();
  await vi.advanceTimersByTimeAsync(1);
  expect(second.find(secret)).toBeNull();
});

test('a store that nobody logged in to leaves no file', async () => {
  await (await open()).close();
  expect(await readdir(dir)).toEqual([]);
});

test('beyond the limit the oldest is ended', async () => {
  const store = await open({ sessions: 2 }, true);
  const ended: string[] = [];
  for (const name of ['Anna', 'Ben', 'Cleo', 'Dora'])
    store.begin(name, '192.0.2.7', 'admin').session.onEnd(() => ended.push(name));
  expect(ended).toEqual(['Anna', 'Ben']);
  expect(store.all.map(({ name }) => name)).toEqual(['Cleo', 'Dora']);
});

test('ending one that has ended, or is of another store, does nothing', async () => {
  const [store, other] = [await open({}, true), await open({}, true)];
  const { session } = store.begin('Anna', '192.0.2.7', 'admin');
  const ended = vi.fn();
  session.onEnd(ended);
  await other.end(session);
  expect(ended).not.toHaveBeenCalled();
  await store.end(session);
  await store.end(session);
  expect(ended).toHaveBeenCalledOnce();
});

test('the file has every session as it is, and nothing else', async () => {
  const store = await open();
  const { session } = store.begin('Anna', '192.0.2.7', 'viewer');
  await store.close();
  expect(JSON.parse(await readFile(file, 'utf8'))).toEqual({
    version: 1,
    tokenMark: expect.stringMatching(/^[0-9a-f]{64}$/),
    sessions: [
      {
        digest: session.digest,
        name: 'Anna',
        address: '192.0.2.7',
        role: 'viewer',
        createdAt: now,
        expiresAt: now + CONTROL_LIMITS.sessionSeconds * 1_000,
      },
    ],
  });
});

test.each([
  ['that is too long', (text: string) => `${text}${' '.repeat(2_000)}`],
  ['of another version', (text: string) => text.replace('"version":1', '"version":2')],
  ['with a digest that is none', (text: string) => text.replace(/"digest":"[0-9a-f]/, '"digest":"x')],
  ['with a digest that is too long', (text: string) => text.replace(/"digest":"/, '"digest":"0')],
  ['with a role that does not exist', (text: string) => text.replace('"admin"', '"root"')],
])('a file %s ends its sessions, and that is said once with its path', async (_, change) => {
  const store = await open();
  const { secret } = store.begin('Anna', '192.0.2.7', 'admin');
  await store.close();
  await writeFile(file, change(await readFile(file, 'utf8')));
  const next = await open({ sessionFileBytes: 2_000 });
  expect(next.find(secret)).toBeNull();
  expect(warnings).toEqual([
    ['sessions_unreadable', `${file} cannot be used, so every browser has to log in again.`],
  ]);
});

test('a folder without a file is no news, and a file for another token neither', async () => {
  await open();
  const store = await open();
  store.begin('Anna', '192.0.2.7', 'admin');
  await store.close();
  await writeFile(file, (await readFile(file, 'utf8')).replace(/"tokenMark":"./, '"tokenMark":"x'));
  expect((await open()).all).toEqual([]);
  expect(warnings).toEqual([]);
});

test('logins that had expired are forgotten when their day is over, not before, and the file follows', async () => {
  const store = await open({ sessionSeconds: 10 });
  store.begin('Anna', '192.0.2.7', 'admin');
  await store.close();
  now += 60_000;
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  const next = await open({ sessionDormantSeconds: 100 });
  await vi.advanceTimersByTimeAsync(99_999);
  const { session } = next.begin('Ben', '192.0.2.8', 'admin');
  vi.useRealTimers();
  await vi.waitFor(async () => expect(await readFile(file, 'utf8')).toContain('Ben'));
  expect(await readFile(file, 'utf8')).toContain('Anna');
  await next.end(session);
});

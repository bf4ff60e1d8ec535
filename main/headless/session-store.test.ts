import { chmod, mkdir, mkdtemp, readFile, rename, rm, rmdir, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { RecordingClock } from '../../kit/recording-clock.ts';
import { CONTROL_LIMITS } from '../core/limits.ts';
import { SessionStore } from './session-store.ts';

const DAY_MS = 86_400_000;
const token = 'a'.repeat(43);
let dir: string;
let file: string;
let now: number;
let warnings: string[];
let stores: SessionStore[];

beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'signalbox-sessions-'));
  file = join(dir, 'sessions.json');
  now = 1_700_000_000_000;
  warnings = [];
  stores = [];
});
afterEach(async () => {
  for (const store of stores) await store.close();
  await rm(dir, { recursive: true });
});

async function open(withToken = token, limits = CONTROL_LIMITS): Promise<SessionStore> {
  const store = await SessionStore.open({
    token: withToken,
    limits,
    dataDir: dir,
    now: () => now,
    warn: (event) => warnings.push(event),
  });
  stores.push(store);
  return store;
}

test('a session survives a restart with its name, and its cookie stands in no file', async () => {
  const store = await open();
  const { secret } = store.begin('Anna', '192.0.2.7', 'admin');
  await store.close();
  const text = await readFile(file, 'utf8');
  expect(text).not.toContain(secret);
  expect(text).not.toContain(token);
  expect((await stat(file)).mode & 0o777).toBe(0o600);
  const next = await open();
  // It is one of those that are open before its browser is back.
  expect(next.all.map(({ name }) => name)).toEqual(['Anna']);
  expect(next.find(secret)).toMatchObject({ name: 'Anna', address: '192.0.2.7' });
});

test('a session that was ended does not come back with a restart', async () => {
  const store = await open();
  const { secret, session } = store.begin('Anna', '192.0.2.7', 'admin');
  await store.end(session);
  expect((await open()).find(secret)).toBeNull();
});

test('another token ends every session', async () => {
  const store = await open();
  const { secret } = store.begin('Anna', '192.0.2.7', 'admin');
  await store.close();
  expect((await open('b'.repeat(43))).find(secret)).toBeNull();
});

test.each([
  '',
  'nonsense',
  '{"version":2}',
  '{"version":1,"tokenMark":"x","sessions":[{}]}',
  'x'.repeat(2_000_000),
])('a damaged file costs logins and not the start (%#)', async (text) => {
  await writeFile(file, text);
  const store = await open();
  expect(store.all).toEqual([]);
  expect(warnings).toEqual(['sessions_unreadable']);
  const { secret } = store.begin('Anna', '192.0.2.7', 'admin');
  expect(store.find(secret)).not.toBeNull();
});

test('what cannot be written holds until the restart, is said once, and is written when it can be', async () => {
  await mkdir(file);
  const store = await open(token, { ...CONTROL_LIMITS, sessionRetryMs: 5 });
  expect(warnings).toEqual(['sessions_unreadable']);
  const { secret, session } = store.begin('Anna', '192.0.2.7', 'admin');
  expect(store.find(secret)).not.toBeNull();
  await store.end(session);
  expect(warnings).toEqual(['sessions_unreadable', 'sessions_unsaved']);
  await rmdir(file);
  await vi.waitFor(async () => expect((await stat(file)).isFile()).toBe(true));
});

test('what could not be written is written at the end, so that a session that was ended does not come back', async () => {
  const store = await open();
  const { secret, session } = store.begin('Anna', '192.0.2.7', 'admin');
  await store.close();
  await rename(file, `${file}.away`);
  await mkdir(file);
  await store.end(session);
  expect(warnings).toEqual(['sessions_unsaved']);
  await rmdir(file);
  await rename(`${file}.away`, file);
  await store.close();
  expect((await open()).find(secret)).toBeNull();
});

test('a session that expires ends its connections by itself', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  try {
    const store = new SessionStore({
      token,
      limits: { ...CONTROL_LIMITS, sessionSeconds: 10 },
      dataDir: null,
      now: () => now,
      warn() {},
    });
    const { session } = store.begin('Anna', '192.0.2.7', 'admin');
    let ended = 0;
    session.onEnd(() => ended++);
    now += 9_000;
    await vi.advanceTimersByTimeAsync(9_000);
    expect(ended).toBe(0);
    now += 1_001;
    await vi.advanceTimersByTimeAsync(1_001);
    expect(ended).toBe(1);
    await store.close();
  } finally {
    vi.useRealTimers();
  }
});

test('a clock that is 40 days ahead for a moment ends no session', async () => {
  let wall = now;
  let uptime = 0;
  const clock = new RecordingClock(
    () => wall,
    () => uptime,
  );
  const store = new SessionStore({
    token,
    limits: CONTROL_LIMITS,
    dataDir: null,
    now: () => clock.read().now,
    warn() {},
  });
  stores.push(store);
  const { secret } = store.begin('Anna', '192.0.2.7', 'admin');
  wall += 40 * DAY_MS;
  expect(store.find(secret)).not.toBeNull();
  uptime += 5_000;
  wall = now + uptime;
  expect(store.find(secret)).not.toBeNull();
  // Time itself is what ends it.
  uptime += CONTROL_LIMITS.sessionSeconds * 1000;
  wall = now + uptime;
  expect(store.find(secret)).toBeNull();
});

test('a start while the clock is 40 days ahead costs no login once it is right again', async () => {
  const store = await open();
  const { secret } = store.begin('Anna', '192.0.2.7', 'admin');
  await store.close();
  now += 40 * DAY_MS;
  const wrong = await open();
  expect([wrong.find(secret), wrong.all]).toEqual([null, []]);
  // Somebody logs in meanwhile, which writes the file.
  await wrong.end(wrong.begin('Ben', '192.0.2.8', 'admin').session);
  now -= 40 * DAY_MS;
  expect(wrong.find(secret)).toMatchObject({ name: 'Anna' });
  // From here on it is open as any other: it can be found again, seen and ended.
  expect(wrong.find(secret)).toMatchObject({ name: 'Anna' });
  expect(wrong.all.map(({ name }) => name)).toEqual(['Anna']);
  await wrong.end(wrong.begin('Cleo', '192.0.2.9', 'admin').session);
  await wrong.close();
  expect((await open()).find(secret)).toMatchObject({ name: 'Anna' });
});

test('logins that had expired at the start are forgotten after a day', async () => {
  const store = await open();
  store.begin('Anna', '192.0.2.7', 'admin');
  await store.close();
  now += 40 * DAY_MS;
  await open(token, { ...CONTROL_LIMITS, sessionDormantSeconds: 0 });
  await vi.waitFor(async () => expect(await readFile(file, 'utf8')).not.toContain('Anna'));
});

test('a file that others could read is closed to them with the next write', async () => {
  const store = await open();
  await store.end(store.begin('Anna', '192.0.2.7', 'admin').session);
  await chmod(file, 0o644);
  await store.end(store.begin('Ben', '192.0.2.8', 'admin').session);
  expect((await stat(file)).mode & 0o777).toBe(0o600);
});

test('a session of a file that says nothing of roles goes on as the admin that it was', async () => {
  const store = await open();
  const { secret } = store.begin('Anna', '192.0.2.7', 'viewer');
  await store.close();
  expect((await open()).find(secret)).toMatchObject({ role: 'viewer' });
  const kept = JSON.parse(await readFile(file, 'utf8')) as { sessions: { role?: string }[] };
  for (const session of kept.sessions) delete session.role;
  await writeFile(file, JSON.stringify(kept));
  expect((await open()).find(secret)).toMatchObject({ name: 'Anna', role: 'admin' });
});

test('logins are counted against how many may be, those that went for newer ones too, and their way to the disk', async () => {
  const store = await open(token, { ...CONTROL_LIMITS, sessions: 2 });
  for (const name of ['Anna', 'Bob', 'Cleo']) store.begin(name, '192.0.2.7', 'admin');
  expect(store.counts).toEqual({ depth: 2, capacity: 2, completed: 3, rejected: 1 });
  expect(store.writes).toMatchObject({ depth: 3, submitted: 3 });
  await store.close();
  expect(store.writes).toMatchObject({ depth: 0, completed: 3 });
  const inMemory = new SessionStore({
    token,
    limits: CONTROL_LIMITS,
    dataDir: null,
    now: () => now,
    warn() {},
  });
  expect(inMemory.writes).toEqual({ depth: 0, submitted: 0, completed: 0, batches: 0 });
});

/** The lock under which one start at a time looks for who holds a folder. */
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { CONTROL_LIMITS } from '../limits.ts';
import { type Claim, claimSocketPath, renewSocketPath } from './instance-claim.ts';

let dir: string;
let lock: string;
let server: Server;
let made: Claim | null;

beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'signalbox-takeover-'));
  lock = join(dir, 'control.lock');
  server = createServer();
  made = null;
});
afterEach(async () => {
  vi.restoreAllMocks();
  made?.lock.close();
  server.close();
  await rm(dir, { recursive: true });
});

async function claim(takeoverLockMs: number): Promise<void> {
  const limits = { ...CONTROL_LIMITS, takeoverLockMs };
  made = await claimSocketPath({ dataDir: dir, server, record: null, limits, say: () => {} });
}

const NEVER = 1_000_000;

test.each<[string, () => string]>([
  ['of a process that lives', () => String(process.ppid)],
  ['whose owner has not written its number yet', () => ''],
  ['with something else in it', () => 'x1'],
])('a lock %s is waited for, until it is given back', async (_, text) => {
  await writeFile(lock, text());
  const waits = vi.spyOn(globalThis, 'setTimeout');
  const claiming = claim(NEVER);
  await expect.poll(() => waits.mock.calls.filter(([, ms]) => ms === 25).length).toBeGreaterThan(2);
  expect(made).toBeNull();
  expect(await readFile(lock, 'utf8')).toBe(text());
  await rm(lock);
  await claiming;
  expect(await readdir(dir)).toEqual(['control.sock']);
});

test('a lock of a process that has ended is taken over at once', async () => {
  await writeFile(lock, '999999999');
  await claim(NEVER);
  expect(await readdir(dir)).toEqual(['control.sock']);
});

test('a lock of a process of somebody else is waited for as well', async () => {
  await writeFile(lock, '4711');
  const kill = vi.spyOn(process, 'kill').mockImplementation(() => {
    throw Object.assign(new Error('EPERM'), { code: 'EPERM' });
  });
  const claiming = claim(NEVER);
  await expect.poll(() => kill.mock.calls.length).toBeGreaterThan(2);
  expect(kill).toHaveBeenCalledWith(4711, 0);
  expect(made).toBeNull();
  await rm(lock);
  await claiming;
});

test('a lock that is older than it may be is taken over, whoever has it', async () => {
  await writeFile(lock, String(process.ppid));
  await claim(30);
  expect(await readdir(dir)).toEqual(['control.sock']);
});

test('a socket that is made anew is placed under the lock too, and gives it back', async () => {
  const limits = { ...CONTROL_LIMITS, takeoverLockMs: NEVER };
  await writeFile(lock, '999999999');
  await writeFile(join(dir, 'control.sock'), 'in its place');
  await renewSocketPath({ dataDir: dir, server, record: null, limits, say: () => {} });
  expect(server.listening).toBe(true);
  expect(await readdir(dir)).toEqual(['control.sock']);
});

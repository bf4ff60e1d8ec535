import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { lockName, type ProcessLock, takeProcessLock } from './process-lock.ts';

let dir: string;
let locks: ProcessLock[];

beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'signalbox-lock-'));
  locks = [];
});
afterEach(async () => {
  for (const lock of locks) lock.close();
  await rm(dir, { recursive: true });
});

/** Takes the lock; answers who holds it already, or null. */
async function take(folder: string, platform?: NodeJS.Platform): Promise<number | null> {
  const attempt = await takeProcessLock(folder, platform);
  if ('heldBy' in attempt) return attempt.heldBy;
  locks.push(attempt.lock);
  return null;
}

describe.runIf(process.platform === 'linux')('the lock of a data folder', () => {
  it('is held once, whichever path leads to the folder, and names its process', async () => {
    const link = `${dir}-link`;
    await symlink(dir, link);
    try {
      expect(await take(dir)).toBeNull();
      expect(await take(link)).toBe(process.pid);
      locks[0]?.close();
      locks[0]?.close();
      await expect.poll(() => take(link)).toBeNull();
    } finally {
      await rm(link);
    }
  });

  it('is another one for another folder', async () => {
    const other = await mkdtemp(join(tmpdir(), 'signalbox-lock-'));
    expect([await take(dir), await take(other)]).toEqual([null, null]);
    await rm(other, { recursive: true });
  });

  it('has a name as long as the system allows, because shorter ones differ between versions of Node', async () => {
    expect(await lockName(dir)).toHaveLength(107);
  });

  it.runIf(process.getuid?.() === 0)(
    'is not kept from us by another account that takes its name',
    async () => {
      const code = `require('node:net').createServer().listen('\\0' + process.argv[1], () => console.log('held'))`;
      const stranger = spawn(process.execPath, ['-e', code, await lockName(dir)], {
        uid: 65_534,
        gid: 65_534,
        // It may read nothing of ours, what this process loads first among it.
        env: {},
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      await once(stranger.stdout, 'data');
      try {
        expect(await take(dir)).toBeNull();
      } finally {
        stranger.kill('SIGKILL');
        await once(stranger, 'exit');
      }
    },
  );
});

it('is passed over where the system has none', async () => {
  expect([await take(dir, 'darwin'), await take(dir, 'darwin')]).toEqual([null, null]);
});

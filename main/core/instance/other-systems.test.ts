/** What is done on systems without /proc and without Unix sockets. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { localSocketPath } from './instance-claim.ts';
import { livingRecord, ownRecord, writeRecord } from './instance-record.ts';

const { platform } = process;
let dir: string;

function pretend(system: NodeJS.Platform): void {
  Object.defineProperty(process, 'platform', { value: system });
}
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'signalbox-systems-'));
});
afterEach(async () => {
  pretend(platform);
  await rm(dir, { recursive: true });
});

test('on Windows an instance listens on a pipe that its folder names', () => {
  pretend('win32');
  const path = localSocketPath(dir);
  expect(path).toMatch(/^\\\\\.\\pipe\\signalbox-[0-9a-f]{16}$/);
  expect(localSocketPath(dir)).toBe(path);
  expect(localSocketPath(join(dir, 'other'))).not.toBe(path);
});

const HAS_PS = existsSync('/bin/ps') || existsSync('/usr/bin/ps');

describe.runIf(HAS_PS)('without /proc a process is told by ps', () => {
  beforeEach(() => pretend('darwin'));

  test('one that lives by when it started', async () => {
    const record = (await ownRecord('headless'))!;
    expect(record).toEqual({
      pid: process.pid,
      host: 'headless',
      started: expect.stringMatching(/^\w{3} \w{3} \d{1,2} \d\d:\d\d:\d\d \d{4}$/),
    });
    await writeRecord(dir, record);
    expect(await livingRecord(dir)).toEqual(record);
    await writeRecord(dir, { ...record, started: 'Thu Jan 1 00:00:00 1970' });
    expect(await livingRecord(dir)).toBeNull();
  });

  test('one that has ended is not there', async () => {
    const record = (await ownRecord('headless'))!;
    await writeRecord(dir, { ...record, pid: 999_999_999 });
    expect(await livingRecord(dir)).toBeNull();
  });

  test('one that was killed and not asked for yet holds nothing', async () => {
    // The shell has become a program that never asks for its child.
    const parent = spawn('sh', ['-c', 'sleep 0 & echo $!; exec sleep 60'], {
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    try {
      const [text] = await once(parent.stdout, 'data');
      const pid = Number(String(text));
      const { started } = (await ownRecord('x'))!;
      await expect
        .poll(async () => {
          await writeRecord(dir, { pid, started, host: 'x' });
          return await livingRecord(dir);
        })
        .toBeNull();
    } finally {
      parent.kill('SIGKILL');
    }
  });
});

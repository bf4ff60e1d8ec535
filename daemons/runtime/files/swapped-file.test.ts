import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished, vi } from 'vitest';
import { readTextFile } from './bounded-file.ts';

vi.mock('node:fs/promises', async (original) => {
  const real = await original<typeof import('node:fs/promises')>();
  return {
    ...real,
    /** Looks, and puts a pipe in the place of what it saw. */
    stat: async (path: string) => {
      const found = await real.stat(path);
      rmSync(path);
      execFileSync('mkfifo', [path]);
      return found;
    },
  };
});

it('does not wait for a pipe that has come in the place of a file just after it was looked at', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'signalbox-swapped-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const file = join(folder, 'a');
  writeFileSync(file, 'text');
  await expect(readTextFile(file, 100)).rejects.toThrow('is a pipe, not a regular file');
});

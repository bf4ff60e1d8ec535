/** Why a file cannot be used, in words for whoever named it. The system's errors are made up here: root may read everything. */
import type { Stats } from 'node:fs';
import { afterEach, expect, it, vi } from 'vitest';

const state = { error: null as Error | null, size: 0, reads: [] as number[], opened: 0, closed: 0 };
const stats = () => ({ isDirectory: () => false, isFile: () => true, size: state.size }) as unknown as Stats;
vi.mock('node:fs/promises', async (original) => ({
  ...(await original<typeof import('node:fs/promises')>()),
  stat: async () => {
    if (state.error !== null) throw state.error;
    return stats();
  },
  open: async () => {
    state.opened++;
    return {
      stat: async () => stats(),
      read: async (buffer: Buffer, at: number) => {
        const bytesRead = state.reads.shift() ?? 0;
        buffer.fill(97 + state.reads.length, at, at + bytesRead);
        return { bytesRead };
      },
      close: async () => {
        state.closed++;
      },
    };
  },
}));
const { FileProblem, readBoundedFile } = await import('./bounded-file.ts');

afterEach(() => {
  Object.assign(state, { error: null, size: 0, reads: [], opened: 0, closed: 0 });
});

it.each([
  ['ENOENT', 'does not exist'],
  ['ENOTDIR', 'does not exist: a part of its path is no folder'],
  ['EACCES', 'may not be read by this user'],
  ['EPERM', 'may not be read by this user'],
  ['EISDIR', 'is a folder'],
  ['ELOOP', 'is a link that leads in a circle'],
  ['EIO', 'cannot be read (EIO: the disk is broken)'],
])('for %s', async (code, words) => {
  state.error = Object.assign(new Error(`${code}: the disk is broken`), { code });
  const problem = await readBoundedFile('x', 10).catch((error: unknown) => error);
  expect(problem).toBeInstanceOf(FileProblem);
  expect(problem).toMatchObject({ name: 'FileProblem', message: words, line: null, cause: state.error });
});

it('for an error without a code', async () => {
  state.error = new Error('odd');
  await expect(readBoundedFile('x', 10)).rejects.toThrow('cannot be read (odd)');
});

it('is read to its end, in as many pieces as the system gives, and closed', async () => {
  state.reads = [3, 2];
  expect(String(await readBoundedFile('x', 10))).toBe('bbbaa');
  expect([state.opened, state.closed]).toEqual([1, 1]);
});

it('is refused when it grew past its limit while it was read, and closed', async () => {
  state.reads = [6, 5];
  await expect(readBoundedFile('x', 10)).rejects.toThrow('has more than 10 bytes, the limit is 10');
  expect([state.opened, state.closed]).toEqual([1, 1]);
  state.reads = [6, 4];
  expect(await readBoundedFile('x', 10)).toHaveLength(10);
});

it('is not opened when it is too long already', async () => {
  state.size = 11;
  await expect(readBoundedFile('x', 10)).rejects.toThrow('has 11 bytes, the limit is 10');
  expect(state.opened).toBe(0);
});

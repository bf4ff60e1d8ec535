import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { replaceFile, SavedFile } from './saved-file.ts';

const synced: string[] = [];
vi.mock('node:fs/promises', async (original) => {
  const actual = await original<typeof import('node:fs/promises')>();
  return {
    ...actual,
    open: async (path: string, ...rest: [string, number?]) => {
      const file = await actual.open(path, ...rest);
      const sync = file.sync.bind(file);
      file.sync = async () => {
        synced.push(path);
        await sync();
      };
      return file;
    },
  };
});

let directory: string;
let path: string;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'signalbox-saved-'));
  path = join(directory, 'list.json');
});
afterEach(() => rm(directory, { recursive: true }));

it('replaces a file, for its owner only, and leaves no other behind', async () => {
  await writeFile(path, 'old', { mode: 0o644 });
  await replaceFile(path, 'new');
  expect(await readFile(path, 'utf8')).toBe('new');
  if (process.platform !== 'win32') expect((await stat(path)).mode & 0o777).toBe(0o600);
  expect(await readdir(directory)).toEqual(['list.json']);
});

it('leaves the old file and nothing else when it cannot be replaced', async () => {
  await mkdir(join(path, 'in-the-way'), { recursive: true });
  await expect(replaceFile(path, 'new')).rejects.toThrow();
  expect(await readdir(directory)).toEqual(['list.json']);
});

it('joins saves during a write into one with the newest text', async () => {
  const file = new SavedFile(path);
  const asked: number[] = [];
  const saves = [1, 2, 3, 4].map((n) =>
    file.save(() => {
      asked.push(n);
      return String(n);
    }),
  );
  await Promise.all(saves);
  expect(await readFile(path, 'utf8')).toBe('4');
  expect(asked).toEqual([4]);
  await file.save(() => '5');
  expect(await readFile(path, 'utf8')).toBe('5');
});

it('tries again after a write that failed', async () => {
  const file = new SavedFile(join(directory, 'missing', 'list.json'));
  await expect(file.save(() => 'lost')).rejects.toThrow('ENOENT');
  await file.settled();
  await mkdir(join(directory, 'missing'));
  await file.save(() => 'kept');
  expect(await readFile(file.path, 'utf8')).toBe('kept');
});

it('is settled when the last save is on disk', async () => {
  const file = new SavedFile(path);
  void file.save(() => 'one');
  await file.settled();
  expect(await readFile(path, 'utf8')).toBe('one');
});

it('has the file on disk, and then its name, before it says so', async () => {
  synced.length = 0;
  await replaceFile(path, 'new');
  expect(synced).toEqual([`${path}.${process.pid}.new`, directory]);
});

it('counts what waits for the disk, what is there, and in how many writes', async () => {
  const file = new SavedFile(path);
  const first = file.save(() => '1');
  const second = file.save(() => '2');
  expect(file.counts).toEqual({ depth: 2, submitted: 2, completed: 0, batches: 0 });
  await Promise.all([first, second]);
  expect(file.counts).toEqual({ depth: 0, submitted: 2, completed: 2, batches: 1 });
  await rm(path);
  await mkdir(join(path, 'in-the-way'), { recursive: true });
  await expect(file.save(() => '3')).rejects.toThrow();
  expect(file.counts).toEqual({ depth: 0, submitted: 3, completed: 2, batches: 2 });
});

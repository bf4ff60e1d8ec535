/** Files that are sent to many and read once. */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { KeptFiles } from './kept-files.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'signalbox-kept-'));
});
afterEach(() => rm(folder, { recursive: true }));

async function file(name: string, text: string): Promise<string> {
  await writeFile(join(folder, name), text);
  return join(folder, name);
}

test('a crowd that fetches a file at once shares one copy of it', async () => {
  const kept = new KeptFiles(100);
  const script = await file('app.js', 'export {};');
  const [first, ...others] = await Promise.all(Array.from({ length: 20 }, () => kept.read(script)));
  expect(first?.toString()).toBe('export {};');
  for (const other of [...others, await kept.read(script)]) expect(other).toBe(first);
});

test('a file that was written anew is sent anew', async () => {
  const kept = new KeptFiles(100);
  const page = await file('index.html', 'old');
  await kept.read(page);
  await file('index.html', 'newer');
  expect((await kept.read(page)).toString()).toBe('newer');
});

test('no more is kept than may be, and what does not fit is sent all the same', async () => {
  const kept = new KeptFiles(10);
  const [a, b, large] = [
    await file('a', '123456'),
    await file('b', '123456'),
    await file('c', 'x'.repeat(50)),
  ];
  const first = await kept.read(a);
  expect((await kept.read(large)).length).toBe(50);
  expect(await kept.read(a)).toBe(first);
  const second = await kept.read(b);
  expect(await kept.read(b)).toBe(second);
  expect(await kept.read(a)).not.toBe(first);
});

test('a file that cannot be read is told, and read once it can be', async () => {
  const kept = new KeptFiles(100);
  await expect(kept.read(join(folder, 'later'))).rejects.toMatchObject({ code: 'ENOENT' });
  await expect(kept.read(folder)).rejects.toMatchObject({ code: 'EISDIR' });
  const later = await file('later', 'here');
  expect((await kept.read(later)).toString()).toBe('here');
});

test('a file for which there was no descriptor is read once there is one', async () => {
  let descriptors = 0;
  const kept = new KeptFiles(100, async (name) => {
    if (descriptors === 0) throw Object.assign(new Error('too many open files'), { code: 'EMFILE' });
    return await readFile(name);
  });
  const page = await file('index.html', 'page');
  await expect(kept.read(page)).rejects.toMatchObject({ code: 'EMFILE' });
  descriptors = 1;
  expect((await kept.read(page)).toString()).toBe('page');
});

test('what was answered from memory is counted, what had to be read, and why', async () => {
  const kept = new KeptFiles(10);
  const [a, b] = [await file('a', '123456'), await file('b', '123456')];
  for (const name of [a, a, b]) await kept.read(name);
  await file('b', '12345');
  await kept.read(b);
  await expect(kept.read(folder)).rejects.toThrow();
  expect(kept.counts).toEqual({ depth: 1, hits: 1, misses: 4, failed: 1, evicted: 1, expired: 1 });
});

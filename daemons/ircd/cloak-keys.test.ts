import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { makeCloakKeys, readCloakKeys } from './cloak-keys.ts';
import { limits } from './limits.ts';

let folder: string;
let path: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'signalbox-cloak-'));
  path = join(folder, 'cloak.keys');
});
afterEach(() => rm(folder, { recursive: true }));

const key = (byte: number) => Buffer.alloc(32, byte);

it('is not there at first; the one that is made is read again, by its owner alone', async () => {
  expect(await readCloakKeys(path)).toBeNull();
  const made = await makeCloakKeys(path);
  expect(made.map(({ length }) => length)).toEqual([32]);
  expect(await readCloakKeys(path)).toEqual(made);
  expect((await stat(path)).mode & 0o777).toBe(0o600);
  await rm(path);
  expect(await makeCloakKeys(path)).not.toEqual(made);
});

it('takes keys in order, as openssl and others write them', async () => {
  const lines = ['# old ones below', '', ` ${key(1).toString('base64')} `, key(250).toString('base64url')];
  await writeFile(path, lines.join('\r\n'));
  expect(await readCloakKeys(path)).toEqual([key(1), key(250)]);
});

it.each([
  ['nothing', '# only words\n', 'has no key', null],
  ['a short key', `${key(1).toString('base64')}\n${Buffer.alloc(31).toString('base64')}\n`, 'is no key', 2],
  ['words', 'sesame open\n', 'is no key', 1],
  [
    'too many',
    `${key(1).toString('base64')}\n`.repeat(limits.cloakKeys.default + 1),
    'expected at most',
    null,
  ],
])('refuses a file with %s, without a word of it', async (_what, text, problem, line) => {
  await writeFile(path, text);
  const error = await readCloakKeys(path).catch((thrown) => thrown);
  expect(error).toMatchObject({ name: 'FileProblem', line, message: expect.stringContaining(problem) });
  expect(error.message).not.toContain('sesame');
  expect(await readFile(path, 'utf8')).toBe(text);
});

it('refuses what is no file', async () => {
  await expect(readCloakKeys(folder)).rejects.toMatchObject({ message: 'is a folder' });
});

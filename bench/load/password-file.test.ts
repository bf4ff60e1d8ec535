import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { linkPassword, serverPassword } from './password-file.ts';

let file = '';
let folder = '';

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'load-password-'));
  file = join(folder, 'password');
});
afterAll(() => rm(folder, { recursive: true, force: true }));

test.each([
  ['right', 'right'],
  ['right\n', 'right'],
  ['right\r\n', 'right'],
  [' :two words ', ' :two words '],
  ['größe\n', 'größe'],
  ['x'.repeat(504), 'x'.repeat(504)],
])('%j is the password of a server', async (text, password) => {
  await writeFile(file, text);
  expect(await serverPassword(file)).toBe(password);
});

test.each([
  ['', 'is empty'],
  ['\n', 'is empty'],
  ['\r\n', 'is empty'],
  ['one\ntwo', 'has several lines'],
  ['one\ntwo\n', 'has several lines'],
  ['one\n\n', 'has several lines'],
  ['\none', 'has several lines'],
  ['one\rtwo', 'has several lines'],
  ['a\0b', 'has a NUL in it'],
  ['x'.repeat(505), 'has more than 504 bytes'],
  ['ö'.repeat(253), 'has more than 504 bytes'],
])('%j is none, and what it is instead is said without it', async (text, why) => {
  await writeFile(file, text);
  const error = await serverPassword(file).catch((thrown: unknown) => thrown);
  expect(error).toMatchObject({
    code: 'bad_request',
    message: `--password-file names ${file}, which ${why}. Expected the password of the server on one line.`,
  });
});

test('a file that is not there is named by its option', async () => {
  const missing = join(folder, 'missing');
  for (const [read, option] of [
    [serverPassword, '--password-file'],
    [linkPassword, '--link-password-file'],
  ] as const)
    await expect(read(missing)).rejects.toMatchObject({
      code: 'bad_request',
      message: expect.stringMatching(new RegExp(`^${option} cannot be read: ENOENT`)),
    });
});

test('the password of links is the first line of a file, whatever follows', async () => {
  await writeFile(file, 'right\nwhatever follows\n');
  expect(await linkPassword(file)).toBe('right');
  for (const text of ['', 'two words\n', 'größe\n']) {
    await writeFile(file, text);
    await expect(linkPassword(file)).rejects.toMatchObject({ code: 'bad_request' });
  }
});

/** Where an instance keeps its things, and why it cannot. */
import { mkdir, mkdtemp, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { homedir, tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { SignalboxError } from '../../../contract/errors.ts';
import { makeDataFolder, unusableFolder } from './data-folder.ts';
import { configFileOf, dataDirOf } from './default-paths.ts';

let dir: string;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'signalbox-folder-'));
});
afterEach(() => rm(dir, { recursive: true }));

test('the data folder is what is said, else the one of XDG', () => {
  expect(dataDirOf('some/where', { XDG_DATA_HOME: '/x' })).toBe(resolve('some/where'));
  expect(dataDirOf(undefined, { XDG_DATA_HOME: '/x' })).toBe('/x/signalbox');
  expect(dataDirOf(undefined, {})).toBe(join(homedir(), '.local/share/signalbox'));
});

test('the configuration is what is said, else the one of XDG where it is there, else none', async () => {
  expect(configFileOf('some.toml', { XDG_CONFIG_HOME: dir })).toBe(resolve('some.toml'));
  expect(configFileOf(undefined, { XDG_CONFIG_HOME: dir })).toBeNull();
  await mkdir(join(dir, 'signalbox'));
  await writeFile(join(dir, 'signalbox/signalbox.toml'), '');
  expect(configFileOf(undefined, { XDG_CONFIG_HOME: dir })).toBe(join(dir, 'signalbox/signalbox.toml'));
});

test('it is made with those above it, for its owner only', async () => {
  expect(makeDataFolder(join(dir, 'a/b'))).toEqual([join(dir, 'a'), join(dir, 'a/b')]);
  expect((await stat(join(dir, 'a/b'))).mode & 0o777).toBe(0o700);
  expect(makeDataFolder(join(dir, 'a/b'))).toEqual([]);
});

test('one that cannot be used is refused with the cause, the place and what to do', async () => {
  await writeFile(join(dir, 'file'), '');
  await symlink('loop', join(dir, 'loop'));
  const refusal = (folder: string) => {
    try {
      makeDataFolder(folder);
    } catch (error) {
      return error;
    }
    return null;
  };
  const below = join(dir, 'file/data');
  expect(refusal(below)).toMatchObject({
    code: 'data_unusable',
    message: expect.stringMatching(
      new RegExp(
        `^The data folder ${below} cannot be used: a file is in its place.*ENOTDIR.*\\)\\. Mend it, or name another with --data\\.$`,
      ),
    ),
    detail: { dataDir: below },
  });
  expect(refusal(join(dir, 'x'.repeat(300)))).toMatchObject({
    message: expect.stringContaining('its name is too long'),
  });
  expect(refusal(join(dir, 'loop/x'))).toMatchObject({
    message: expect.stringContaining('its links lead in a circle'),
  });
});

test.each([
  ['EACCES', 'this user may not use it'],
  ['EPERM', 'this user may not use it'],
  ['EEXIST', 'a file is in its place'],
  ['EISDIR', 'a folder is where a file is expected'],
  ['ENOENT', 'it is not there and cannot be made'],
  ['EROFS', 'its file system can only be read'],
])('%s stays until somebody mends it', (code, cause) => {
  const error = Object.assign(new Error(`${code}: in the system’s words, open '/d/x'`), {
    code,
    path: '/d/x',
  });
  expect(unusableFolder('/d', error)).toMatchObject({
    code: 'data_unusable',
    message: `The data folder /d cannot be used: ${cause} at /d/x (${code}: in the system’s words). Mend it, or name another with --data.`,
    cause: error,
  });
  expect(unusableFolder('/d/x', error)).toMatchObject({
    message: expect.stringContaining(`${cause} (${code}`),
  });
});

test('what passes by itself, and what has words already, stays as it is', () => {
  const full = Object.assign(new Error('ENOSPC'), { code: 'ENOSPC' });
  const refused = new SignalboxError('conflict', 'taken');
  const defect = new TypeError('x');
  expect([full, refused, defect].map((error) => unusableFolder('/d', error))).toEqual([
    full,
    refused,
    defect,
  ]);
});

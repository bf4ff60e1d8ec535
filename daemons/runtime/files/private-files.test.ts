import { execFileSync } from 'node:child_process';
import { chmod, mkdir, mkdtemp, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { mendPrivacy } from './private-files.ts';

let dir: string;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'signalbox-private-'));
});
afterEach(() => rm(dir, { recursive: true }));

const modeOf = async (path: string) => (await stat(join(dir, path))).mode & 0o7777;

test('files and folders that an older version left readable are closed to others', async () => {
  await mkdir(join(dir, 'recorder', 'aside'), { recursive: true });
  for (const path of ['token', 'recorder/history.db', 'recorder/history.db-wal', 'recorder/aside/old.db']) {
    await writeFile(join(dir, path), '');
    await chmod(join(dir, path), 0o644);
  }
  for (const path of ['.', 'recorder', 'recorder/aside']) await chmod(join(dir, path), 0o755);
  expect(await mendPrivacy(dir, ['token', 'recorder', 'absent'])).toEqual([]);
  for (const path of ['.', 'recorder', 'recorder/aside'])
    expect([path, await modeOf(path)]).toEqual([path, 0o700]);
  for (const path of ['token', 'recorder/history.db', 'recorder/history.db-wal', 'recorder/aside/old.db']) {
    expect([path, await modeOf(path)]).toEqual([path, 0o600]);
  }
});

test('what is not of the instance, what a link leads to and a folder that all share are left alone', async () => {
  await mkdir(join(dir, 'elsewhere'));
  await mkdir(join(dir, 'shared'));
  await writeFile(join(dir, 'elsewhere', 'file'), '');
  await writeFile(join(dir, 'shared', 'own.txt'), '');
  await chmod(join(dir, 'elsewhere'), 0o755);
  await chmod(join(dir, 'elsewhere', 'file'), 0o644);
  await chmod(join(dir, 'shared', 'own.txt'), 0o644);
  await chmod(join(dir, 'shared'), 0o1777);
  await symlink(join(dir, 'elsewhere'), join(dir, 'shared', 'logs'));
  expect(await mendPrivacy(join(dir, 'shared'), ['logs'])).toEqual([]);
  expect(await modeOf('shared')).toBe(0o1777);
  expect(await modeOf('shared/own.txt')).toBe(0o644);
  expect(await modeOf('elsewhere')).toBe(0o755);
  expect(await modeOf('elsewhere/file')).toBe(0o644);
});

test('what a process makes is private whatever umask it was started with', async () => {
  const module = join(import.meta.dirname, 'private-files.ts');
  const script = `
    import { mkdirSync, writeFileSync } from 'node:fs';
    import { keepFilesPrivate } from '${module}';
    keepFilesPrivate();
    mkdirSync('${dir}/folder');
    writeFileSync('${dir}/folder/file', '');
  `;
  execFileSync('sh', ['-c', 'umask 0; exec "$0" --input-type=module -e "$1"', process.execPath, script]);
  expect(await modeOf('folder')).toBe(0o700);
  expect(await modeOf('folder/file')).toBe(0o600);
});

test('folders are looked into three deep, and what is deeper is left alone', async () => {
  const deep = join(dir, 'recorder', 'a', 'b', 'c');
  await mkdir(deep, { recursive: true });
  const paths = ['recorder/0', 'recorder/a/1', 'recorder/a/b/2', 'recorder/a/b/c/3'];
  for (const path of paths) {
    await writeFile(join(dir, path), '');
    await chmod(join(dir, path), 0o644);
  }
  await chmod(deep, 0o755);
  expect(await mendPrivacy(dir, ['recorder'])).toEqual([]);
  expect(await Promise.all(paths.map(modeOf))).toEqual([0o600, 0o600, 0o600, 0o644]);
  expect(await modeOf('recorder/a/b/c')).toBe(0o700);
});

test('only the rights of others are taken, and only where there are some', async () => {
  for (const [name, mode] of [
    ['owner', 0o400],
    ['group', 0o460],
    ['other', 0o701],
  ] as const) {
    await writeFile(join(dir, name), '');
    await chmod(join(dir, name), mode);
  }
  await mendPrivacy(dir, ['owner', 'group', 'other']);
  expect(await Promise.all(['owner', 'group', 'other'].map(modeOf))).toEqual([0o400, 0o600, 0o600]);
});

test('a home that somebody named as the data folder keeps its rights, what is the instance’s does not', async () => {
  await writeFile(join(dir, 'token'), '');
  await chmod(join(dir, 'token'), 0o644);
  await chmod(dir, 0o755);
  const home = process.env.HOME;
  process.env.HOME = dir;
  try {
    expect(await mendPrivacy(join(dir, '.'), ['token'])).toEqual([]);
  } finally {
    process.env.HOME = home;
  }
  expect([await modeOf('.'), await modeOf('token')]).toEqual([0o755, 0o600]);
});

test('a path that cannot be looked at is named with the cause, and the others are mended', async () => {
  await writeFile(join(dir, 'file'), '');
  await writeFile(join(dir, 'token'), '');
  await chmod(join(dir, 'token'), 0o644);
  expect(await mendPrivacy(dir, ['file/x', 'absent', 'token'])).toEqual([`${join(dir, 'file/x')} (ENOTDIR)`]);
  expect(await modeOf('token')).toBe(0o600);
  await expect(mendPrivacy(join(dir, 'absent'), [])).rejects.toMatchObject({ code: 'ENOENT' });
});

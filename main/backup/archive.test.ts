/** Archives that are damaged, cut off, newer or hostile: each is refused in words, and the data folder stays as it was. */
import { execFileSync } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { mkdir, mkdtemp, readdir, readFile, rm, stat, symlink, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { create } from 'tar';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { DATA_FORMAT, RESTORE_FOLDER, readDataFormat } from '../core/instance/data-format.ts';
import { smallDisk } from '../headless/test-fixtures/small-disk.ts';
import { createBackup } from './create-backup.ts';
import { restoreBackup } from './restore-backup.ts';

let dir: string;
let data: string;
let target: string;
let file: string;
let config: string;

beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'signalbox-archive-'));
  data = join(dir, 'data');
  target = join(dir, 'target');
  file = join(dir, 'backup.tar.gz');
  config = join(dir, 'etc/signalbox.toml');
  await put(data, {
    token: 'secret',
    'ircd/bans.json': '{"bans":[]}',
    'ircd/tls/key.pem': 'a key',
    'journal/00000001.jsonl': 'lines\n',
    'recorder/signalbox.db-wal': 'of the database',
    'recorder/signalbox.db.corrupt-1': 'set aside',
    'logs/main.log': 'not kept',
    'control.lock': '1',
    'ircd/bans.json.42.new': 'half written',
  });
  await put(dir, { 'etc/signalbox.toml': '[ircd]\n' });
  await mkdir(target);
});
afterEach(() => rm(dir, { recursive: true, force: true }));

async function put(folder: string, files: Readonly<Record<string, string>>): Promise<void> {
  for (const [name, text] of Object.entries(files)) {
    await mkdir(dirname(join(folder, name)), { recursive: true });
    await writeFile(join(folder, name), text);
  }
}

const source = () => ({
  dataDir: data,
  configFile: config,
  configCertain: true,
  program: '1.0.0',
  copyDatabase: (to: string) => writeFile(to, 'a copy of the database'),
});
const backup = () => createBackup(source(), file, false);
const restore = (more: { force?: boolean; configFile?: string } = {}) =>
  restoreBackup({
    file,
    dataDir: target,
    configFile: join(dir, 'new/signalbox.toml'),
    force: false,
    ...more,
  });

async function tree(folder: string): Promise<Record<string, string>> {
  const found: Record<string, string> = {};
  for (const entry of await readdir(folder, { withFileTypes: true, recursive: true })) {
    if (!entry.isFile()) continue;
    const path = join(entry.parentPath, entry.name);
    found[path.slice(folder.length + 1)] = await readFile(path, 'utf8');
  }
  return found;
}

const RESTORED = {
  token: 'secret',
  'ircd/bans.json': '{"bans":[]}',
  'ircd/tls/key.pem': 'a key',
  'journal/00000001.jsonl': 'lines\n',
  'recorder/signalbox.db': 'a copy of the database',
};

test('a backup removes what one left that was killed, and packs nothing of it', async () => {
  await put(data, { '.backup-999999999-abcDEF/token': 'gathered', 'recorder/signalbox.db': 'in use' });
  await put(dir, { '.backup.tar.gz.999999999.part': 'half' });
  await backup();
  expect(await readdir(data)).not.toContainEqual(expect.stringContaining('.backup-'));
  expect((await readdir(dir)).filter((name) => name.endsWith('.part'))).toEqual([]);
  await restore();
  expect(await tree(target)).toEqual(RESTORED);
});

test('what an instance is made of comes back, for its owner only; logs, locks and half-written files do not', async () => {
  await put(data, { 'recorder/signalbox.db': 'in use' });
  const result = await backup();
  expect((await stat(file)).mode & 0o777).toBe(0o600);
  expect(await readdir(data)).not.toContainEqual(expect.stringContaining('.backup-'));
  expect(await restore()).toMatchObject({ files: result.files, replaced: null });
  expect(await tree(target)).toEqual(RESTORED);
  expect(await readFile(join(dir, 'new/signalbox.toml'), 'utf8')).toBe('[ircd]\n');
  expect((await stat(join(target, 'ircd/tls/key.pem'))).mode & 0o777).toBe(0o600);
  expect((await stat(join(target, 'ircd/tls'))).mode & 0o777).toBe(0o700);
});

test('the configuration goes back to where it was, and a link in the data folder leads nowhere', async () => {
  await symlink('/etc/passwd', join(data, 'passwd'));
  await backup();
  await rm(config);
  expect(await restore({ configFile: undefined as never })).toMatchObject({ configFile: config });
  expect(await readFile(config, 'utf8')).toBe('[ircd]\n');
  expect(Object.keys(await tree(target))).not.toContain('passwd');
});

test('a configuration in the data folder comes back with it', async () => {
  await put(data, { 'signalbox.toml': '[relay]\n' });
  await createBackup({ ...source(), configFile: join(data, 'signalbox.toml') }, file, false);
  expect(await restore()).toMatchObject({ configFile: join(target, 'signalbox.toml') });
  expect(await readFile(join(target, 'signalbox.toml'), 'utf8')).toBe('[relay]\n');
});

test('logins stay as they are: a backup neither takes them along nor brings ended ones back', async () => {
  await put(data, { 'sessions.json': 'of then' });
  await backup();
  await put(target, { token: 'x', 'sessions.json': 'of now' });
  await restore({ force: true });
  expect(await readFile(join(target, 'sessions.json'), 'utf8')).toBe('of now');
});

test('on a disk that fills up while the last bytes are written, a restore is refused and never cut short', async () => {
  const disk = await smallDisk();
  try {
    await disk.fill();
    await truncate(join(disk.folder, 'filler'), (await stat(join(disk.folder, 'filler'))).size - 65_536);
    let whole = 0;
    for (let bytes = 30_000; bytes < 70_000; bytes += 1_000) {
      await put(data, { 'z.json': randomBytes(bytes / 2).toString('hex') });
      await createBackup({ ...source(), configFile: null }, file, true);
      target = join(disk.folder, 'target');
      await mkdir(target);
      const failure = await restore().then(
        () => null,
        (error: Error) => error,
      );
      if (failure === null) {
        expect((await tree(target))['z.json']).toBe((await tree(data))['z.json']);
        whole++;
      }
      await rm(target, { recursive: true });
    }
    expect(whole).toBeGreaterThan(0);
  } finally {
    await disk.remove();
  }
});

test('nothing is overwritten unless it is forced, and then it is kept', async () => {
  await backup();
  await expect(backup()).rejects.toMatchObject({
    code: 'conflict',
    message: expect.stringContaining('--force'),
  });
  await put(target, { token: 'of another instance', 'logs/main.log': 'stays' });
  const before = await tree(target);
  await expect(restore()).rejects.toMatchObject({
    code: 'conflict',
    message: expect.stringContaining('(token)'),
  });
  expect(await tree(target)).toEqual(before);
  const { replaced } = await restore({ force: true });
  expect(await readFile(join(replaced ?? '', 'token'), 'utf8')).toBe('of another instance');
  expect(await readFile(join(target, 'token'), 'utf8')).toBe('secret');
  expect(await readFile(join(target, 'logs/main.log'), 'utf8')).toBe('stays');
});

test('what is no regular file is never replaced, nor anything of the instance, not even with force', async () => {
  await put(data, { 'recorder/signalbox.db': 'in use' });
  await put(dir, { 'kept.db': 'elsewhere' });
  await symlink(join(dir, 'kept.db'), join(dir, 'link'));
  await symlink(data, join(dir, 'by-another-name'));
  await mkdir(join(dir, 'folder'));
  // Not a device of this machine: without the refusal it would be replaced.
  execFileSync('mkfifo', [join(dir, 'pipe')]);
  const cases: [string, string][] = [
    [join(dir, 'pipe'), 'is a pipe; a backup is a regular file'],
    [join(dir, 'folder'), 'is a folder; a backup is a regular file'],
    [join(dir, 'link'), `is a link to ${join(dir, 'kept.db')}`],
    [join(data, 'recorder/signalbox.db'), 'is in the data folder'],
    [join(data, 'new.tar.gz'), 'is in the data folder'],
    [join(dir, 'by-another-name/new.tar.gz'), 'is in the data folder'],
    [config, 'is a file of this instance'],
  ];
  const before = await tree(dir);
  for (const overwrite of [true, false]) {
    for (const [place, text] of cases) {
      await expect(createBackup(source(), place, overwrite)).rejects.toMatchObject({
        code: 'refused',
        message: expect.stringContaining(text),
      });
    }
  }
  expect((await stat(join(dir, 'pipe'))).isFIFO()).toBe(true);
  expect(await tree(dir)).toEqual(before);
  await put(dir, { 'backup.tar.gz': 'an older one' });
  expect(await createBackup(source(), file, true)).toMatchObject({ file, warnings: [] });
});

test('a database that a link keeps on another disk is not replaced by its own backup', async () => {
  await put(dir, { 'disk/signalbox.db': 'in use' });
  await symlink(join(dir, 'disk/signalbox.db'), join(data, 'recorder/signalbox.db'));
  const place = join(dir, 'disk/signalbox.db');
  await expect(createBackup(source(), place, true)).rejects.toMatchObject({ code: 'refused' });
});

test('a backup that finds a disk full names the disk, where files are copied first or where the backup goes', async () => {
  const full = Object.assign(new Error('ENOSPC: no space left on device, write'), { code: 'ENOSPC' });
  await put(data, { 'recorder/signalbox.db': 'in use' });
  const copying = { ...source(), copyDatabase: () => Promise.reject(full) };
  await expect(createBackup(copying, file, false)).rejects.toMatchObject({
    code: 'unavailable',
    message: expect.stringContaining(`the disk of ${data}, where the files are copied first (ENOSPC)`),
  });
  const disk = await smallDisk();
  try {
    await put(data, { 'z.json': randomBytes(30_000_000).toString('latin1') });
    const place = join(disk.folder, 'backup.tar.gz');
    // A folder of this process's own disk where it may not mount one: that has room.
    const failure = await createBackup(source(), place, false).catch((error: Error) => error.message);
    if (typeof failure === 'string') expect(failure).toContain(`the disk of ${disk.folder} (ENOSPC)`);
    expect(await readdir(data)).not.toContainEqual(expect.stringContaining('.backup-'));
  } finally {
    await disk.remove();
  }
});

test('a configuration that is gone when it is copied is told', async () => {
  await rm(config);
  expect(await backup()).toMatchObject({
    configFile: null,
    warnings: [`The configuration ${config} is not in the backup: the file is not there any more.`],
  });
});

test('another configuration in the way is not overwritten either', async () => {
  await backup();
  const other = join(dir, 'other.toml');
  await writeFile(other, '# mine\n');
  await expect(restore({ configFile: other })).rejects.toMatchObject({ code: 'conflict' });
  expect(await tree(target)).toEqual({});
  await restore({ configFile: other, force: true });
  expect(await readFile(other, 'utf8')).toBe('[ircd]\n');
  const kept = (await readdir(dir)).find((name) => name.startsWith('other.toml.before-restore-'));
  expect(await readFile(join(dir, kept ?? ''), 'utf8')).toBe('# mine\n');
});

test('an archive that is cut off or changed anywhere is refused, and nothing is left of it', async () => {
  await backup();
  const good = await readFile(file);
  const plain = gunzipSync(good);
  const ask = async (bytes: Buffer) => {
    await writeFile(file, bytes);
    await expect(restore()).rejects.toMatchObject({ code: 'data_unusable' });
    expect(await tree(target)).toEqual({});
  };
  await fc.assert(
    fc.asyncProperty(fc.nat(good.length - 1), (length) => ask(good.subarray(0, length))),
    { numRuns: 25 },
  );
  // The text of a file or of the manifest: what only pads a block is not read.
  const places = [plain.indexOf('{"bans":[]}'), plain.indexOf('a key'), plain.indexOf('"sha256"') + 15];
  for (const place of places) {
    const changed = Buffer.from(plain);
    changed[place] = (changed[place] ?? 0) ^ 1;
    await ask(gzipSync(changed));
  }
});

async function archive(
  manifest: Record<string, unknown>,
  files: Readonly<Record<string, string>>,
): Promise<void> {
  const folder = await mkdtemp(join(dir, 'made-'));
  const whole = {
    backup: 1,
    program: '9.0.0',
    dataFormat: DATA_FORMAT,
    time: 0,
    config: null,
    files: [],
    ...manifest,
  };
  await put(folder, { 'manifest.json': JSON.stringify(whole), ...files });
  await create({ cwd: folder, gzip: true, file, portable: true, preservePaths: true }, [
    'manifest.json',
    ...Object.keys(files),
  ]);
}

const entry = (name: string, text: string) => ({
  name,
  size: text.length,
  sha256: createHash('sha256').update(text).digest('hex'),
});

test.each([
  ['a later form of the data folder', { dataFormat: DATA_FORMAT + 1 }, 'Signalbox 9.0.0'],
  ['a later form of backups', { backup: 2, files: 'in another way' }, 'Signalbox 9.0.0'],
  [
    'names that lead elsewhere',
    { files: [entry('data/../../evil', 'x')] },
    'manifest.json is not as it is written',
  ],
  ['absolute names', { files: [entry('/tmp/evil', 'x')] }, 'manifest.json is not as it is written'],
  ['files that it lacks', { files: [entry('data/lost', 'x')] }, 'data/lost is missing'],
  ['a name twice', { files: [entry('data/a', 'x'), entry('data/a', 'x')] }, 'a name stands twice'],
])('%s: refused', async (_, manifest, message) => {
  await archive(manifest, {});
  await expect(restore()).rejects.toMatchObject({
    code: 'data_unusable',
    message: expect.stringContaining(message),
  });
  expect(await tree(target)).toEqual({});
});

test('a file that the manifest does not name is refused', async () => {
  await archive({ files: [entry('data/a', 'x')] }, { 'data/a': 'x', 'data/b': 'y' });
  await expect(restore()).rejects.toMatchObject({
    message: expect.stringContaining('"data/b" is not in its manifest'),
  });
});

test('a restore that is interrupted while files move keeps instances away until it is done again', async () => {
  await backup();
  await put(target, {
    token: 'old',
    [`${RESTORE_FOLDER}/committed`]: '',
    [`${RESTORE_FOLDER}/files/data/x`]: 'half',
  });
  expect(() => readDataFormat(target)).toThrow(/restore/);
  const good = await readFile(file);
  await writeFile(file, 'no backup');
  await expect(restore({ force: true })).rejects.toMatchObject({ code: 'data_unusable' });
  expect(() => readDataFormat(target)).toThrow(/restore/);
  await writeFile(file, good);
  await restore({ force: true });
  expect(readDataFormat(target)).toBe(0);
  expect(await readFile(join(target, 'token'), 'utf8')).toBe('secret');
  expect(await readdir(target)).not.toContain(RESTORE_FOLDER);
});

test('each database is copied by itself, and no file that SQLite keeps beside it', async () => {
  await put(data, {
    'recorder/signalbox.db': 'in use',
    'accounts/accounts.db': 'in use',
    'accounts/accounts.db-wal': 'newer than that',
    'accounts/accounts.db-shm': 'of a process',
  });
  const copies = {
    ...source(),
    copyDatabase: (to: string, name: string) => writeFile(to, `a copy of ${name}`),
  };
  await createBackup(copies, file, false);
  await restore();
  expect(await tree(target)).toEqual({
    ...RESTORED,
    'recorder/signalbox.db': 'a copy of recorder/signalbox.db',
    'accounts/accounts.db': 'a copy of accounts/accounts.db',
  });
});

/** What `config check`, a start and a reload say of what the settings of the object server lead to. */
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { objectsConfig } from './config.ts';
import { objectPlaces } from './listen-entries.ts';
import { prepareObjects } from './prepare.ts';
import { isToken } from './token-file.ts';

let dataDir: string;
let warnings: string[];
beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), 'objects-'));
  warnings = [];
});
afterEach(() => rmSync(dataDir, { recursive: true }));

const prepare = (config: object, folder = dataDir) =>
  prepareObjects(objectsConfig.parse(config), {
    dataDir: folder,
    warn: (event, message) => warnings.push(`${event} ${message}`),
  });

it('puts the socket and the objects into the folder of the daemon', async () => {
  expect(await prepare({})).toMatchObject({
    listen: [{ path: join(dataDir, 'objects.sock') }],
    root: join(dataDir, 'store'),
    cacheDir: null,
    credentials: null,
  });
  expect(objectPlaces(objectsConfig.parse({}), dataDir)).toEqual([
    { path: join(dataDir, 'objects.sock'), setting: ['listen', 0] },
  ]);
  expect(await prepare({ root: '/srv/objects', cache_dir: 'cache' })).toMatchObject({
    root: '/srv/objects',
    cacheDir: join(dataDir, 'cache'),
  });
});

it('takes a socket of 107 bytes and no longer one', async () => {
  const folder = (bytes: number) => `/${'x'.repeat(bytes - '/objects.sock'.length - 1)}`;
  expect((await prepare({}, folder(107))).listen).toHaveLength(1);
  await expect(prepare({}, folder(108))).rejects.toMatchObject({
    code: 'config_invalid',
    message: `objects.listen[0].path: expected a path of at most 107 bytes, which is all that the system takes for a socket; ${folder(108)}/objects.sock has 108`,
    detail: { key: 'objects.listen[0].path' },
  });
  await expect(prepare({ listen: [{ path: `/run/${'ö'.repeat(52)}` }] })).rejects.toMatchObject({
    detail: { key: 'objects.listen[0].path' },
  });
  // What is refused is not tried out as well.
  expect(objectPlaces(objectsConfig.parse({}), folder(108))).toEqual([]);
});

it('leaves no room for the name that a socket has at first', async () => {
  const path = `/${'x'.repeat(104)}/s`;
  expect(path).toHaveLength(107);
  await expect(prepare({ listen: [{ path }] })).rejects.toThrow('room for a name of two bytes');
});

it('compares only whole paths with those of other daemons while no folder is known', () => {
  const config = objectsConfig.parse({
    listen: [{ path: 'a.sock' }, { path: '/run/b.sock' }, { host: '127.0.0.1', port: 7080 }],
  });
  expect(objectPlaces(config)).toEqual([
    { path: '/run/b.sock', setting: ['listen', 1] },
    { host: '127.0.0.1', port: 7080, setting: ['listen', 2] },
  ]);
});

it('finds a group by its name or number, and says where there is none', async () => {
  const entry = (group: string) => ({ listen: [{ path: 'a.sock', group }] });
  expect((await prepare(entry('root'))).listen).toMatchObject([{ gid: 0 }]);
  expect((await prepare(entry('4711'))).listen).toMatchObject([{ gid: 4_711 }]);
  await expect(prepare(entry('no-such-group'))).rejects.toThrow(
    'objects.listen[0].group: there is no group no-such-group on this machine: expected the name of one, or its number',
  );
  await expect(prepare(entry('4294967295'))).rejects.toThrow('objects.listen[0].group');
});

const tcp = { host: '127.0.0.1', port: 7080, token_file: 'token' };
const token = (text: string, mode = 0o600) => {
  writeFileSync(join(dataDir, 'token'), text);
  chmodSync(join(dataDir, 'token'), mode);
};

it('reads the token of a listener, without the end of its line', async () => {
  token('0123456789abcdef\n');
  const { tokens } = await prepare({ listen: [tcp] });
  const digest = tokens.get(join(dataDir, 'token'))!;
  expect(isToken(Buffer.from('0123456789abcdef'), digest)).toBe(true);
  expect(isToken(Buffer.from('0123456789abcdeF'), digest)).toBe(false);
  expect(isToken(Buffer.from(''), digest)).toBe(false);
  expect(warnings).toEqual([]);
});

it('warns of a token that everybody on the machine may read, and does not quote it', async () => {
  token('0123456789abcdef', 0o644);
  await prepare({ listen: [tcp] });
  expect(warnings).toEqual([
    `token_file objects.listen[0].token_file: ${join(dataDir, 'token')} may be read by everybody on this machine: its rights are 0644, expected 0600`,
  ]);
});

it.each([
  ['', 'holds 0 characters'],
  ['short', 'holds 5 characters'],
  ['0123456789abcdef\n0123456789abcdef', 'has several lines'],
])('refuses a token file with %j, without quoting it', async (text, why) => {
  token(text);
  const refused = await prepare({ listen: [tcp] }).catch((error: Error) => error.message);
  expect(refused).toContain(`objects.listen[0].token_file: ${join(dataDir, 'token')} ${why}`);
  if (text !== '') expect(refused).not.toContain(text.slice(0, 5));
});

it('names all that is wrong at once', async () => {
  writeFileSync(join(dataDir, 'file'), '');
  const config = {
    listen: [tcp, { path: 'a.sock', group: 'no-such-group' }],
    root: 'file',
    cache_dir: 'file',
    tls: { certificate: join(dataDir, 'none'), key: join(dataDir, 'none') },
  };
  const refused = await prepare(config).catch((error: { detail: { keys: string[] } }) => error.detail.keys);
  expect(refused).toEqual([
    'objects.listen[0].token_file',
    'objects.listen[1].group',
    'objects.tls.certificate',
    'objects.tls.key',
    'objects.root',
    'objects.cache_dir',
  ]);
});

it.each([
  ['objects', 'objects'],
  ['objects', 'objects/cache'],
  ['objects/store', 'objects'],
])('refuses copies of the objects in %s to lie in %s', async (root, cache_dir) => {
  await expect(prepare({ root, cache_dir })).rejects.toThrow('objects.cache_dir');
});

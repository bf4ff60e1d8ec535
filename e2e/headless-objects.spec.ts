/** The object server by the command line, as an operator uses it: put, get in every mode, list, stat, delete; real files. */
import { appendFile, open, readFile, rm, stat, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { RunningApp } from './app/running-app.ts';
import { expect, test } from './fixtures.ts';

test.use({
  // A store of its own: all that is in it is looked at.
  config: '[objects]\nlisten = [{ path = "objects.sock", writable = true }]\nroot = "by-command"\n',
  exactConfig: true,
  sharedApp: 'everyday',
});

/** Names that a shell, a URL or a terminal would take for something else. */
const NAMES = [
  'plain.txt',
  'a b/c d.txt',
  'öäü/日本語/😀.bin',
  '100%/%2e%2e/&?#=.txt',
  'quote\'s "and" $HOME',
  '-dash',
  '.hidden/..file',
  `${'x'.repeat(255)}`,
];

const MODES = ['copy', 'splice', 'fdpass'] as const;
/** A gigabyte once, and for the ways that move its bytes themselves far more than any buffer holds. */
const LARGE: Readonly<Record<(typeof MODES)[number], number>> = {
  copy: 64 * 1024 ** 2,
  splice: 64 * 1024 ** 2,
  fdpass: 1024 ** 3,
};

const objects = (app: RunningApp, ...words: string[]) =>
  app.cliJson<{ result: unknown }>(['objects', ...words]);

/** The first, a middle and the last KiB of a file. */
async function samplesOf(file: string, bytes: number): Promise<string[]> {
  const opened = await open(file);
  const at = [0, bytes / 2 + 12_345, bytes - 1_024];
  const read = at.map(async (place) => (await opened.read(Buffer.alloc(1_024), 0, 1_024, place)).buffer);
  const samples = (await Promise.all(read)).map((bytes) => bytes.toString('latin1'));
  await opened.close();
  return samples;
}

test('objects are put, fetched in every mode, listed, told of and deleted, whatever they are called', async ({
  app,
  folder,
}) => {
  await app.cliJson(['start', 'objects']);
  const [source, target] = [join(folder, 'source'), join(folder, 'target')];
  for (const [index, name] of NAMES.entries()) {
    const content = index % 2 === 0 ? '' : `content of ${name}\n`.repeat(index * 1_000);
    await writeFile(source, content);
    expect(await objects(app, 'put', '--', name, source)).toMatchObject({
      ok: true,
      result: { uri: name, bytes: Buffer.byteLength(content) },
    });
    // Each is a process of its own, so that every name is fetched in one mode, and each mode has an empty object and a full one.
    const mode = MODES[index % MODES.length]!;
    await objects(app, 'get', '--mode', mode, '--', name, target);
    expect(await readFile(target, 'utf8'), `${name} by ${mode}`).toBe(content);
  }
  const listed = await objects(app, 'list');
  expect((listed.result as { uri: string }[]).map(({ uri }) => uri).sort()).toEqual([...NAMES].sort());
  expect(await objects(app, 'stat', 'a b/c d.txt')).toMatchObject({ result: { contentType: 'text/plain' } });
  for (const name of ['plain.txt', '-dash']) await objects(app, 'delete', '--', name);
  expect((await objects(app, 'list')).result).toHaveLength(NAMES.length - 2);
  const gone = await app.cli(['objects', 'get', 'plain.txt', target]);
  expect([gone.code, gone.stderr]).toEqual([1, expect.stringContaining('not_found')]);
});

test('a large object with holes comes whole in every mode, one of a gigabyte too', async ({
  app,
  folder,
}) => {
  await app.cliJson(['start', 'objects']);
  const target = join(folder, 'target');
  // As an operator copies a file into the store.
  const place = (mode: string) => join(app.dataDir, 'objects/by-command', `${mode}.bin`);
  for (const mode of MODES) {
    const [source, bytes] = [place(mode), LARGE[mode]];
    await writeFile(source, 'begin');
    await truncate(source, bytes - 3);
    await appendFile(source, 'end');
    await objects(app, 'get', `${mode}.bin`, target, '--mode', mode);
    expect((await stat(target)).size).toBe(bytes);
    expect(await samplesOf(target, bytes), mode).toEqual(await samplesOf(source, bytes));
    for (const file of [source, target]) await rm(file);
  }
});

// The last one: it leaves another configuration.
test('a listener that is not writable takes nothing, and the dashboard has its card and its figures', async ({
  app,
  folder,
}) => {
  await app.cliJson(['start', 'objects']);
  await writeFile(app.configFile, '[objects]\nlisten = [{ path = "objects.sock" }]\n');
  await app.cliJson(['config', 'reload']);
  const source = join(folder, 'source');
  await writeFile(source, 'content');
  const refused = await app.cli(['objects', 'put', 'a', source]);
  expect([refused.code, refused.stderr]).toEqual([1, expect.stringContaining('unsupported')]);
  await app.open('/');
  await expect(app.card('objects')).toContainText('objects.sock');
  await app.open('/daemon/objects');
  await expect(app.page.getByText('All metrics')).toBeVisible();
});

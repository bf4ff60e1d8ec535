/** Where the mistakes that daemons find stand in the file, and what a store says of files that cannot be read. */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { z } from 'zod';
import type { WireError } from '../../../contract/errors.ts';
import { defineManifest } from '../../../contract/manifest.ts';
import { ConfigStore, locateIn } from './config-store.ts';

const registry = ['one', 'two'].map((id) =>
  defineManifest({
    id,
    title: id,
    summary: '',
    metrics: [],
    commands: {},
    config: z.object({
      port: z.number().default(1),
      listen: z.array(z.object({ port: z.number(), tls: z.string().optional() })).default([]),
    }),
  }),
);
const TOML = '[one]\nport = 5\nlisten = [\n  { port = 1 },\n  { port = 2, tls = "x" },\n]\n';

let dir: string;
let file: string;

beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'signalbox-config-'));
  file = join(dir, 's.toml');
});
afterEach(() => rm(dir, { recursive: true }));

async function open(text = TOML): Promise<ConfigStore> {
  await writeFile(file, text);
  return await ConfigStore.open(file, registry);
}

const mistake = (key: string | null, code: WireError['code'] = 'config_invalid'): WireError => ({
  code,
  message: 'no good',
  ...(key === null ? {} : { detail: { key, more: 1 } }),
});

test.each<[string, number | null]>([
  ['one.port', 2],
  ['one.listen', 3],
  ['one.listen[0]', 4],
  ['one.listen[0].port', 4],
  ['one.listen[1].tls', 5],
  ['one.listen[7].tls', 3],
  ['one.nope', 1],
  ['two.port', null],
])('a mistake at %s is on line %s', async (key, line) => {
  const store = await open();
  const place = line === null ? file : `${file}:${line}`;
  expect(store.locate(mistake(key))).toEqual({
    code: 'config_invalid',
    message: `${place}: no good`,
    detail: { key, more: 1, file, line },
  });
});

test('what names no key, or is wrong with a default, stays as it is', async () => {
  const store = await open();
  expect(store.locate(mistake(null))).toEqual(mistake(null));
  expect(store.locate(mistake('two.port', 'address_in_use'))).toEqual(mistake('two.port', 'address_in_use'));
  expect(store.locate(mistake('one.port', 'address_in_use')).message).toBe(`${file}:2: no good`);
  const defaults = await ConfigStore.open(null, registry);
  expect(defaults.locate(mistake('one.port'))).toEqual(mistake('one.port'));
});

test('several mistakes of one daemon are each on their line', async () => {
  const store = await open();
  const both: WireError = {
    code: 'config_invalid',
    message: 'a; b',
    detail: { mistakes: ['a', 'b'], keys: ['one.listen[1]', 'one.port'] },
  };
  expect(locateIn(store.current!, file, both)).toMatchObject({
    message: `${file}:2: b (and one more mistake)`,
    detail: { line: 2, mistakes: [`${file}:2: b`, `${file}:5: a`] },
  });
});

test('without a document nothing has a place, and no daemon has a table', async () => {
  const store = await open('oops');
  expect(store.current).toBeNull();
  expect(store.locate(mistake('one.port'))).toEqual(mistake('one.port'));
  expect(store.daemon('one')).toEqual({ ok: false, error: store.error });
  expect(store.effective()).toEqual({});
});

test('a file that cannot be read, and one that is no text, are told apart', async () => {
  await mkdir(file);
  const folder = await ConfigStore.open(file, registry);
  expect(folder.error).toMatchObject({
    code: 'config_unreadable',
    message: expect.stringMatching(new RegExp(`^${file}: the configuration file `)),
    detail: { file, line: null, key: null },
  });
  await rm(file, { recursive: true });
  await writeFile(file, Buffer.from([0x5b, 0x61, 0x5d, 0x0a, 0xff, 0xfe, 0x0a]));
  const binary = await ConfigStore.open(file, registry);
  expect(binary.error).toMatchObject({
    code: 'config_invalid',
    message: expect.stringMatching(new RegExp(`^${file}:2: the configuration file `)),
    detail: { file, line: 2, key: null },
  });
});

test('mistakes in built-in defaults are named as such', async () => {
  const store = await ConfigStore.open(null, registry);
  expect(store.file).toBeNull();
  expect(store.parse('[one]\nport = "x"')).toMatchObject({
    error: { message: '(built-in defaults):2: one.port: expected a number, got "x"' },
  });
  expect(store.current?.text).toBe('');
});

test('what a reload changed is told by daemon: its table, its runtime, or both', async () => {
  const store = await open('[one]\nport = 1\n');
  const change = async (text: string) => {
    await writeFile(file, text);
    const outcome = await store.reload();
    return outcome.ok ? outcome.result.changed : null;
  };
  expect(await change('[one]\nport = 2\n')).toEqual([{ id: 'one', table: true, runtime: false }]);
  expect(await change('[one]\nport = 2\nruntime = "node"\n')).toEqual([
    { id: 'one', table: false, runtime: true },
  ]);
  expect(await change('[one]\nport = 2\nruntime = "node"\n[two]\nport = 1\n')).toEqual([
    { id: 'two', table: true, runtime: false },
  ]);
  expect(await change('# the same\n[two]\nport = 1\n[one]\nruntime = "node"\nport = 2\n')).toEqual([]);
});

test('a table is shown with its defaults, and not at all where it is not valid or nobody’s', async () => {
  const store = await open();
  expect(store.shown('one', {})).toEqual({ port: 1, listen: [] });
  expect(store.shown('one', { port: 'x' })).toBeUndefined();
  expect(store.shown('nobody', {})).toBeUndefined();
  expect(store.effective()).toEqual({
    one: { port: 5, listen: [{ port: 1 }, { port: 2, tls: 'x' }] },
    two: { port: 1, listen: [] },
  });
});

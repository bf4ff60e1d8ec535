import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { z } from 'zod';
import { defineManifest } from '../../../contract/manifest.ts';
import { ConfigStore } from './config-store.ts';

const registry = ['one', 'two'].map((id) =>
  defineManifest({
    id,
    title: id,
    summary: '',
    metrics: [],
    commands: {},
    config: z.object({
      port: z.number().default(1),
      password: z.string().meta({ secret: true }).optional(),
      users: z
        .array(z.object({ name: z.string(), key: z.string().meta({ secret: true }).optional() }))
        .default([]),
    }),
  }),
);

let dir: string;
let file: string;

beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'signalbox-config-'));
  file = join(dir, 'signalbox.toml');
});
afterEach(() => rm(dir, { recursive: true }));

const open = () => ConfigStore.open(file, registry);

test('without a file the defaults apply', async () => {
  const store = await ConfigStore.open(null, registry);
  expect(store.error).toBeNull();
  expect(store.daemon('one')).toEqual({ ok: true, result: { input: {}, runtime: undefined } });
});

test('a file that is named and not there is an error', async () => {
  const store = await open();
  expect(store.error).toMatchObject({ code: 'config_unreadable' });
  expect(store.error?.message).toContain(file);
  expect(store.daemon('one')).toEqual({ ok: false, error: store.error });
});

test('a reload with a mistake keeps the last good one in force, until it is mended', async () => {
  await writeFile(file, '[one]\nport = 5');
  const store = await open();
  await writeFile(file, '[one]\nport = "x"');
  expect(await store.reload()).toMatchObject({ ok: false, error: { code: 'config_invalid' } });
  expect(store.error?.message).toContain(`${file}:2: one.port`);
  expect(store.daemon('one')).toEqual({ ok: true, result: { input: { port: 5 }, runtime: undefined } });
  await writeFile(file, '[one]\nport = 6');
  await store.reload();
  expect(store.error).toBeNull();
  expect(store.daemon('one')).toMatchObject({ result: { input: { port: 6 } } });
});

test('a reload says whose table changed', async () => {
  await writeFile(file, '[one]\nport = 5\n[two]\nport = 5');
  const store = await open();
  expect(await store.reload()).toEqual({ ok: true, result: { changed: [] } });
  await writeFile(file, '# moved\n[two]\nport = 5\n[one]\nport = 6\nruntime = "host"');
  expect(await store.reload()).toEqual({
    ok: true,
    result: { changed: [{ id: 'one', table: true, runtime: true }] },
  });
});

test('checking changes nothing', async () => {
  await writeFile(file, '[one]\nport = 5');
  const store = await open();
  expect(store.parse('[one]\nport = true')).toMatchObject({ error: { code: 'config_invalid' } });
  expect(await store.read()).toMatchObject({ ok: true });
  await writeFile(file, 'oops');
  expect(await store.read()).toMatchObject({ error: { code: 'config_invalid' } });
  expect(store.error).toBeNull();
  expect(store.daemon('one')).toMatchObject({ result: { input: { port: 5 } } });
});

test('a file beyond the limit is not read', async () => {
  await writeFile(file, `# ${'x'.repeat(1_000_000)}`);
  const store = await ConfigStore.open(file, registry);
  expect(store.error?.message).toContain('the limit is 1000000');
});

test('the effective configuration has defaults, and no secret', async () => {
  await writeFile(file, '[one]\npassword = "hunter2"\nusers = [{ name = "ann", key = "k1" }]');
  const store = await open();
  expect(store.effective()).toEqual({
    one: { port: 1, password: '[redacted]', users: [{ name: 'ann', key: '[redacted]' }] },
    two: { port: 1, users: [] },
  });
});

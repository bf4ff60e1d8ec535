import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { BanFile } from './ban-file.ts';
import type { ServerBan } from './server-bans.ts';

let directory: string;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'signalbox-bans-'));
});
afterEach(() => rm(directory, { recursive: true }));

const bans: ServerBan[] = [
  { kind: 'kline', mask: '*@x', reason: 'r', by: 'b', setMs: 1, expiresMs: null },
  { kind: 'dline', mask: '192.0.2.1', reason: 'r', by: 'b', setMs: 1, expiresMs: 2 },
];

it('reads back what it wrote and leaves no other file behind', async () => {
  await new BanFile(directory).save(() => bans);
  expect(await new BanFile(directory).load(() => {})).toEqual(bans);
  expect(await readdir(directory)).toEqual(['bans.json']);
});

it('has no bans where there is no file', async () => {
  expect(await new BanFile(directory).load(() => {})).toEqual([]);
});

it('writes the newest list when several saves come at once', async () => {
  const file = new BanFile(directory);
  let list: ServerBan[] = [];
  const saves = [];
  for (const ban of bans) {
    list = [...list, ban];
    saves.push(file.save(() => list));
  }
  await Promise.all(saves);
  expect(JSON.parse(await readFile(join(directory, 'bans.json'), 'utf8')).bans).toHaveLength(2);
});

it('sets a damaged file aside and says so', async () => {
  await writeFile(join(directory, 'bans.json'), '{"version":1,"bans":[{"kind":"zline"');
  const told: string[] = [];
  expect(await new BanFile(directory).load((message) => told.push(message))).toEqual([]);
  expect(told[0]).toContain('bans.json.damaged');
  expect(await readdir(directory)).toEqual(['bans.json.damaged']);
});

it('rejects when the file cannot be written', async () => {
  await expect(new BanFile(join(directory, 'missing')).save(() => bans)).rejects.toThrow('ENOENT');
});

import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { z } from 'zod';
import { BanFile } from './ban-file.ts';

const schema = z.object({ mask: z.string().min(1) });
const BANS = [{ mask: 'a' }, { mask: 'b' }];
const DAMAGED = '{"version":1,"bans":[{"mask"';

let directory: string;
let damages: string[];

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'signalbox-bans-'));
  damages = [];
});
afterEach(() => rm(directory, { recursive: true }));

const open = () => new BanFile(directory, schema, 3);
const load = () => open().load((message) => damages.push(message));
const write = (text: string, name = 'bans.json') => writeFile(join(directory, name), text);
const read = (name = 'bans.json') => readFile(join(directory, name), 'utf8');

it('reads back what it wrote, and leaves a copy and no other file', async () => {
  await open().save(() => BANS);
  expect(await load()).toEqual(BANS);
  expect(await readdir(directory)).toEqual(['bans.json', 'bans.last-good.json']);
  expect(await read('bans.last-good.json')).toBe(await read());
  expect(damages).toEqual([]);
});

it('has no bans where there is no file, and makes none', async () => {
  expect(await load()).toEqual([]);
  expect(await readdir(directory)).toEqual([]);
});

it('writes the newest list when several saves come at once', async () => {
  const file = open();
  const saves = [1, 2].map((count) => file.save(() => BANS.slice(0, count)));
  await Promise.all(saves);
  expect(await load()).toEqual(BANS);
});

it.each([
  ['cut off', DAMAGED, 'JSON'],
  ['no list', '[]', 'expected an object'],
  ['of another version', '{"version":2,"bans":[]}', 'version'],
  ['with a ban that is none', '{"version":1,"bans":[{"mask":"c"},{"mask":""}]}', 'bans.1.mask'],
  ['too long', JSON.stringify({ version: 1, bans: Array(4).fill({ mask: 'x' }) }), 'bans'],
])('keeps the last good bans in force when the file is %s, and keeps that file', async (_, text, why) => {
  await open().save(() => BANS);
  await write(text);
  expect(await load()).toEqual(BANS);
  expect(damages).toHaveLength(1);
  expect(damages[0]).toContain(why);
  const aside = (await readdir(directory)).find((name) => name.startsWith('bans.json.damaged-')) ?? '';
  expect(damages[0]).toContain(aside);
  expect(await read(aside)).toBe(text);
  // The file is good again: the next start finds nothing wrong.
  expect(await load()).toEqual(BANS);
  expect(damages).toHaveLength(1);
});

it('takes a change that was made by hand, also as the last good one', async () => {
  await open().save(() => BANS);
  await write('{"version":1,"bans":[{"mask":"by hand"}]}');
  expect(await load()).toEqual([{ mask: 'by hand' }]);
  await write(DAMAGED);
  expect(await load()).toEqual([{ mask: 'by hand' }]);
});

it('says so when the file is gone, and goes on with the last good bans', async () => {
  await open().save(() => BANS);
  await rm(join(directory, 'bans.json'));
  expect(await load()).toEqual(BANS);
  expect(damages[0]).toContain('is missing');
});

it.each([null, DAMAGED])(
  'does not start on a damaged file without a good copy, and touches nothing',
  async (copy) => {
    await write(DAMAGED);
    if (copy !== null) await write(copy, 'bans.last-good.json');
    const before = await readdir(directory);
    await expect(load()).rejects.toMatchObject({
      code: 'init_failed',
      message: expect.stringMatching(/bans\.json is damaged \(.*\).* Mend it, or move both away/),
    });
    expect(await readdir(directory)).toEqual(before);
    expect(await read()).toBe(DAMAGED);
    // What the message offers.
    await rm(join(directory, 'bans.json'));
    expect(await load()).toEqual([]);
  },
);

it('is not stopped by a damaged copy', async () => {
  await open().save(() => BANS);
  await write(DAMAGED, 'bans.last-good.json');
  expect(await load()).toEqual(BANS);
  expect(await read('bans.last-good.json')).toBe(await read());
});

it('rejects when the file cannot be written', async () => {
  await expect(new BanFile(join(directory, 'missing'), schema).save(() => BANS)).rejects.toThrow('ENOENT');
});

it('writes a list that people can read and edit, and keeps a damaged one under the time at which it was found', async () => {
  await open().save(() => BANS);
  expect(await read()).toBe(
    '{\n  "version": 1,\n  "bans": [\n    {\n      "mask": "a"\n    },\n    {\n      "mask": "b"\n    }\n  ]\n}\n',
  );
  await write('{');
  await load();
  const names = (await readdir(directory)).filter((name) => name.includes('damaged'));
  expect(names).toEqual([
    expect.stringMatching(/^bans\.json\.damaged-\d{4}-\d\d-\d\dT\d\d-\d\d-\d\d\.\d{3}Z$/),
  ]);
});

it('is settled when both files are written', async () => {
  const file = open();
  const saved = file.save(() => BANS);
  await file.settled();
  expect(await read('bans.last-good.json')).toBe(await read());
  await saved;
});

it('rejects where a file cannot be read for another reason than that it is missing', async () => {
  await mkdir(join(directory, 'bans.json'));
  await expect(load()).rejects.toMatchObject({ code: 'EISDIR' });
});

it('writes no copy anew that has the same text already', async () => {
  await open().save(() => BANS);
  const copy = join(directory, 'bans.last-good.json');
  const before = (await stat(copy)).ino;
  await load();
  expect((await stat(copy)).ino).toBe(before);
});

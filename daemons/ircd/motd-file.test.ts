import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { readMotd } from './motd-file.ts';

let dir: string;
let file: string;

beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'signalbox-motd-'));
  file = join(dir, 'motd');
});
afterEach(() => rm(dir, { recursive: true }));

const read = async (bytes: string | Buffer) => {
  await writeFile(file, bytes);
  return await readMotd(file);
};

test('a message of the day is shown as it is written, with lines ended in either way', async () => {
  expect(await read('Hello\r\n\r\n\u0002bold\u0002 and grüße\n')).toEqual({
    lines: ['Hello', '', '\u0002bold\u0002 and grüße'],
    notes: [],
  });
});

test('one in Latin-1 or UTF-16 is refused with its line', async () => {
  await expect(read(Buffer.from('a\ngr\xfc\xdfe', 'latin1'))).rejects.toMatchObject({ line: 2 });
  await expect(read(Buffer.from('\ufeffhello', 'utf16le'))).rejects.toThrow('is UTF-16, expected UTF-8');
});

test('a byte order mark is left out, and said', async () => {
  expect(await read('\ufeffHello')).toEqual({
    lines: ['Hello'],
    notes: ['line 1: a byte order mark in front, which is left out'],
  });
});

test('lines beyond the limit are left out, and said', async () => {
  const { lines, notes } = await read('x\n'.repeat(614));
  expect(lines).toHaveLength(300);
  expect(notes).toEqual(['lines 301 to 614: left out, at most 300 are sent']);
});

test('long lines are cut, and said', async () => {
  const { lines, notes } = await read(`a\n${'x'.repeat(500)}\nb\n${'é'.repeat(250)}\n`);
  expect(lines.map((line) => Buffer.byteLength(line))).toEqual([1, 400, 1, 400]);
  expect(notes).toEqual(['lines 2, 4: more than 400 bytes, cut there']);
});

test('control characters become spaces, and are said', async () => {
  const { lines, notes } = await read('a\rb\nc\0d\ne\n'.repeat(4));
  expect(lines.slice(0, 3)).toEqual(['a b', 'c d', 'e']);
  expect(notes).toEqual(['lines 1, 2, 4, 5, 7 and 3 more: control characters, which become spaces']);
});

test('a file of 64 KiB is read, and a larger one is none', async () => {
  const { lines } = await read(`${'x'.repeat(65_535)}\n`);
  expect(lines).toEqual(['x'.repeat(400)]);
  await expect(read(`${'x'.repeat(65_536)}\n`)).rejects.toThrow('65536');
});

test('what is just at a limit is shown as it is, and one line is called one', async () => {
  const whole = `${'x'.repeat(400)}\n`.repeat(150);
  expect((await read(whole)).notes).toEqual([]);
  expect((await read('x\n'.repeat(300))).notes).toEqual([]);
  expect((await read('x\n'.repeat(300).slice(0, -1))).lines).toHaveLength(300);
  expect((await read(`a\n${'x'.repeat(401)}`)).notes).toEqual(['line 2: more than 400 bytes, cut there']);
  const five = 'c\0d\n'.repeat(5);
  expect((await read(five)).notes).toEqual(['lines 1, 2, 3, 4, 5: control characters, which become spaces']);
  expect((await read('')).lines).toEqual([]);
});

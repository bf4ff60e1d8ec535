import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { DATA_FORMAT, markDataFormat, RESTORE_FOLDER, readDataFormat } from './data-format.ts';

let dir: string;

beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'signalbox-format-'));
});
afterEach(() => rm(dir, { recursive: true, force: true }));

const write = (text: string) => writeFile(join(dir, 'format.json'), text);

test('a folder without a form, or that does not exist yet, has the first one', () => {
  expect(readDataFormat(dir)).toBe(0);
  expect(readDataFormat(join(dir, 'nowhere'))).toBe(0);
});

test('a folder is marked once, for its owner only', async () => {
  await markDataFormat(dir, 0, '1.2.3');
  expect(JSON.parse(await readFile(join(dir, 'format.json'), 'utf8'))).toEqual({
    format: DATA_FORMAT,
    program: '1.2.3',
  });
  expect((await stat(join(dir, 'format.json'))).mode & 0o777).toBe(0o600);
  expect(readDataFormat(dir)).toBe(DATA_FORMAT);
  await markDataFormat(dir, DATA_FORMAT, '9.9.9');
  expect(await readFile(join(dir, 'format.json'), 'utf8')).toContain('1.2.3');
});

test('a folder of a newer version is refused with both forms and what to do', async () => {
  await write(JSON.stringify({ format: DATA_FORMAT + 1, program: '9.0.0', more: true }));
  expect(() => readDataFormat(dir)).toThrow(
    expect.objectContaining({
      code: 'data_unusable',
      message: expect.stringContaining(
        `was written by Signalbox 9.0.0, whose data has form ${DATA_FORMAT + 1}`,
      ),
      detail: { dataDir: dir, format: DATA_FORMAT + 1, known: DATA_FORMAT },
    }),
  );
});

test.each(['', '{', '{"format":"1","program":"x"}', '{"format":1.5,"program":"x"}', '[]'])(
  'a damaged form %j is no form',
  async (text) => {
    await write(text);
    expect(() => readDataFormat(dir)).toThrow(expect.objectContaining({ code: 'data_unusable' }));
    expect(await readdir(dir)).toEqual(['format.json']);
  },
);

test('a folder in which a restore was interrupted is refused', async () => {
  await mkdir(join(dir, RESTORE_FOLDER));
  expect(readDataFormat(dir)).toBe(0);
  await writeFile(join(dir, RESTORE_FOLDER, 'committed'), '');
  expect(() => readDataFormat(dir)).toThrow(
    expect.objectContaining({
      message: expect.stringContaining(`signalbox restore FILE --data ${dir} --force`),
    }),
  );
});

/** Which files are of a list: those that it wrote, and those without a mark; of another list or a later version is none. */
import { expect, it } from 'vitest';
import { fileActions, importSentence, listText } from './list-commands.ts';
import { type ListFile, readList, writeList } from './list-format.ts';

const file: ListFile = {
  daemon: 'tests',
  list: 'things',
  noun: 'thing',
  columns: [
    { key: 'name', title: 'Name', type: 'text' },
    { key: 'expiresAt', title: 'Ends', type: 'time' },
  ],
  needed: ['name'],
};

it('marks what it writes, and reads that', () => {
  const text = writeList(file, [{ name: 'a', expiresAt: 0 }, { name: 'b' }]);
  expect(text).toBe('name,expiresAt,signalbox tests things 1\r\na,1970-01-01T00:00:00.000Z,\r\nb,,\r\n');
  expect(readList(file, text)).toEqual({
    rows: [
      { line: 2, cells: { name: 'a', expiresAt: '1970-01-01T00:00:00.000Z' } },
      { line: 3, cells: { name: 'b', expiresAt: '' } },
    ],
    problems: [],
  });
});

it('takes lines by hand, with and without a cell below the mark, wherever that stands', () => {
  const cells = { name: 'a' };
  expect(readList(file, 'name\na').rows).toEqual([{ line: 2, cells }]);
  expect(readList(file, 'name,signalbox tests things 1\na\na,').rows).toEqual([
    { line: 2, cells },
    { line: 3, cells },
  ]);
  expect(readList(file, 'signalbox tests things 1,name\n,a\na').problems).toEqual([
    { line: 3, problem: '1 cells, expected 2' },
  ]);
});

it('has nothing stand below the mark', () => {
  expect(readList(file, 'name,signalbox tests things 1\na,b').problems).toEqual([
    { line: 2, problem: '"b" stands below no title of the list' },
  ]);
});

it.each([
  ['signalbox relay things 1', 'the things of relay, version 1'],
  ['signalbox tests bans 1', 'the bans of tests, version 1'],
  ['signalbox tests things 2', 'the things of tests, version 2'],
  ['signalbox', 'the nothing of nobody, version none'],
])('takes no file that is marked "%s", whatever its other titles are', (mark, what) => {
  const problem = `this is a file of ${what}; expected one of the things of tests, version 1`;
  const found = { rows: [], problems: [{ line: 1, problem }] };
  expect(readList(file, `name,${mark}\na,`)).toEqual(found);
  expect(readList(file, `color,${mark}\na,`)).toEqual(found);
});

it('takes one mark, and no title that only looks like it', () => {
  const mark = 'signalbox tests things 1';
  expect(readList(file, `name,${mark},${mark}\na,,`).problems).toEqual([
    { line: 1, problem: `the title ${mark} stands there twice` },
  ]);
  expect(readList(file, 'name,signalboxes\na,').problems).toMatchObject([
    { problem: expect.stringMatching(/^"signalboxes" is no title/) },
  ]);
});

it('offers both over the table, and says what a file needs', () => {
  expect(fileActions(file)).toEqual([
    { title: 'Export', command: 'export-things', atOnce: true },
    { title: 'Import', command: 'import-things' },
  ]);
  expect(listText(file).description).toContain('of which name is needed');
  expect(listText({ ...file, needed: ['name', 'kind'] }).description).toContain('name and kind are needed');
  expect(importSentence(file)).toBe('import|imported {=imported} things[ beside {=already} that were there]');
});

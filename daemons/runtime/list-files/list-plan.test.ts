/** What importing a file of a list would do, and what keeps one from being imported: all of it holds or none. */
import { expect, it } from 'vitest';
import { z } from 'zod';
import { limits } from '../limits.ts';
import type { ListFile } from './list-format.ts';
import { endCell, endProblem, planList, planWords, roomFor } from './list-plan.ts';

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
const NOW = Date.UTC(2026, 0, 1);
const row = z.object({ name: z.string().min(1), expiresAt: endCell });
type Thing = z.output<typeof row>;

/** Plans a file of lines into a list that has some already and as many places more. */
function plan(lines: readonly string[], there: readonly string[] = [], left = 5_000) {
  const hasRoom = roomFor(left, (name) => !there.includes(name));
  const reader = {
    row,
    endMs: ({ expiresAt }: Thing) => expiresAt,
    read: (thing: Thing) => (thing.name === 'no' ? 'no is no name' : thing),
    problemWith: ({ name }: Thing) => (name === 'bad' ? 'bad is bad' : null),
    keyOf: ({ name }: Thing) => name.toLowerCase(),
    isThere: ({ name, expiresAt }: Thing) => there.includes(name) && expiresAt === null,
    noRoom: ({ name }: Thing) => (hasRoom(name) ? null : `no room for ${name}`),
  };
  return planList(file, reader, ['name,expiresAt', ...lines].join('\n'), NOW);
}
const refusal = (...given: Parameters<typeof plan>) => {
  try {
    plan(...given);
  } catch (error) {
    expect(error).toMatchObject({ code: 'refused' });
    return (error as Error).message;
  }
  return null;
};

it('tells what is new or otherwise from what is there already and what is over', () => {
  const planned = plan(['a,', 'b,2026-01-01T00:00:00.001Z', 'c,2026-01-01T00:00:00Z', 'd,'], ['a', 'b']);
  expect(planned).toEqual({
    entries: [
      { name: 'b', expiresAt: NOW + 1 },
      { name: 'd', expiresAt: null },
    ],
    already: 1,
    over: 1,
  });
  expect(planWords(file, planned)).toEqual([
    'sets 2 things',
    'leaves out 1 that is there already',
    'leaves out 1 that is over',
  ]);
  expect(planWords(file, { entries: [], already: 2, over: 3 })).toEqual([
    'sets 0 things',
    'leaves out 2 that are there already',
    'leaves out 3 that are over',
  ]);
  expect(planWords(file, { entries: [1], already: 0, over: 0 })).toEqual(['sets 1 thing']);
});

it('takes a file of which all is there already, and none of which nothing is left', () => {
  expect(plan(['a,'], ['a'])).toEqual({ entries: [], already: 1, over: 0 });
  expect(refusal([])).toBe('The file has no things.');
  expect(refusal(['a,2025-01-01'])).toBe('Nothing is left to import: all 1 things are over.');
});

it('says each line that is wrong, in their order', () => {
  const lines = ['ok,', ',', 'no,', 'bad,', 'OK,', 'x,60', 'y,2026-13-01', '"z', 'bad,2025-01-01', 'b,c,d'];
  expect(refusal(lines)?.split(/; |\. /)).toEqual([
    'Nothing was imported',
    expect.stringMatching(/^line 3: name: /),
    'line 4: no is no name',
    'line 5: bad is bad',
    'line 6: the same thing as on line 2',
    'line 7: expiresAt: expected a time such as 2030-01-31T12:00:00Z, or nothing',
    'line 8: expiresAt: expected a time such as 2030-01-31T12:00:00Z, or nothing',
    'line 9: a quote that does not end, or that something stands before or behind of',
    'line 11: 3 cells, expected 2',
  ]);
});

it('names so many lines and counts the others', () => {
  const many = (count: number) => Array.from({ length: count }, () => 'bad,');
  expect(refusal(many(21))).toMatch(/line 21: bad is bad; and 1 line more$/);
  expect(refusal(many(20))).toMatch(/line 21: bad is bad$/);
});

it('takes so many entries of one file and no more', () => {
  const most = limits.importedEntries.default;
  const lines = Array.from({ length: most + 1 }, (_, at) => `n${at},`);
  expect(plan(lines.slice(1)).entries).toHaveLength(most);
  expect(refusal(lines)).toBe(
    `Nothing was imported. line ${most + 2}: more than ${most} things; import the file in parts`,
  );
});

it('counts the room for what is new, not for what is there', () => {
  expect(plan(['a,2027-01-01', 'b,', 'c,'], ['a'], 2).entries).toHaveLength(3);
  expect(refusal(['a,2027-01-01', 'b,', 'c,', 'd,'], ['a'], 2)).toBe(
    'Nothing was imported. line 5: no room for d',
  );
});

it('lets an end be as far away as may be, or never', () => {
  expect(endProblem(null, NOW, 5)).toBeNull();
  expect(endProblem(NOW + 300_000, NOW, 5)).toBeNull();
  expect(endProblem(NOW + 300_001, NOW, 5)).toBe(
    '6 minutes are too long, expected at most 5, or nothing for ever',
  );
});

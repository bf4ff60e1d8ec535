import fc from 'fast-check';
import { expect, it } from 'vitest';
import { tableOfWatched, watchedTable } from './stream.ts';

it('names a table with what it is about, whatever that is called', () => {
  expect(watchedTable('rooms', null)).toBe('rooms');
  expect(tableOfWatched('members/a/b')).toEqual({ name: 'members', about: 'a/b' });
  const name = fc.string({ minLength: 1 }).filter((text) => !text.includes('/'));
  fc.assert(
    fc.property(name, fc.option(fc.string()), (table, about) => {
      expect(tableOfWatched(watchedTable(table, about))).toEqual({ name: table, about });
    }),
  );
});

import { expect, it } from 'vitest';
import { rowKeys } from './row-keys.ts';

const keys = (rows: readonly (readonly (string | number | null)[])[], column: number) => [
  ...rowKeys(rows, column).values(),
];

it('tells rows apart by their column, and a number from the text of that number', () => {
  expect(
    keys(
      [
        ['x', 1],
        ['y', '1'],
      ],
      1,
    ),
  ).toEqual(['1', '"1"']);
});

it('tells rows without such a column apart by their first, and by how many before them say the same', () => {
  expect(keys([['a'], ['b'], ['a'], [null], [null]], -1)).toEqual(['"a"', '"b"', '"a" 1', 'null', 'null 1']);
});

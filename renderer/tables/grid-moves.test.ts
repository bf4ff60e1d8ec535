import fc from 'fast-check';
import { expect, it } from 'vitest';
import { allOf, moveBy, NOTHING_SELECTED, ranged, toggled } from './grid-moves.ts';

it.each([
  ['ArrowDown', 3, 4],
  ['ArrowDown', 9, 9],
  ['ArrowUp', 3, 2],
  ['ArrowUp', 0, 0],
  ['PageDown', 3, 7],
  ['PageUp', 3, 0],
  ['Home', 3, 0],
  ['End', 3, 9],
  ['x', 3, null],
])('%s leads from row %i of ten to %s, four being seen', (key, at, goal) => {
  expect(moveBy(key, at, 10, 4)).toBe(goal);
});

it('leads nowhere in an empty list, and a page is one row at least', () => {
  expect([moveBy('End', -1, 0, 4), moveBy('PageDown', 0, 3, 0), moveBy('PageUp', 2, 3, -1)]).toEqual([
    null,
    1,
    1,
  ]);
});

const ROWS = ['a', 'b', 'c', 'd', 'e'];
const keysOf = ({ keys }: { keys: ReadonlySet<string> }) => [...keys].sort().join('');

it('takes a row in and out again', () => {
  const one = toggled(NOTHING_SELECTED, 'b');
  expect([keysOf(one), keysOf(toggled(one, 'c')), keysOf(toggled(one, 'b'))]).toEqual(['b', 'bc', '']);
});

it('draws a range from where it began, shorter again as well, and keeps what was selected before', () => {
  const begun = toggled(toggled(NOTHING_SELECTED, 'e'), 'b');
  const longer = ranged(begun, ROWS, 'b', 'd');
  const shorter = ranged(longer, ROWS, 'd', 'c');
  expect([keysOf(longer), keysOf(shorter), keysOf(ranged(shorter, ROWS, 'c', 'a'))]).toEqual([
    'bcde',
    'bce',
    'abe',
  ]);
});

it('begins a range at the row that has the focus where the one that it began at is gone', () => {
  const begun = toggled(NOTHING_SELECTED, 'gone');
  expect(keysOf(ranged(begun, ROWS, 'c', 'b'))).toBe('bcgone');
  expect(keysOf(ranged(NOTHING_SELECTED, ROWS, 'c', 'd'))).toBe('cd');
});

it('takes all', () => {
  expect(keysOf(allOf(ROWS))).toBe('abcde');
});

it('has in a range exactly the rows between its ends, whichever comes first', () => {
  const place = fc.integer({ min: 0, max: ROWS.length - 1 });
  fc.assert(
    fc.property(place, place, (from, to) => {
      const between = ROWS.filter((_, at) => at >= Math.min(from, to) && at <= Math.max(from, to));
      expect(keysOf(ranged(NOTHING_SELECTED, ROWS, ROWS[from]!, ROWS[to]!))).toBe(between.join(''));
    }),
    { numRuns: 50 },
  );
});

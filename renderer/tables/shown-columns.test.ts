import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { TableColumn } from '../../contract/manifest.ts';
import { currentKeys, fittingColumns, uniformColumns, uniformText } from './shown-columns.ts';

const columns: readonly TableColumn[] = [
  { key: 'nick', title: 'Nick', type: 'text' },
  { key: 'class', title: 'class', type: 'text', rank: 3 },
  { key: 'tls', title: 'TLS', type: 'text', rank: 3 },
  { key: 'since', title: 'Connected', type: 'time', rank: 2 },
  { key: 'out', title: 'Out', type: 'bytes' },
];
const all = columns.map((_, place) => place);
const widths = columns.map(() => 100);

test('where a window is too narrow, the least important columns go first', () => {
  expect(fittingColumns(columns, all, widths, null)).toEqual(all);
  expect(fittingColumns(columns, all, widths, 500)).toEqual(all);
  expect(fittingColumns(columns, all, widths, 499)).toEqual([0, 1, 3, 4]);
  expect(fittingColumns(columns, all, widths, 300)).toEqual([0, 3, 4]);
  expect(fittingColumns(columns, all, widths, 200)).toEqual([0, 4]);
  expect(fittingColumns(columns, all, widths, 10)).toEqual([0]);
});

test('what is the same on every row is said once, and what is nowhere is not shown', () => {
  const rows = [
    ['a', 'lab', '', 1, 5],
    ['b', 'lab', '', 1, 5],
  ];
  expect(uniformColumns(columns, rows)).toEqual([1, 2]);
  expect(uniformText(columns, rows, [1, 2])).toBe('All: class lab, no TLS');
  expect(uniformColumns(columns, [...rows, ['c', 'lab', 'TLSv1.3', 1, 5]])).toEqual([1]);
  expect(uniformColumns(columns, [])).toEqual([]);
  expect(uniformText(columns, rows, [])).toBe('');
});

test('a choice that was made under keys of before still holds', () => {
  const renamed = { connected: 'since', sent: 'out', nick: 'elsewhere' };
  expect(currentKeys(null, columns, renamed)).toBeNull();
  expect(currentKeys(['nick', 'connected', 'sent', 'gone'], columns, renamed)).toEqual([
    'nick',
    'since',
    'out',
    'gone',
  ]);
  expect(currentKeys(['since'], columns)).toEqual(['since']);
});

test('the columns that fit are the most important, in their order, as many as there is room for', () => {
  const one = fc.record({ rank: fc.constantFrom(1, 2, 3, undefined), width: fc.integer({ min: 1, max: 9 }) });
  fc.assert(
    fc.property(fc.array(one, { minLength: 1, maxLength: 7 }), fc.nat(40), (some, room) => {
      const given = some.map(
        ({ rank }, i) => ({ key: `${i}`, title: '', type: 'text', rank }) as TableColumn,
      );
      const wide = some.map(({ width }) => width);
      const shown = fittingColumns(given, [...given.keys()], wide, room);
      // Taken away one after another: the worst rank first, of those the last, and never the first column.
      const order = [...given.keys()]
        .slice(1)
        .sort((a, b) => (given[b]?.rank ?? 1) - (given[a]?.rank ?? 1) || b - a);
      const sum = (places: readonly number[]) => places.reduce((total, place) => total + wide[place]!, 0);
      let left = [...given.keys()];
      for (const next of order) if (sum(left) > room) left = left.filter((place) => place !== next);
      expect(shown).toEqual(left);
    }),
  );
});

test('of some columns, only those are looked at that there are to choose from', () => {
  expect(fittingColumns(columns, [0, 2, 3], widths, 200)).toEqual([0, 3]);
  expect(fittingColumns(columns, [0, 9], widths, 100)).toEqual([0, 9]);
  expect(fittingColumns(columns, [], widths, 0)).toEqual([]);
});

test('columns that matter, times and figures are shown although they say the same everywhere', () => {
  const same: readonly TableColumn[] = [
    { key: 'a', title: 'A', type: 'text', rank: 2 },
    { key: 'b', title: 'B', type: 'text', rank: 1 },
    { key: 'c', title: 'C', type: 'number', rank: 2 },
    { key: 'd', title: 'D', type: 'boolean', rank: 2 },
    { key: 'e', title: 'E', type: 'text', rank: 2 },
    { key: 'f', title: 'F', type: 'text' },
  ];
  const row = ['x', 'x', 1, true, undefined as unknown as null, 'x'];
  expect(uniformColumns(same, [row, row.with(4, null)])).toEqual([3, 4]);
  expect(uniformColumns(same, [row])).toEqual([3, 4]);
  expect(uniformColumns(same, [row, row.with(3, false)])).toEqual([4]);
});

test('what is the same everywhere is said as it would stand in the table', () => {
  const flags: readonly TableColumn[] = [
    { key: 'a', title: 'oper', type: 'boolean' },
    { key: 'b', title: 'away', type: 'boolean' },
    { key: 'c', title: 'server', type: 'text' },
    { key: 'd', title: 'room', type: 'text' },
    { key: 'e', title: 'sent', type: 'bytes' },
  ];
  expect(uniformText(flags, [[true, false, 'hub', null, 2048]], [0, 1, 2, 3, 4])).toBe(
    'All: oper, no away, server hub, no room, sent 2 KiB',
  );
  expect(uniformText(flags, [[true]], [0, 9])).toBe('All: oper');
  expect(uniformText(flags, [], [2])).toBe('All: no server');
});

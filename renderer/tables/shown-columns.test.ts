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

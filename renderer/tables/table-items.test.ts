import { expect, it } from 'vitest';
import { rowKeys } from './row-keys.ts';
import { groupColumns, tableItems } from './table-items.ts';

const rows = [
  ['ann', 'lab'],
  ['ben', 'web'],
  ['cid', 'lab'],
  ['dan', null],
] as const;
const listed = (group: number | null, closed: readonly string[] = []) =>
  tableItems(rows, rowKeys(rows, 0), 'text', group, new Set(closed)).map((item) =>
    item.kind === 'row' ? item.row[0] : `${item.title}: ${item.count}`,
  );

it('lists rows as they are where they are not grouped', () => {
  expect(listed(null)).toEqual(['ann', 'ben', 'cid', 'dan']);
});

it('lists groups with their number, the largest first, and the rows of those that are open', () => {
  expect(listed(1)).toEqual(['lab: 2', 'ann', 'cid', 'web: 1', 'ben', ': 1', 'dan']);
  expect(listed(1, ['group lab', 'group '])).toEqual(['lab: 2', 'web: 1', 'ben', ': 1']);
});

it('groups by what many rows may have in common, not by their names, times and measures', () => {
  const types = ['text', 'text', 'number', 'bytes', 'seconds', 'time', 'boolean'] as const;
  expect(groupColumns(types.map((type, at) => ({ key: `${at}`, title: '', type })))).toEqual([1, 6]);
});

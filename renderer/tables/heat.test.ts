import { expect, it } from 'vitest';
import { heatOf } from './heat.ts';

const columns = [
  { key: 'nick', title: 'Nick', type: 'text' },
  { key: 'in', title: 'In', type: 'bytes' },
] as const;
const rows = [
  ['ann', 100],
  ['ben', 51],
  ['cid', null],
] as const;
const shares = (column: number | null, of: readonly (readonly (string | number | null)[])[] = rows) => {
  const heat = heatOf(columns, of, column === null ? null : { column, descending: false });
  return heat === null ? null : of.map(heat);
};

it('is the share of the largest value, in steps, in the sorted column', () => {
  expect(shares(1)).toEqual([1, 0.5, 0]);
});

it('is not there where nothing is sorted, a column has no figures, or all are alike', () => {
  expect([shares(null), shares(0), shares(1, [['ann', 5]]), shares(1, [['ann', 0]])]).toEqual([
    null,
    null,
    null,
    null,
  ]);
});

/** The live table of bans, and how it knows that it is out of date. */
import { expect, it } from 'vitest';
import { BanTable } from './ban-table.ts';
import { banColumns } from './client-columns.ts';

const ban = { kind: 'cidr', mask: '198.51.100.0/24', reason: 'r', by: 'tester', createdAt: 1 };

it('has the bans in the order of its columns', () => {
  const table = new BanTable({
    columns: [banColumns[1]!, banColumns[0]!, { key: 'spares', title: 'Spares', type: 'text' }],
    rows: () => [{ ...ban, expiresAt: null }],
    changes: () => 0,
  });
  expect([table.rows(), table.total()]).toEqual([[['198.51.100.0/24', 'cidr', null]], 1]);
});

it('is out of date once the list was changed, or the first of its bans ends', () => {
  let rows = [ban, { ...ban, expiresAt: 70_000 }, { ...ban, expiresAt: 60_000 }, { ...ban, expiresAt: null }];
  let changes = 0;
  const table = new BanTable({ columns: banColumns, rows: () => rows, changes: () => changes });
  // Nobody has looked at it.
  expect(table.isOutdated(Number.MAX_SAFE_INTEGER)).toBe(false);
  table.rows();
  expect([table.isOutdated(59_999), table.isOutdated(60_000)]).toEqual([false, true]);
  rows = [ban];
  table.rows();
  expect(table.isOutdated(Number.MAX_SAFE_INTEGER)).toBe(false);
  changes = 1;
  expect(table.isOutdated(0)).toBe(true);
  table.rows();
  expect(table.isOutdated(0)).toBe(false);
});

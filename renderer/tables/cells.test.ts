import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import type { TableColumn } from '../../contract/manifest.ts';
import {
  arrangeRows,
  type ColumnType,
  formatCell,
  formatCellShort,
  formatCellWhole,
  isFigure,
  nextSort,
} from './cells.ts';

const columns: readonly TableColumn[] = [
  { key: 'nick', title: 'Nick', type: 'text' },
  { key: 'queue', title: 'Queue', type: 'bytes' },
  { key: 'oper', title: 'Oper', type: 'boolean' },
];
const rows = [
  ['user10', 2048, false],
  ['user2', null, true],
  ['User1', 1, false],
] as const;
const nicks = (arranged: readonly (readonly unknown[])[]) => arranged.map((row) => row[0]);
const sorted = (values: readonly (string | number | boolean | null | undefined)[], descending = false) =>
  nicks(
    arrangeRows(
      [{ key: 'k', title: 'K', type: 'text' }],
      values.map((value) => [value as never]),
      '',
      { column: 0, descending },
    ),
  );

describe('the rows of a table', () => {
  it('are sorted as people count, and not by letters alone', () => {
    expect(nicks(arrangeRows(columns, rows, '', { column: 0, descending: false }))).toEqual([
      'User1',
      'user2',
      'user10',
    ]);
    expect(sorted([10, 9, 100, -1])).toEqual([-1, 9, 10, 100]);
    expect(sorted([10, 9, 100], true)).toEqual([100, 10, 9]);
    expect(sorted(['é', 'f', 'E'])).toEqual(['é', 'E', 'f']);
    expect(sorted([true, false, true])).toEqual([false, true, true]);
    expect(sorted(['10', 9])).toEqual([9, '10']);
  });

  it('have missing values last in both directions', () => {
    const [rising, falling] = [false, true].map((descending) =>
      nicks(arrangeRows(columns, rows, '', { column: 1, descending })),
    );
    expect([rising, falling]).toEqual([
      ['User1', 'user10', 'user2'],
      ['user10', 'User1', 'user2'],
    ]);
    for (const missing of [null, undefined, ''])
      for (const descending of [false, true]) {
        expect(sorted([missing, 5], descending)).toEqual([5, missing]);
        expect(sorted([5, missing], descending)).toEqual([5, missing]);
      }
    // What is there is never missing, however little it is.
    expect(sorted([false, null, 0])).toEqual([0, false, null]);
  });

  it('stay in order where they are alike', () => {
    expect(nicks(arrangeRows(columns, rows, '', { column: 2, descending: false }))).toEqual([
      'user10',
      'User1',
      'user2',
    ]);
    expect(sorted([null, '', undefined, 1])).toEqual([1, null, '', undefined]);
  });

  it('are sorted by what figures are worth, not by how they are written', () => {
    const values = [1.25, -2, 1.5, -10, 1e21, 0];
    const sorted = arrangeRows(
      columns,
      values.map((value) => ['x', value, null]),
      '',
      { column: 1, descending: false },
    );
    expect(sorted.map((row) => row[1])).toEqual([-10, -2, 0, 1.25, 1.5, 1e21]);
  });

  it('are kept where every word of the filter is seen in some column', () => {
    expect(nicks(arrangeRows(columns, rows, 'USER kib', null))).toEqual(['user10']);
    expect(nicks(arrangeRows(columns, rows, 'yes', null))).toEqual(['user2']);
    expect(nicks(arrangeRows(columns, rows, '  USER1\t ', null))).toEqual(['user10', 'User1']);
    expect(nicks(arrangeRows(columns, rows, '   ', null))).toHaveLength(3);
    expect(arrangeRows(columns, rows, 'nobody', null)).toEqual([]);
    // Cells are searched one by one as they are written: nothing is found across two of them.
    expect(nicks(arrangeRows(columns, rows, 'user102', null))).toEqual([]);
  });

  it('stay as they came without a sort, and are never changed in place', () => {
    const before = JSON.stringify(rows);
    expect(arrangeRows(columns, rows, '', null)).toEqual(rows);
    expect(arrangeRows(columns, rows, '', null)).not.toBe(rows);
    arrangeRows(columns, rows, '', { column: 0, descending: true });
    expect(JSON.stringify(rows)).toBe(before);
  });

  it('are all there after sorting, whatever they are', () => {
    const cell = fc.oneof(fc.string(), fc.double(), fc.boolean(), fc.constant(null));
    fc.assert(
      fc.property(
        fc.array(fc.tuple(cell, cell, cell)),
        fc.nat(2),
        fc.boolean(),
        (any, column, descending) => {
          const arranged = arrangeRows(columns, any, '', { column, descending });
          expect(new Set(arranged)).toEqual(new Set(any));
          expect(arranged).toHaveLength(any.length);
        },
      ),
    );
  });

  it('are sorted rising, then falling, then not at all by presses on a header', () => {
    const first = nextSort(null, 1, 'text');
    const second = nextSort(first, 1, 'text');
    expect([first, second, nextSort(second, 1, 'text')]).toEqual([
      { column: 1, descending: false },
      { column: 1, descending: true },
      null,
    ]);
    expect(nextSort(first, 2, 'text')).toEqual({ column: 2, descending: false });
    expect(nextSort(second, 2, 'text')).toEqual({ column: 2, descending: false });
  });

  it('shows the most first where a column has figures', () => {
    const first = nextSort(null, 1, 'bytes');
    const second = nextSort(first, 1, 'bytes');
    expect([first, second, nextSort(second, 1, 'bytes')]).toEqual([
      { column: 1, descending: true },
      { column: 1, descending: false },
      null,
    ]);
  });
});

const at = new Date(2026, 10, 20, 14, 3, 22).getTime();

test.each<[ColumnType, Parameters<typeof formatCell>[1], string]>([
  ['bytes', 2048, '2 KiB'],
  ['bytes', 0, '0 B'],
  ['seconds', 0.5, '500 ms'],
  ['seconds', 0, '0 s'],
  ['number', 12_345, '12,345'],
  ['number', 1.25, '1.25'],
  ['text', 12_345, '12345'],
  ['number', '12345', '12345'],
  ['boolean', false, 'no'],
  ['boolean', true, 'yes'],
  ['text', 'as it is', 'as it is'],
  ['text', null, ''],
  ['number', undefined, ''],
  ['time', at, '2026-11-20 14:03:22'],
])('a cell of %s with %j is written as %j', (type, cell, text) => {
  expect(formatCell(type, cell)).toBe(text);
});

test('a time is told by how long ago it was, and wholly where there is room', () => {
  expect(formatCellShort('time', at, at + 42_000)).toBe('42 s ago');
  expect(formatCellShort('time', null, at)).toBe('');
  expect(formatCellShort('time', 'never', at)).toBe('never');
  expect(formatCellShort('bytes', 2048, at)).toBe('2 KiB');
  expect(formatCellWhole('time', at, at + 42_000)).toBe('2026-11-20 14:03:22 (42 s ago)');
  expect([formatCellWhole('bytes', 2_048, at), formatCellWhole('bytes', 1_023, at)]).toEqual([
    '2 KiB (2,048 B)',
    '1023 B',
  ]);
  expect([formatCellWhole('text', null, at), formatCellWhole('seconds', 5, at)]).toEqual(['', '5 s']);
});

test('figures are numbers, bytes and seconds', () => {
  const types: readonly ColumnType[] = ['text', 'number', 'bytes', 'seconds', 'time', 'boolean'];
  expect(types.filter(isFigure)).toEqual(['number', 'bytes', 'seconds']);
});

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { TableColumn } from '../../contract/manifest.ts';
import { arrangeRows, formatCell, formatCellShort, nextSort } from './cells.ts';

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

describe('the rows of a table', () => {
  it('are sorted as people count, and not by letters alone', () => {
    expect(nicks(arrangeRows(columns, rows, '', { column: 0, descending: false }))).toEqual([
      'User1',
      'user2',
      'user10',
    ]);
  });

  it('have missing values last in both directions', () => {
    expect(nicks(arrangeRows(columns, rows, '', { column: 1, descending: false }))).toEqual([
      'User1',
      'user10',
      'user2',
    ]);
    expect(nicks(arrangeRows(columns, rows, '', { column: 1, descending: true }))).toEqual([
      'user10',
      'User1',
      'user2',
    ]);
  });

  it('are kept where every word of the filter is seen in some column', () => {
    expect(nicks(arrangeRows(columns, rows, 'USER kib', null))).toEqual(['user10']);
    expect(nicks(arrangeRows(columns, rows, 'yes', null))).toEqual(['user2']);
    expect(arrangeRows(columns, rows, 'nobody', null)).toEqual([]);
  });

  it('stay as they came without a sort, and are never changed in place', () => {
    const before = JSON.stringify(rows);
    expect(arrangeRows(columns, rows, '', null)).toEqual(rows);
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
    const first = nextSort(null, 1);
    const second = nextSort(first, 1);
    expect([first, second, nextSort(second, 1)]).toEqual([
      { column: 1, descending: false },
      { column: 1, descending: true },
      null,
    ]);
    expect(nextSort(first, 2)).toEqual({ column: 2, descending: false });
  });

  it('write cells by the type of their column', () => {
    expect(formatCell('bytes', 2048)).toBe('2 KiB');
    expect(formatCell('seconds', 0.5)).toBe('500 ms');
    expect(formatCell('seconds', 0)).toBe('0 s');
    expect(formatCell('number', 12345)).toBe('12,345');
    expect(formatCell('boolean', false)).toBe('no');
    expect(formatCell('text', null)).toBe('');
    const at = new Date(2026, 10, 20, 14, 3, 22).getTime();
    expect(formatCellShort('time', at, at + 1_000)).toBe('14:03:22');
    expect(formatCellShort('time', at, at + 86_400_000)).toBe('2026-11-20 14:03:22');
    expect(formatCellShort('bytes', 2048, at)).toBe('2 KiB');
  });
});

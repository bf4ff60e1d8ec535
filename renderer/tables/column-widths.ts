/** How wide the columns of a table are: as wide as what they hold, and never narrower again while it is shown. */
import { useMemo, useRef } from 'react';
import type { TableColumn } from '../../daemons/contract/manifest.ts';
import type { TableCell } from '../../daemons/contract/stream.ts';
import { formatCellShort } from './cells.ts';

/** Rows that are looked at; more would cost without telling more. */
const SAMPLE = 200;
const CHARACTER_PX = 7.6;
/** Headers are written smaller. */
const HEADER_CHARACTER_PX = 6.8;
const PADDING_PX = 28;
const LEAST_PX = 64;
const MOST_PX = 300;

/** Widths in pixels that fit the headers and the first rows. */
export function fittingWidths(
  columns: readonly TableColumn[],
  rows: readonly (readonly TableCell[])[],
): readonly number[] {
  const now = Date.now();
  return columns.map((column, index) => {
    let characters = 0;
    for (const row of rows.slice(0, SAMPLE)) {
      characters = Math.max(characters, formatCellShort(column.type, row[index], now).length);
    }
    // The arrow of a sorted column needs room beside the title.
    const header = (column.title.length + 2) * HEADER_CHARACTER_PX;
    const needed = Math.max(header, characters * CHARACTER_PX) + PADDING_PX;
    return Math.round(Math.min(MOST_PX, Math.max(LEAST_PX, needed)));
  });
}

/** The widths for the rows shown so far: a live table does not shift while it is read. */
export function useColumnWidths(
  columns: readonly TableColumn[],
  rows: readonly (readonly TableCell[])[],
): readonly number[] {
  const widest = useRef<readonly number[]>([]);
  return useMemo(() => {
    const fitting = fittingWidths(columns, rows);
    widest.current = fitting.map((width, index) => Math.max(width, widest.current[index] ?? 0));
    return widest.current;
  }, [columns, rows]);
}

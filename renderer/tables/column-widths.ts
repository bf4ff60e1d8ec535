/** How wide the columns of a table are: as wide as what they hold, and never narrower again while it is shown. */
import { useMemo, useRef } from 'react';
import type { TableColumn } from '../../contract/manifest.ts';
import type { TableCell } from '../../contract/stream.ts';
import { formatCellShort } from './cells.ts';
import { measureText } from './measure-text.ts';

/** Rows that are looked at; more would cost without telling more. */
const SAMPLE = 200;
/** Sizes of text in cells and in headers. */
const CELL_TEXT = '--type-body';
const HEADER_TEXT = '--type-note';
const PADDING_PX = 26;
/** The arrow of a sorted column needs room beside the title. */
const ARROW_PX = 12;
const LEAST_PX = 56;
const MOST_PX = 300;

/** Width in pixels of a text of the size that a token names. */
export type MeasureText = (text: string, size: string) => number;

/** Widths in pixels that fit the headers and the first rows. */
export function fittingWidths(
  columns: readonly TableColumn[],
  rows: readonly (readonly TableCell[])[],
  measure: MeasureText,
): readonly number[] {
  const now = Date.now();
  return columns.map((column, index) => {
    let longest = '';
    for (const row of rows.slice(0, SAMPLE)) {
      const text = formatCellShort(column.type, row[index], now);
      if (text.length > longest.length) longest = text;
    }
    const header = measure(column.title, HEADER_TEXT) + ARROW_PX;
    const needed = Math.max(header, measure(longest, CELL_TEXT)) + PADDING_PX;
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
    const fitting = fittingWidths(columns, rows, measureText);
    widest.current = fitting.map((width, index) => Math.max(width, widest.current[index] ?? 0));
    return widest.current;
  }, [columns, rows]);
}

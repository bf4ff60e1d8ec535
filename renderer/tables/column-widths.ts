/** How wide the columns of a table are: as wide as what they hold, and never narrower again while it is shown. */
import { useMemo, useRef } from 'react';
import type { TableColumn } from '../../contract/manifest.ts';
import type { TableCell } from '../../contract/stream.ts';
import { formatAgo } from '../format/times.ts';
import { useHost } from '../model/host-context.ts';
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
/** As long as a time of the last two days ever gets. */
const LONGEST_AGO = formatAgo(0, 59 * 60_000);
const LEAST_PX = 56;
const MOST_PX = 300;
/** A box to select a row by stands before its name. */
const BOX_PX = 22;
/** What a reader may make of a column. */
export const LEAST_COLUMN = 48;
export const MOST_COLUMN = 800;

/** Width in pixels of a text of the size that a token names. */
export type MeasureText = (text: string, size: string) => number;

/** Widths in pixels that fit the headers and the first rows. */
export function fittingWidths(
  columns: readonly TableColumn[],
  rows: readonly (readonly TableCell[])[],
  measure: MeasureText,
  now: number,
  selects = false,
): readonly number[] {
  return columns.map((column, index) => {
    let longest = '';
    for (const row of rows.slice(0, SAMPLE)) {
      const text = formatCellShort(column.type, row[index], now);
      if (text.length > longest.length) longest = text;
    }
    // As time goes on a moment takes more room than it does now.
    if (column.type === 'time' && longest.length < LONGEST_AGO.length && longest !== '')
      longest = LONGEST_AGO;
    const header = measure(column.title, HEADER_TEXT) + ARROW_PX;
    const box = selects && index === 0 ? BOX_PX : 0;
    const needed = Math.max(header, measure(longest, CELL_TEXT) + box) + PADDING_PX;
    return Math.round(Math.min(MOST_PX, Math.max(LEAST_PX, needed)));
  });
}

/**
 * The widths for the rows shown so far: a live table does not shift while it is read. Those that a reader set stay.
 * @param set widths by key of the column
 */
export function useColumnWidths(
  columns: readonly TableColumn[],
  rows: readonly (readonly TableCell[])[],
  selects: boolean,
  set: Readonly<Record<string, number>> | null,
): readonly number[] {
  const widest = useRef<readonly number[]>([]);
  const host = useHost();
  const fitting = useMemo(() => {
    const found = fittingWidths(columns, rows, measureText, host.hostNow(), selects);
    widest.current = found.map((width, index) => Math.max(width, widest.current[index] ?? 0));
    return widest.current;
  }, [columns, rows, selects, host]);
  return useMemo(
    () => fitting.map((width, index) => set?.[columns[index]!.key] ?? width),
    [fitting, set, columns],
  );
}

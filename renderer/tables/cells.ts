/** How cells are written, compared and searched, by the type of their column. */
import type { TableColumn } from '../../contract/manifest.ts';
import type { TableCell } from '../../contract/stream.ts';
import { formatBytes, formatExact, formatSeconds, LOCALE } from '../format/numbers.ts';
import { formatAgo, formatDateTime } from '../format/times.ts';
import { messages } from './messages.ts';

export type ColumnType = TableColumn['type'];

const collator = new Intl.Collator(LOCALE, { numeric: true, sensitivity: 'base' });

/** Text of a cell; empty for a missing value. */
export function formatCell(type: ColumnType, cell: TableCell | undefined): string {
  if (cell === null || cell === undefined) return '';
  if (typeof cell === 'boolean') return cell ? messages.yes : messages.no;
  if (typeof cell === 'string') return cell;
  if (type === 'bytes') return formatBytes(cell);
  // Rows count in seconds: nothing of that is not measured in thousandths.
  if (type === 'seconds') return cell === 0 ? messages.noSeconds : formatSeconds(cell);
  if (type === 'time') return formatDateTime(cell);
  return type === 'number' && Number.isInteger(cell) ? formatExact(cell) : String(cell);
}

/** Text of a cell within a table: of a time, how long ago. */
export function formatCellShort(type: ColumnType, cell: TableCell | undefined, now: number): string {
  return type === 'time' && typeof cell === 'number' ? formatAgo(cell, now) : formatCell(type, cell);
}

/** Text of a cell where there is room: a time with how long ago, bytes to the last one. */
export function formatCellWhole(type: ColumnType, cell: TableCell | undefined, now: number): string {
  const text = formatCell(type, cell);
  if (typeof cell !== 'number') return text;
  if (type === 'time') return `${text} (${formatAgo(cell, now)})`;
  return type === 'bytes' && cell >= 1_024 ? `${text} (${formatExact(cell)} B)` : text;
}

/** Whether a column's values are figures, which stand at the right. */
export function isFigure(type: ColumnType): boolean {
  return type === 'number' || type === 'bytes' || type === 'seconds';
}

/** Order of two cells; missing values come last whatever the direction. */
function compareCells(a: TableCell | undefined, b: TableCell | undefined): number {
  if (typeof a === 'number' && typeof b === 'number') return a - b;
  return collator.compare(String(a), String(b));
}

export interface Sort {
  readonly column: number;
  readonly descending: boolean;
}

type Row = readonly TableCell[];

/** The rows that hold every word of `filter` in some column, in order. The rows given are left as they are. */
export function arrangeRows(
  columns: readonly TableColumn[],
  rows: readonly Row[],
  filter: string,
  sort: Sort | null,
): readonly Row[] {
  const words = filter
    .toLowerCase()
    .split(/\s+/)
    .filter((word) => word !== '');
  const matches = (row: Row) => {
    const text = columns
      .map((column, i) => formatCell(column.type, row[i]))
      .join(' ')
      .toLowerCase();
    return words.every((word) => text.includes(word));
  };
  const kept = words.length === 0 ? [...rows] : rows.filter(matches);
  if (sort === null) return kept;
  const isMissing = (cell: TableCell | undefined) => cell === null || cell === undefined || cell === '';
  return kept.sort((a, b) => {
    const left = a[sort.column];
    const right = b[sort.column];
    if (isMissing(left) || isMissing(right)) return Number(isMissing(left)) - Number(isMissing(right));
    return sort.descending ? compareCells(right, left) : compareCells(left, right);
  });
}

/**
 * The sort after a press on a column's header: rising, falling, then as the daemon sent them. Of figures the most is looked for, so
 * they fall first.
 */
export function nextSort(sort: Sort | null, column: number, type: ColumnType): Sort | null {
  const descending = isFigure(type);
  if (sort?.column !== column) return { column, descending };
  return sort.descending === descending ? { column, descending: !descending } : null;
}

/**
 * Which columns of a table are shown: those that a reader chose, else those that fit, the most important first. A column
 * that says the same on every row is said once above the table instead.
 */
import type { TableColumn } from '../../contract/manifest.ts';
import type { TableCell } from '../../contract/stream.ts';
import { formatCell } from './cells.ts';
import { messages } from './messages.ts';

type Row = readonly TableCell[];

const rankOf = (column: TableColumn | undefined): number => column?.rank ?? 1;

/**
 * Places of the columns that fit into a width; the first always does.
 * @param places the columns to choose from
 * @param widths widths of all columns in pixels
 * @param available pixels for them; null where that is not known yet
 */
export function fittingColumns(
  columns: readonly TableColumn[],
  places: readonly number[],
  widths: readonly number[],
  available: number | null,
): readonly number[] {
  if (available === null) return places;
  const left = [...places];
  const total = () => left.reduce((sum, place) => sum + (widths[place] ?? 0), 0);
  while (left.length > 1 && total() > available) {
    const worst = Math.max(...left.slice(1).map((place) => rankOf(columns[place])));
    left.splice(
      left.findLastIndex((place, index) => index > 0 && rankOf(columns[place]) === worst),
      1,
    );
  }
  return left;
}

/** Places of the less important columns that say the same on every row. */
export function uniformColumns(columns: readonly TableColumn[], rows: readonly Row[]): readonly number[] {
  const [first] = rows;
  if (first === undefined) return [];
  return columns.flatMap((column, place) => {
    if (place === 0 || rankOf(column) === 1 || (column.type !== 'text' && column.type !== 'boolean'))
      return [];
    const value = first[place] ?? null;
    return rows.every((row) => (row[place] ?? null) === value) ? [place] : [];
  });
}

/** What uniform columns say, in words: `All: class lab, no TLS`; empty for none. */
export function uniformText(
  columns: readonly TableColumn[],
  rows: readonly Row[],
  places: readonly number[],
): string {
  const parts = places.flatMap((place) => {
    const column = columns[place];
    if (column === undefined) return [];
    const value = rows[0]?.[place] ?? null;
    if (value === null || value === '' || value === false) return [messages.none(column.title)];
    return [value === true ? column.title : `${column.title} ${formatCell(column.type, value)}`];
  });
  return parts.length === 0 ? '' : messages.onAllRows(parts.join(', '));
}

/** A choice of columns in the keys that the columns have now. */
export function currentKeys(
  chosen: readonly string[] | null,
  columns: readonly TableColumn[],
  renamed: Readonly<Record<string, string>> = {},
): readonly string[] | null {
  if (chosen === null) return null;
  const known = new Set(columns.map(({ key }) => key));
  return chosen.map((key) => (known.has(key) ? key : (renamed[key] ?? key)));
}

/** How large the value of a row is beside the largest one, so that the sorted column is read at a glance. */
import type { TableColumn } from '../../contract/manifest.ts';
import { isFigure, type Sort } from './cells.ts';
import type { Row } from './row-keys.ts';

/** Shares that can be told apart; more would have rows drawn again for nothing. */
const STEPS = 10;

/** The share of each row's value in the sorted column, 0 to 1; null where that column has no figures that differ. */
export function heatOf(
  columns: readonly TableColumn[],
  rows: readonly Row[],
  sort: Sort | null,
): ((row: Row) => number) | null {
  if (sort === null || !isFigure(columns[sort.column]!.type)) return null;
  const figureOf = (row: Row) => {
    const cell = row[sort.column];
    return typeof cell === 'number' && cell > 0 ? cell : 0;
  };
  const values = rows.map(figureOf);
  const most = values.reduce((max, value) => Math.max(max, value), 0);
  if (most === 0 || values.every((value) => value === most)) return null;
  return (row) => Math.round((figureOf(row) / most) * STEPS) / STEPS;
}

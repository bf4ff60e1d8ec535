/** What is said of one thing by column key, as a row of a live table. */
import type { TableColumn } from '../../../contract/manifest.ts';
import type { TableCell } from '../../../contract/stream.ts';

/** The cells of a row in the order of the columns; null where it says nothing. */
export function cellsOf(
  columns: readonly Pick<TableColumn, 'key'>[],
  row: Readonly<Record<string, TableCell>>,
): TableCell[] {
  return columns.map(({ key }) => row[key] ?? null);
}

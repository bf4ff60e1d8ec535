/** What tells the rows of a table apart while it refreshes: focus, selection and drawer stay with the same thing. */
import type { TableCell } from '../../contract/stream.ts';

export type Row = readonly TableCell[];
export type RowKey = string;

/**
 * A key for each row: the value of the column that identifies it. Without such a column it is the first one, and how many rows
 * before it say the same.
 * @param keyColumn place of the column that identifies a row; -1 where there is none
 */
export function rowKeys(rows: readonly Row[], keyColumn: number): ReadonlyMap<Row, RowKey> {
  const seen = new Map<string, number>();
  const keys = new Map<Row, RowKey>();
  for (const row of rows) {
    const cell = row[Math.max(0, keyColumn)] ?? null;
    // A number and the text of that number are two things.
    const name = JSON.stringify(cell);
    const before = seen.get(name) ?? 0;
    seen.set(name, before + 1);
    keys.set(row, before === 0 ? name : `${name} ${before}`);
  }
  return keys;
}

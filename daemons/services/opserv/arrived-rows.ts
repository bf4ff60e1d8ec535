/** Rows that have come into a table by another way than by whoever keeps it in memory: read a page at a time, others have their turn between. */
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Sqlite } from '../../runtime/files/sqlite.ts';

/** Rows that are read, and taken up, in one turn of the loop: a millisecond or two. */
const ROWS_AT_ONCE = 200;

/** @param columns as they stand behind SELECT, of a table with a rowid */
export async function eachRow<Row>(
  database: Sqlite,
  columns: string,
  table: string,
  take: (row: Row) => void,
): Promise<void> {
  const page = database.prepare(
    `SELECT rowid AS "at row", ${columns} FROM ${table} WHERE rowid > ? ORDER BY rowid LIMIT ${ROWS_AT_ONCE}`,
  );
  let after = 0;
  for (;;) {
    const rows = page.all(after) as (Row & { readonly 'at row': number })[];
    for (const { 'at row': at, ...row } of rows) {
      after = at;
      take(row as Row);
    }
    if (rows.length < ROWS_AT_ONCE) return;
    await nextTurn();
  }
}

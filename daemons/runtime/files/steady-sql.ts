/**
 * Statements that are made once. SQLite with STAT4, as better-sqlite3 has it, makes a statement with JOIN or ORDER BY anew whenever another
 * value is bound to what it compares a column with or to LIMIT, in case that asks for another plan ("the plan may depend on the value",
 * https://www.sqlite.org/c3ref/prepare.html): for a look at one row that takes five times as long as the look. Nothing here was ever
 * analysed, so the plan is always the same.
 */

/** A value that a column is compared with, or set to, or how many rows there may be. */
const COMPARED = /([=<>]\s*|\b(?:LIMIT|OFFSET)\s+)([?@])/g;

/**
 * The same statement, made once: to SQLite the value is the result of a calculation (unary plus, which changes nothing of a
 * value of any type), on which no plan depends. For statements that are run often.
 */
export function steadySql(sql: string): string {
  return sql.replace(COMPARED, '$1+$2');
}

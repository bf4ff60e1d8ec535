/**
 * Bans as a file that spreadsheets read: comma-separated values (RFC 4180) with a line of titles, one ban a line. Written by the
 * commands that export them, read by those that import.
 */

import type { TableColumn } from '../../../contract/manifest.ts';
import type { TableCell } from '../../../contract/stream.ts';

/** A line of a file, by the keys of its titles. */
export interface CsvRow {
  /** Counted from 1, the titles included. */
  readonly line: number;
  readonly cells: Readonly<Record<string, string>>;
}

/** Something that is wrong with a line. */
export interface CsvProblem {
  readonly line: number;
  readonly problem: string;
}

/** What a file says, and what is wrong with it. */
export interface CsvContent {
  readonly rows: readonly CsvRow[];
  readonly problems: readonly CsvProblem[];
}

/** A spreadsheet would take such a text, which may come from anybody's reason, for a formula. */
const FORMULA = /^[=+\-@\t\r']/;
/** What {@link toCsv} puts before one, so that reading gives it back. */
const GUARD = "'";

/** Rows as a file; times in UTC. */
export function toCsv(
  columns: readonly TableColumn[],
  rows: Iterable<Readonly<Record<string, TableCell>>>,
): string {
  const lines = [columns.map(({ key }) => key)];
  for (const row of rows) lines.push(columns.map(({ key, type }) => cellText(type, row[key] ?? null)));
  return lines.map((cells) => `${cells.map(csvCell).join(',')}\r\n`).join('');
}

function cellText(type: TableColumn['type'], cell: TableCell): string {
  if (cell === null) return '';
  return type === 'time' && typeof cell === 'number' ? new Date(cell).toISOString() : String(cell);
}

function csvCell(text: string): string {
  const safe = FORMULA.test(text) ? GUARD + text : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

/**
 * Reads a file.
 * @param known keys that its titles may have
 * @param needed those that they must have
 */
export function readCsv(text: string, known: readonly string[], needed: readonly string[]): CsvContent {
  const lines = text.replace(/^\uFEFF/, '').split(/\r\n|\n|\r/);
  const problems: CsvProblem[] = [];
  const titles = readLine(lines[0] ?? '');
  const wrong = titlesProblem(titles, known, needed);
  if (titles === null || wrong !== null)
    return { rows: [], problems: [{ line: 1, problem: wrong ?? BROKEN }] };
  const rows: CsvRow[] = [];
  for (const [at, line] of lines.entries()) {
    if (at === 0 || line.trim() === '') continue;
    const values = readLine(line);
    if (values === null) problems.push({ line: at + 1, problem: BROKEN });
    else if (values.length !== titles.length)
      problems.push({ line: at + 1, problem: `${values.length} cells, expected ${titles.length}` });
    else
      rows.push({
        line: at + 1,
        cells: Object.fromEntries(titles.map((title, place) => [title, values[place]!])),
      });
  }
  return { rows, problems };
}

const BROKEN = 'a quote that does not end, or that something stands before or behind of';

function titlesProblem(
  titles: readonly string[] | null,
  known: readonly string[],
  needed: readonly string[],
): string | null {
  if (titles === null) return BROKEN;
  const list = known.join(', ');
  const strange = titles.find((title) => !known.includes(title));
  if (strange !== undefined) return `"${strange}" is no title, expected some of ${list}`;
  const missing = needed.find((title) => !titles.includes(title));
  if (missing !== undefined) return `the title ${missing} is missing, expected some of ${list}`;
  const twice = titles.find((title, at) => titles.indexOf(title) !== at);
  return twice === undefined ? null : `the title ${twice} stands there twice`;
}

/** The cells of a line; null where its quotes do not fit. */
function readLine(line: string): string[] | null {
  const cells: string[] = [];
  let at = 0;
  for (;;) {
    if (line[at] === '"') {
      const quoted = /"((?:[^"]|"")*)"(?=,|$)/y;
      quoted.lastIndex = at;
      const [whole, inside] = quoted.exec(line) ?? [];
      if (whole === undefined || inside === undefined) return null;
      cells.push(unguarded(inside.replaceAll('""', '"')));
      at += whole.length;
    } else {
      const end = line.indexOf(',', at);
      const cell = line.slice(at, end < 0 ? undefined : end);
      if (cell.includes('"')) return null;
      cells.push(unguarded(cell));
      at += cell.length;
    }
    if (at >= line.length) return cells;
    at++;
  }
}

function unguarded(cell: string): string {
  return cell.startsWith(GUARD) && FORMULA.test(cell.slice(1)) ? cell.slice(1) : cell;
}

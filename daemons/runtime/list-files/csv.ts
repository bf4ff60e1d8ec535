/**
 * Rows as a file that spreadsheets read: comma-separated values (RFC 4180) with a line of titles, one row a line. What such a file of
 * a list is made of stands in list-format.ts.
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

/** What the titles of a file are compared with. */
export interface CsvTitles {
  /** Keys that they may have. */
  readonly known: readonly string[];
  /** Those that they must have. */
  readonly needed: readonly string[];
  /** What the title over no cells says that tells what the file is; null where it has none. */
  readonly mark?: RegExp;
  /** What is wrong with that title, or null. */
  readonly markProblem?: (mark: string) => string | null;
}

/** Reads a file. */
export function readCsv(text: string, expected: CsvTitles): CsvContent {
  const lines = text.replace(/^\uFEFF/, '').split(/\r\n|\n|\r/);
  const problems: CsvProblem[] = [];
  const titles = readLine(lines[0] ?? '');
  const wrong = titlesProblem(titles, expected);
  if (titles === null || wrong !== null)
    return { rows: [], problems: [{ line: 1, problem: wrong ?? BROKEN }] };
  const rows: CsvRow[] = [];
  const mark = titles.findIndex((title) => isMark(title, expected));
  // Nothing has to stand below a mark: lines that were written by hand may end before it.
  const least = mark === titles.length - 1 ? titles.length - 1 : titles.length;
  for (const [at, line] of lines.entries()) {
    if (at === 0 || line.trim() === '') continue;
    const values = readLine(line);
    if (values === null) problems.push({ line: at + 1, problem: BROKEN });
    else if (values.length < least || values.length > titles.length)
      problems.push({ line: at + 1, problem: `${values.length} cells, expected ${least}` });
    else if ((values[mark] ?? '') !== '')
      problems.push({ line: at + 1, problem: `"${values[mark]}" stands below no title of the list` });
    else
      rows.push({
        line: at + 1,
        cells: Object.fromEntries(
          titles.flatMap((title, place) => (place === mark ? [] : [[title, values[place]!] as const])),
        ),
      });
  }
  return { rows, problems };
}

const BROKEN = 'a quote that does not end, or that something stands before or behind of';

function isMark(title: string, { mark }: CsvTitles): boolean {
  return mark?.test(title) === true;
}

function titlesProblem(titles: readonly string[] | null, expected: CsvTitles): string | null {
  if (titles === null) return BROKEN;
  const { known, needed, markProblem } = expected;
  // What the file is comes first: of another list its titles would be strange, too.
  const mark = titles.find((title) => isMark(title, expected));
  const wrong = mark === undefined ? null : (markProblem?.(mark) ?? null);
  if (wrong !== null) return wrong;
  const list = known.join(', ');
  const strange = titles.find((title) => !known.includes(title) && title !== mark);
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

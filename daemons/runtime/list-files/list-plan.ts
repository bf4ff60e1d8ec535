/**
 * What importing a file of a list (list-format.ts) would do: all of the file holds or none. What is wrong is said by line before
 * anything is changed; each daemon says only how an entry is read and what is wrong with one.
 */
import { z } from 'zod';
import { SignalboxError } from '../../../contract/errors.ts';
import { counted } from '../host/impact-text.ts';
import { limits } from '../limits.ts';
import type { CsvProblem } from './csv.ts';
import { type ListFile, readList } from './list-format.ts';

/** Lines that a refusal names; the others are counted. */
const SHOWN_PROBLEMS = 20;
const MINUTE_MS = 60_000;

/** How a daemon reads the entries of a list. */
export interface ListReader<Row, Entry> {
  /** What the cells of a line must be; keys are those of the columns. */
  readonly row: z.ZodType<Row>;
  /** A row as an entry, or why it is none. */
  read(row: Row): Entry | string;
  /** When an entry ends, Unix milliseconds; null for never. Of one that is over nothing else is asked. */
  endMs(row: Row): number | null;
  /** Why an entry cannot be in the list, or null. */
  problemWith?(entry: Entry): string | null;
  /** What tells one entry from another. */
  keyOf(entry: Entry): string;
  /** Whether the list has it already, the same in all but who set it and when. */
  isThere(entry: Entry): boolean;
  /** Why there is no room for it beside those of the lines above, or null. */
  noRoom(entry: Entry): string | null;
}

/** What a file asks for. */
export interface ListPlan<Entry> {
  /** Those that are new or otherwise than in the list, in the order of their lines. */
  readonly entries: readonly Entry[];
  /** Those that are there already. */
  readonly already: number;
  /** Those that were over already. */
  readonly over: number;
}

const TIME = /^\d{4}-\d\d-\d\d(?:[T ]|$)/;

/** A cell that says when an entry ends: Unix milliseconds, null for never. */
export const endCell = z
  .string()
  .default('')
  .transform((text, context) => {
    if (text === '') return null;
    const ms = TIME.test(text) ? Date.parse(text) : Number.NaN;
    if (!Number.isNaN(ms)) return ms;
    context.addIssue({
      code: 'custom',
      message: 'expected a time such as 2030-01-31T12:00:00Z, or nothing',
    });
    return z.NEVER;
  });

/** Why an end is further away than an administrator may set one, or null. */
export function endProblem(endMs: number | null, nowMs: number, mostMinutes: number): string | null {
  if (endMs === null) return null;
  const minutes = Math.ceil((endMs - nowMs) / MINUTE_MS);
  return minutes <= mostMinutes
    ? null
    : `${minutes} minutes are too long, expected at most ${mostMinutes}, or nothing for ever`;
}

/**
 * Reads a file and finds out whether all of it can be in the list. Changes nothing.
 * @throws SignalboxError `refused` with what is wrong, by line
 */
export function planList<Row, Entry>(
  file: ListFile,
  reader: ListReader<Row, Entry>,
  text: string,
  nowMs: number,
): ListPlan<Entry> {
  const { rows, problems: broken } = readList(file, text);
  const problems: CsvProblem[] = [...broken];
  const most = limits.importedEntries.default;
  if (rows.length > most)
    problems.push({
      line: rows[most]!.line,
      problem: `more than ${most} ${file.list}; import the file in parts`,
    });
  const entries: Entry[] = [];
  const lines = new Map<string, number>();
  let already = 0;
  let over = 0;
  for (const { line, cells } of rows.slice(0, most)) {
    const say = (problem: string) => void problems.push({ line, problem });
    const read = reader.row.safeParse(cells);
    if (!read.success) {
      const [issue] = read.error.issues;
      say(`${String(issue?.path[0])}: ${issue?.message}`);
      continue;
    }
    const endMs = reader.endMs(read.data);
    if (endMs !== null && endMs <= nowMs) {
      over++;
      continue;
    }
    const entry = reader.read(read.data);
    const problem = typeof entry === 'string' ? entry : (reader.problemWith?.(entry) ?? null);
    if (typeof entry === 'string' || problem !== null) {
      say(String(problem));
      continue;
    }
    const key = reader.keyOf(entry);
    const first = lines.get(key);
    if (first !== undefined) {
      say(`the same ${file.noun} as on line ${first}`);
      continue;
    }
    lines.set(key, line);
    if (reader.isThere(entry)) {
      already++;
      continue;
    }
    const full = reader.noRoom(entry);
    if (full === null) entries.push(entry);
    else say(full);
  }
  if (problems.length > 0) throw new SignalboxError('refused', refusalText(problems));
  if (entries.length + already === 0)
    throw new SignalboxError(
      'refused',
      over === 0
        ? `The file has no ${file.list}.`
        : `Nothing is left to import: all ${over} ${file.list} are over.`,
    );
  return { entries, already, over };
}

function refusalText(problems: readonly CsvProblem[]): string {
  const sorted = problems.toSorted((a, b) => a.line - b.line);
  const shown = sorted.slice(0, SHOWN_PROBLEMS).map(({ line, problem }) => `line ${line}: ${problem}`);
  const more = sorted.length - shown.length;
  const rest = more === 0 ? '' : `; and ${counted(more, 'line')} more`;
  return `Nothing was imported. ${shown.join('; ')}${rest}`;
}

/** Counts the places that a list has left, for {@link ListReader.noRoom}: `left` before the first entry of the file. */
export function roomFor(left: number, isNew: (key: string) => boolean): (key: string) => boolean {
  let taken = 0;
  return (key) => !isNew(key) || ++taken <= left;
}

/** What an import would do, in words, before what it does to people. */
export function planWords({ noun }: ListFile, { entries, already, over }: ListPlan<unknown>): string[] {
  return [
    `sets ${counted(entries.length, noun)}`,
    ...(already === 0 ? [] : [`leaves out ${already} that ${are(already)} there already`]),
    ...(over === 0 ? [] : [`leaves out ${over} that ${are(over)} over`]),
  ];
}

function are(count: number): string {
  return count === 1 ? 'is' : 'are';
}

/**
 * The file in which a list that administrators keep leaves a daemon and comes back, the same for all daemons; version 1.
 *
 * It is comma-separated values in UTF-8 (csv.ts). The first line has titles: keys of the columns of the list, in any order, of
 * which some may be missing, and the mark `signalbox DAEMON LIST VERSION`, such as `signalbox relay bans 1`, below which nothing
 * stands. Every other line is an entry. Times are as in `2030-01-31T12:00:00.000Z`; an end that is empty is for ever. A cell that
 * spreadsheets would take for a formula has a `'` before it. A file without a mark, written by hand, is taken; one of another
 * list or of a later version is not. What a list has beside that is said where it is declared as a {@link ListFile}.
 */
import type { TableColumn } from '../../../contract/manifest.ts';
import type { TableCell } from '../../../contract/stream.ts';
import { type CsvContent, readCsv, toCsv } from './csv.ts';

export const LIST_FORMAT_VERSION = 1;

/** A list of a daemon as such a file. */
export interface ListFile {
  /** Whose it is. */
  readonly daemon: string;
  /** As in the names of the commands: `bans` has `export-bans`. */
  readonly list: string;
  /** What one entry is called. */
  readonly noun: string;
  readonly columns: readonly TableColumn[];
  /** Keys of the columns that a file must have. */
  readonly needed: readonly string[];
}

const MARK = /^signalbox(?: |$)/;

function markOf({ daemon, list }: ListFile, version: number): string {
  return `signalbox ${daemon} ${list} ${version}`;
}

/** Entries, by column key, as a file. */
export function writeList(file: ListFile, rows: Iterable<Readonly<Record<string, TableCell>>>): string {
  const mark: TableColumn = { key: markOf(file, LIST_FORMAT_VERSION), title: '', type: 'text' };
  return toCsv([...file.columns, mark], rows);
}

/** What a file says, and what is wrong with it by line. */
export function readList(file: ListFile, text: string): CsvContent {
  return readCsv(text, {
    known: file.columns.map(({ key }) => key),
    needed: file.needed,
    mark: MARK,
    markProblem: (mark) => {
      if (mark === markOf(file, LIST_FORMAT_VERSION)) return null;
      const [, daemon = 'nobody', list = 'nothing', version = 'none'] = mark.split(' ');
      const expected = `expected one of the ${file.list} of ${file.daemon}, version ${LIST_FORMAT_VERSION}`;
      return `this is a file of the ${list} of ${daemon}, version ${version}; ${expected}`;
    },
  });
}

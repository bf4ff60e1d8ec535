/** A file that other services wrote, or these: which it is, and what is in it. Reads the disk; called on a thread. */
import { readFileSync } from 'node:fs';
import { SignalboxError } from '../../../contract/errors.ts';
import type { Sqlite } from '../../runtime/files/sqlite.ts';
import { readAnope } from './anope-data.ts';
import { AnopeProblem } from './anope-objects.ts';
import { AthemeProblem, readAtheme } from './atheme-data.ts';
import { writeForeignChannels, writeForeignHelp, writeForeignSpam } from './foreign-channel-rows.ts';
import type { ForeignData, ForeignReading, LeftBehind } from './foreign-data.ts';
import { writeForeignLists } from './foreign-list-rows.ts';
import { writeForeign } from './foreign-rows.ts';
import { SaxProblem } from './saxdb.ts';
import { readX3 } from './x3-data.ts';

/** What a file can be. */
export type FileFormat = 'signalbox' | 'x3' | 'atheme' | 'anope';

/** Which one it is, by its first characters. */
export function formatOf(text: string): FileFormat {
  const start = text.trimStart();
  if (start.startsWith('{')) return 'signalbox';
  if (/^\s*OBJECT \w/.test(text)) return 'anope';
  return /^(#[^\n]*\n|\s)*(GRVER|DBV) \d/.test(text) ? 'atheme' : 'x3';
}

/** Of a file, a character each byte. @throws SignalboxError `bad_request` where it cannot be read */
export function fileBytes(file: string): string {
  try {
    return readFileSync(file, 'latin1');
  } catch (error) {
    throw unreadable(file, error instanceof Error ? error.message : String(error));
  }
}

/** What a file held, and what of it could not come along. */
export interface ForeignFile {
  readonly accounts: number;
  readonly left: readonly LeftBehind[];
}

/**
 * Writes what other services kept into empty tables.
 * @throws SignalboxError `bad_request` for a file of none of them, which says what is wrong and where
 */
export function writeForeignFile(
  database: Sqlite,
  file: string,
  bytes: string,
  format: Exclude<FileFormat, 'signalbox'>,
  reading: ForeignReading,
): ForeignFile {
  let data: ForeignData;
  try {
    data = READERS[format](bytes, reading);
  } catch (error) {
    if (!PROBLEMS.some((kind) => error instanceof kind)) throw error;
    const why = error instanceof Error ? error.message : String(error);
    throw unreadable(file, `as a database of ${NAMES[format]}, ${why}`);
  }
  const { now } = reading;
  const { accounts, channels, left } = data;
  database.transaction(() => {
    const ids = writeForeign(database, accounts, now, left);
    writeForeignChannels(database, channels, ids, now);
    writeForeignLists(database, data.lists);
    writeForeignHelp(database, data.help, ids, now);
    writeForeignSpam(database, data.spam, ids, now);
  })();
  return { accounts: accounts.length, left: left.rows() };
}

const NAMES = { x3: 'X3', atheme: 'Atheme', anope: 'Anope' } as const;
const READERS = { x3: readX3, atheme: readAtheme, anope: readAnope } as const;
const PROBLEMS = [SaxProblem, AthemeProblem, AnopeProblem];

function unreadable(file: string, why: string): SignalboxError {
  return new SignalboxError('bad_request', `${file} cannot be read: ${why}. Nothing was changed.`);
}

/** What could not come along, in words. */
export function leftText(left: readonly LeftBehind[]): string {
  return left.map(({ what, why, count, examples }) => `${count} × ${what} (${why}): ${examples}`).join('; ');
}

/** What came in beside accounts and channels, in words. */
export function cameText(came: readonly { readonly what: string; readonly count: number }[]): string {
  return came.map(({ what, count }) => `${count} × ${what}`).join('; ');
}

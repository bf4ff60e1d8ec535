/**
 * Reads the message of the day, bounded, so that a wrong path cannot fill the memory, and says what clients will not see
 * as it is written. Called at start and on reload.
 */
import { isLineText, toLineText } from '../../contract/line-texts.ts';
import { truncateUtf8 } from '../irc/line-text.ts';
import { decodeText, readBoundedFile } from '../runtime/files/bounded-file.ts';
import { limits } from './limits.ts';

const MAX_BYTES = limits.motdBytes.default;
const MAX_LINES = limits.motdLines.default;
const MAX_LINE_BYTES = limits.motdLineBytes.default;

/** A message of the day. */
export interface Motd {
  readonly lines: readonly string[];
  /** What was changed, each with its lines, in words that follow the name of the file. */
  readonly notes: readonly string[];
}

/**
 * The message of the day in a file.
 * @throws FileProblem when it cannot be read or is not UTF-8; with the line where that is known
 */
export async function readMotd(path: string): Promise<Motd> {
  const { text, mark } = decodeText(await readBoundedFile(path, MAX_BYTES));
  const written = text.split('\n').map((line) => (line.endsWith('\r') ? line.slice(0, -1) : line));
  if (written.at(-1) === '') written.pop();
  const shown = written.slice(0, MAX_LINES);
  const notes: string[] = [];
  const note = (found: (line: string) => boolean, what: string) => {
    const numbers = shown.flatMap((line, index) => (found(line) ? [index + 1] : []));
    if (numbers.length > 0) notes.push(`line${numbers.length === 1 ? '' : 's'} ${listed(numbers)}: ${what}`);
  };
  if (mark) notes.push('line 1: a byte order mark in front, which is left out');
  note((line) => !isLineText(line), 'control characters, which become spaces');
  note((line) => Buffer.byteLength(line) > MAX_LINE_BYTES, `more than ${MAX_LINE_BYTES} bytes, cut there`);
  if (written.length > MAX_LINES) {
    notes.push(`lines ${MAX_LINES + 1} to ${written.length}: left out, at most ${MAX_LINES} are sent`);
  }
  return { lines: shown.map((line) => truncateUtf8(toLineText(line), MAX_LINE_BYTES)), notes };
}

/** Such as `3, 7, 9 and 12 more`. */
function listed(numbers: readonly number[]): string {
  const first = numbers.slice(0, 5).join(', ');
  return numbers.length <= 5 ? first : `${first} and ${numbers.length - 5} more`;
}

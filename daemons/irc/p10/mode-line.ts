/**
 * Changes of a channel's modes: `M #channel +o-b ACAAA *!*@host [time]` and `OM`, where members are named by numeric. The
 * arguments stand in the order of the letters. Pure; called by whoever keeps a link.
 */
import { MAX_LINE_BYTES } from '../line-text.ts';
import type { KindLimits } from './kinds.ts';
import { type P10Line, writeLine } from './line.ts';
import { readWhole } from './server-line.ts';

/** One change. The argument is empty for a mode without; a member's numeric, a mask, a key or a number else. */
export interface LinkModeChange {
  readonly on: boolean;
  readonly letter: string;
  readonly argument: string;
}

/** What one line changes. */
export interface ModeLine {
  readonly channel: string;
  readonly changes: readonly LinkModeChange[];
  /** When the channel was made, as the sender knows it, Unix seconds; -1 where it does not say. */
  readonly createdSeconds: number;
}

/** ircu reads no more changes with an argument from one line (MAXMODEPARAMS). */
export const MAX_ARGUMENTS = 6;

/** Reads the parameters of `M` or `OM` of a channel. A mode whose argument is missing is left out. */
export function readModes(line: P10Line, kind: KindLimits): ModeLine | string {
  const [channel, letters = '', ...rest] = line.params;
  if (channel === undefined) return 'M needs a channel.';
  const changes: LinkModeChange[] = [];
  let on = true;
  let next = 0;
  for (const letter of letters) {
    if (letter === '+' || letter === '-') {
      on = letter === '+';
      continue;
    }
    const always = kind.modesWithArgument.includes(letter);
    if (!always && !(on && kind.modesWithArgumentWhenSet.includes(letter))) {
      changes.push({ on, letter, argument: '' });
      continue;
    }
    const argument = rest[next++];
    if (argument !== undefined && argument !== '') changes.push({ on, letter, argument });
  }
  const time = rest[next];
  return { channel, changes, createdSeconds: time === undefined ? -1 : readWhole(time) };
}

/**
 * Writes changes in as few lines as hold them.
 * @param token `M` or `OM`.
 * @param createdSeconds ends each line; negative for none.
 */
export function writeModes(
  source: string,
  token: 'M' | 'OM',
  channel: string,
  changes: readonly LinkModeChange[],
  createdSeconds: number,
): string[] {
  const lines: string[] = [];
  const head = writeLine(source, token, [channel]);
  const tail = createdSeconds < 0 ? '' : ` ${createdSeconds}`;
  let letters = '';
  let args = '';
  let count = 0;
  let sign = '';
  for (const { on, letter, argument } of changes) {
    const more = argument === '' ? '' : ` ${argument}`;
    const bytes = head.length + 1 + letters.length + 2 + args.length + more.length + tail.length;
    if (letters !== '' && (bytes > MAX_LINE_BYTES || (more !== '' && count === MAX_ARGUMENTS))) {
      lines.push(`${head} ${letters}${args}${tail}`);
      letters = '';
      args = '';
      count = 0;
      sign = '';
    }
    const wanted = on ? '+' : '-';
    if (wanted !== sign) letters += wanted;
    sign = wanted;
    letters += letter;
    args += more;
    if (more !== '') count++;
  }
  if (letters !== '') lines.push(`${head} ${letters}${args}${tail}`);
  return lines;
}

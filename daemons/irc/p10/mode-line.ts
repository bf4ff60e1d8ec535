/**
 * Changes of a channel's modes: `M #channel +o-b ACAAA *!*@host [time]` and `OM`, where members are named by numeric. The
 * arguments stand in the order of the letters. Pure; called by whoever keeps a link.
 */
import { MAX_LINE_BYTES } from '../line-text.ts';
import { type ModeWord, modeWords } from '../mode-words.ts';
import type { KindLimits } from './kinds.ts';
import { type P10Line, writeLine } from './line.ts';
import { readWhole } from './server-line.ts';

/** One change, where the argument of a member is their numeric. */
export type LinkModeChange = ModeWord;

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
  const head = writeLine(source, token, [channel]);
  const tail = createdSeconds < 0 ? '' : ` ${createdSeconds}`;
  const room = {
    bytes: MAX_LINE_BYTES - head.length - 1 - tail.length,
    mostArguments: MAX_ARGUMENTS,
    sizeOf: (text: string) => text.length,
  };
  return modeWords(changes, room).map((words) => `${head} ${words}${tail}`);
}

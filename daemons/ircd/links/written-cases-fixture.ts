/**
 * For tests: what comes of something, written down in a file beside the test. A line says what is done, and the indented lines below it
 * what comes of that; what follows ` // ` is done next. Lines that begin with "#" are for the reader.
 */
import { readFileSync } from 'node:fs';

export interface WrittenCase {
  /** As it is written. */
  readonly title: string;
  readonly deeds: readonly string[];
  readonly comes: readonly string[];
}

export function readCases(file: string): WrittenCase[] {
  return readFileSync(file, 'utf8')
    .split(/\n(?=\S)/)
    .filter((block) => !block.startsWith('#'))
    .map((block) => {
      const [title = '', ...comes] = block.trimEnd().split('\n');
      return { title, deeds: title.split(' // '), comes: comes.map((line) => line.trim()) };
    });
}

/** When the clock of these cases stands still, Unix milliseconds; `t` in a line is that in seconds, `t+5` five later. */
export const CASES_MS = Date.UTC(2026, 0, 1);

const SECONDS = CASES_MS / 1000;

/** A line as it is sent. */
export function withTimes(line: string): string {
  return line.replaceAll(/(?<=[ =])t([+-]\d+)?(?= |$)/g, (_, more) => String(SECONDS + Number(more ?? 0)));
}

/** A line as it is written down. */
export function withoutTimes(line: string): string {
  return line.replaceAll(/\b17672\d{5}\b/g, (word) => {
    const more = Number(word) - SECONDS;
    return more === 0 ? 't' : `t${more > 0 ? '+' : ''}${more}`;
  });
}

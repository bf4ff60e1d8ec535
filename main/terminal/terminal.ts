/**
 * What the CLI prints: data on stdout, everything for people on stderr, colours only on a terminal and never with
 * NO_COLOR. Used by all of its commands.
 */
import { type ParseArgsConfig, stripVTControlCharacters, styleText } from 'node:util';
import type { ControlOutcome } from '../../contract/control/messages.ts';
import type { ErrorCode, WireError } from '../../contract/errors.ts';
import type { TableColumn } from '../../contract/manifest.ts';
import type { DaemonState } from '../../contract/states.ts';
import { furtherMistakes } from '../core/config/mistakes.ts';
import { parseOptions, UsageError } from './options.ts';

/** Exit codes of the CLI (sysexits.h where it has one). */
export const EXIT = { ok: 0, failure: 1, usage: 2, noInstance: 69, config: 78, interrupted: 130 } as const;

/** Which exit code an error has; any other is a failure. What was typed wrong is `usage`, whoever notices it. */
const EXIT_OF: Partial<Record<ErrorCode, number>> = {
  bad_request: EXIT.usage,
  unknown_daemon: EXIT.usage,
  unknown_command: EXIT.usage,
  renamed_command: EXIT.usage,
  unknown_request: EXIT.usage,
  no_instance: EXIT.noInstance,
  config_invalid: EXIT.config,
  config_unreadable: EXIT.config,
  data_unusable: EXIT.config,
};

export { UsageError };

/** Options and positionals of a command's own words. Throws UsageError. */
export function parseWords<Options extends NonNullable<ParseArgsConfig['options']>>(
  words: readonly string[],
  options: Options,
) {
  return parseOptions(words, { allowPositionals: true, options });
}

/**
 * Writes data for a person. Only line ends, tabs and our own colours may command the terminal, wherever the rest of the
 * text came from.
 */
export function print(text: string): void {
  process.stdout.write(`${forTerminal(text)}\n`);
}

/** Writes a file as it is, to where no terminal reads it: whoever takes it wants it byte for byte. */
export function printFile(text: string): void {
  process.stdout.write(text);
}

/** Writes a message for the person at the terminal, whose lines may quote anything. */
export function say(text: string): void {
  process.stderr.write(`${printableLines(text)}\n`);
}

/** Writes data for a program, in one line that no terminal obeys either. */
export function printJson(value: unknown, indent?: number): void {
  process.stdout.write(`${jsonText(value, indent)}\n`);
}

/** JSON in which everything that a terminal could obey is written as an escape; it means the same. */
export function jsonText(value: unknown, indent?: number): string {
  const text = JSON.stringify(value, null, indent) ?? 'null';
  // JSON itself has no such characters outside of its strings but the line ends of an indentation.
  return text.replace(UNPRINTABLE, (char) =>
    char === '\n' ? char : `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

/** Says of what was done that it is not in the audit trail; answers what the JSON form has for that. */
export function sayUnrecorded({
  audited,
}: ControlOutcome<unknown>): Pick<ControlOutcome<unknown>, 'audited'> {
  if (audited !== false) return {};
  say('signalbox: this is not recorded: the audit trail cannot be written; the log of main says why.');
  return { audited };
}

/** Tells of an error and answers the exit code that goes with it. */
export function fail(error: WireError, json: boolean): number {
  const message = wordsFor(error);
  if (json) printJson({ ok: false, error: { ...error, message } });
  if (!json || error.code === 'no_instance')
    say(`signalbox: ${[message, ...furtherMistakes(error)].join('\n  ')}`);
  return EXIT_OF[error.code] ?? EXIT.failure;
}

/** The message, with the option that confirms where the instance speaks of a field. */
function wordsFor({ code, message }: WireError): string {
  if (code !== 'confirmation_required') return message;
  return message.replace(/ It must be confirmed.*$/, ' Add --yes to confirm it.');
}

/** The colour of each state. */
export const STATE_COLOURS = {
  running: 'green',
  starting: 'yellow',
  stopping: 'yellow',
  backoff: 'yellow',
  crashed: 'red',
  failed: 'red',
  stopped: 'gray',
} as const satisfies Record<DaemonState, string>;

/** A state in the colour of its kind, where the terminal has colours. */
export function colouredState(state: DaemonState): string {
  // styleText itself looks at the stream and at NO_COLOR.
  return styleText(STATE_COLOURS[state], state, { stream: process.stdout });
}

/** Rows with aligned columns; numbers stand on the right. */
export function formatTable(titles: readonly string[], rows: readonly (readonly string[])[]): string {
  const widths = titles.map((title, column) =>
    Math.max(title.length, ...rows.map((row) => visibleLength(row[column] ?? ''))),
  );
  const numeric = titles.map(
    (_, column) => rows.length > 0 && rows.every((row) => /^-?[\d.,]*( [a-zA-Z]+)?$/.test(row[column] ?? '')),
  );
  const line = (cells: readonly string[]) =>
    cells
      .map((cell, column) => {
        const pad = ' '.repeat(Math.max(0, (widths[column] ?? 0) - visibleLength(cell)));
        return numeric[column] ? pad + cell : cell + pad;
      })
      .join('  ')
      .trimEnd();
  return [titles.map((title) => title.toUpperCase()), ...rows].map(line).join('\n');
}

function visibleLength(text: string): number {
  return stripVTControlCharacters(text).length;
}

/**
 * What a terminal obeys or what turns the order of letters around: the control characters of C0 and C1, DEL, the bidi
 * controls, and the two line separators of Unicode.
 */
const UNPRINTABLE = /[\p{Cc}\p{Bidi_Control}\u2028\u2029]/gu;

/** The same, with a colour of {@link styleText} in one piece. */
const UNPRINTABLE_OR_COLOUR = new RegExp(`\\p{Cc}\\[\\d{1,2}m|${UNPRINTABLE.source}`, 'gu');

/** Text from elsewhere without what a terminal would obey: network users choose their own names. */
export function printable(text: string): string {
  return text.replace(UNPRINTABLE, escaped);
}

/** {@link printable} for a text of several lines, which stay lines, also where they end as in files (CR LF). */
export function printableLines(text: string): string {
  return text.split(/\r?\n/).map(printable).join('\n');
}

function escaped(char: string): string {
  const hex = char.charCodeAt(0).toString(16).padStart(2, '0');
  return hex.length > 2 ? `\\u{${hex}}` : `\\x${hex}`;
}

function forTerminal(text: string): string {
  return text.replace(UNPRINTABLE_OR_COLOUR, (found) => {
    if (found === '\n' || found === '\t') return found;
    if (found.length === 1) return escaped(found);
    return found.startsWith('\u001b') ? found : escaped(found[0] ?? '') + found.slice(1);
  });
}

/** One cell of a command's table result. */
export function formatCell(value: unknown, type: TableColumn['type']): string {
  if (value === null || value === undefined) return '-';
  if (type === 'time' && typeof value === 'number') return formatTime(value);
  if (type === 'seconds' && typeof value === 'number') return formatSeconds(value);
  if (type === 'bytes' && typeof value === 'number') return formatBytes(value);
  if (type === 'boolean') return value === true ? 'yes' : 'no';
  return printable(typeof value === 'object' ? JSON.stringify(value) : String(value));
}

/** Local time without the zone, to the second. */
export function formatTime(unixMs: number): string {
  const date = new Date(unixMs - new Date(unixMs).getTimezoneOffset() * 60_000);
  return date.toISOString().slice(0, 19).replace('T', ' ');
}

/** A duration in the unit that suits it. */
export function formatSeconds(seconds: number): string {
  if (seconds === 0) return '0 s';
  if (seconds < 1e-3) return `${(seconds * 1e6).toFixed(0)} us`;
  if (seconds < 1) return `${(seconds * 1e3).toFixed(2)} ms`;
  if (seconds < 120) return `${seconds.toFixed(1)} s`;
  return seconds < 7200 ? `${(seconds / 60).toFixed(0)} min` : `${(seconds / 3600).toFixed(1)} h`;
}

/** Bytes in binary units. */
export function formatBytes(bytes: number): string {
  const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB'];
  let value = bytes;
  let unit = 0;
  while (value >= 1024 && unit < units.length - 1) {
    value /= 1024;
    unit++;
  }
  return `${unit === 0 ? value : value.toFixed(1)} ${units[unit]}`;
}

/** Whether somebody can be asked. */
export function canAsk(): boolean {
  return process.stdin.isTTY === true && process.stderr.isTTY === true;
}

/** Asks, and answers what was typed. */
type Asker = (question: string) => Promise<string>;

/** Who reads standard input already and gives the answers; null where nobody does. */
let asker: Asker | null = null;

/** Says who asks from now on: two readers of standard input would each get a part of what is typed. */
export function askBy(next: Asker | null): void {
  asker = next;
}

/** Asks on stderr and answers what was typed. */
export async function ask(question: string): Promise<string> {
  if (asker !== null) return (await asker(question)).trim();
  const { createInterface } = await import('node:readline/promises');
  const lines = createInterface({ input: process.stdin, output: process.stderr });
  try {
    return (await lines.question(question)).trim();
  } finally {
    lines.close();
  }
}

/** Asks whether to go on. */
export async function goOn(): Promise<boolean> {
  return /^y(es)?$/i.test(await ask('Go on? [y/N] '));
}

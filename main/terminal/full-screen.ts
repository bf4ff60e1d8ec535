/**
 * The whole terminal for a live view: another screen without cursor, keys as they are pressed, and everything as it was before at
 * the end, be that a key, a signal or a crash. Used by `signalbox top`.
 */
import type { EventEmitter } from 'node:events';
import { constants } from 'node:os';

const ENTER = '\u001b[?1049h\u001b[?25l\u001b[?7l';
const LEAVE = '\u001b[?7h\u001b[?25h\u001b[?1049l';
const HOME = '\u001b[H';
const CLEAR_LINE_END = '\u001b[K';
const CLEAR_BELOW = '\u001b[J';

/** Signals that end a program; what follows them is the end that they would have brought. */
const ENDING = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

const ESCAPE = '\u001b';
/** What a key sends after it that types nothing: CSI or SS3 and its end (ECMA-48 5.4). */
const SEQUENCE = /^(?:\[[\d;]*[ -/]*[@-~]|O[@-~])/;

/** The keys that are told by a name; others by what they type. */
const KEYS: Readonly<Record<string, string>> = {
  '\u001b[A': 'up',
  '\u001b[B': 'down',
  '\u001b[C': 'right',
  '\u001b[D': 'left',
  '\u001bOA': 'up',
  '\u001bOB': 'down',
  '\u001bOC': 'right',
  '\u001bOD': 'left',
  '\u001b[5~': 'page-up',
  '\u001b[6~': 'page-down',
  '\u001b[H': 'home',
  '\u001b[F': 'end',
  '\u0003': 'interrupt',
};

type Emits = Pick<EventEmitter, 'on' | 'off'>;

/** The parts of a process that a view takes; tests give others. */
export interface ScreenProcess extends Emits {
  readonly stdout: Emits & Pick<NodeJS.WriteStream, 'write' | 'columns' | 'rows' | 'writableNeedDrain'>;
  readonly stdin: Emits & Pick<NodeJS.ReadStream, 'isTTY' | 'setRawMode' | 'resume' | 'pause'>;
  exit(code: number): void;
}

/** What a view hears. */
export interface ScreenListeners {
  /** A key was pressed: `up`, `page-down`, `interrupt` (Ctrl-C), or what it types. */
  readonly key: (name: string) => void;
  /** The terminal has another size. */
  readonly resized: () => void;
}

/** The terminal between its making and `leave()`. */
export class FullScreen {
  readonly #process: ScreenProcess;
  readonly #ends: (() => void)[] = [];
  #left = false;

  constructor(process: ScreenProcess, { key, resized }: ScreenListeners) {
    this.#process = process;
    const { stdout, stdin } = process;
    const listen = (target: Emits, event: string, listener: Parameters<Emits['on']>[1]) => {
      target.on(event, listener);
      this.#ends.push(() => target.off(event, listener));
    };
    // Before anything is changed: what comes next may fail.
    for (const signal of ENDING)
      listen(process, signal, () => {
        this.leave();
        process.exit(128 + constants.signals[signal]);
      });
    listen(process, 'uncaughtExceptionMonitor', () => this.leave());
    listen(process, 'exit', () => this.leave());
    listen(stdout, 'resize', resized);
    stdout.write(ENTER);
    if (stdin.isTTY !== true) return;
    stdin.setRawMode(true);
    listen(stdin, 'data', (bytes: Buffer) => {
      for (const name of keysIn(bytes.toString('utf8'))) key(name);
    });
    stdin.resume();
    this.#ends.push(() => {
      stdin.setRawMode(false);
      stdin.pause();
    });
  }

  get hasKeys(): boolean {
    return this.#process.stdin.isTTY === true;
  }

  /** Room in characters. */
  get size(): { readonly columns: number; readonly rows: number } {
    const { columns, rows } = this.#process.stdout;
    return { columns: columns || 80, rows: rows || 24 };
  }

  /** Shows these lines in place of those before; left out while the terminal has not taken over the last ones. */
  show(lines: readonly string[]): void {
    const { stdout } = this.#process;
    if (this.#left || stdout.writableNeedDrain) return;
    stdout.write(`${HOME}${lines.map((line) => line + CLEAR_LINE_END).join('\r\n')}${CLEAR_BELOW}`);
  }

  /** Gives the terminal back as it was. Twice is fine. */
  leave(): void {
    if (this.#left) return;
    this.#left = true;
    for (const end of this.#ends) end();
    this.#process.stdout.write(LEAVE);
  }
}

/** The keys in what a terminal sent at once. */
export function keysIn(text: string): readonly string[] {
  const keys: string[] = [];
  for (let at = 0; at < text.length; ) {
    const [rest] = (text[at] === ESCAPE ? SEQUENCE.exec(text.slice(at + 1)) : null) ?? [];
    const sequence = rest === undefined ? '' : ESCAPE + rest;
    const piece = sequence === '' ? String.fromCodePoint(text.codePointAt(at) ?? 0) : sequence;
    at += piece.length;
    const name = KEYS[piece] ?? (sequence === '' ? piece : null);
    if (name !== null) keys.push(name);
  }
  return keys;
}

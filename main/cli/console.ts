/**
 * The console of `signalbox serve` in a terminal: each line is a command of the command line, without `signalbox` before it. They
 * go to the instance by its local socket, as those of any caller do, with its roles, its confirmations and its audit trail. The
 * terminal's own line editing is used, so that Ctrl-C stays a signal also while something hangs.
 */
import { createInterface, type Interface } from 'node:readline';
import type { Readable } from 'node:stream';
import { toWireError } from '../../contract/errors.ts';
import { splitLine, UsageError } from '../../kit/command-line.ts';
import type { Daemons, HostConsole } from '../headless/serve.ts';
import { inForeground } from '../terminal/foreground.ts';
import { askBy, say } from '../terminal/terminal.ts';
import { runCli } from './cli.ts';
import { ownDetails } from './own-details.ts';
import { SocketClient } from './socket-client.ts';

const PROMPT = 'signalbox> ';

/** Commands that need a process or a terminal of their own. */
const NOT_HERE = new Set(['serve', 'restore', 'completion', 'top']);

export interface ConsoleParts {
  /** The terminal; only what stands in it as a whole line counts. */
  readonly input: Readable;
  /** Shows text as it is: the prompt and questions. */
  readonly show: (text: string) => void;
  /** Does a command and says what came of it; never rejects but by a defect. */
  readonly run: (words: readonly string[]) => Promise<unknown>;
}

/** Takes lines one after the other until its input ends or it is closed. */
export class Console implements HostConsole {
  readonly #show: (text: string) => void;
  readonly #run: (words: readonly string[]) => Promise<unknown>;
  readonly #reader: Interface;
  readonly #lines: string[] = [];
  #wake: ((line: string | null) => void) | null = null;
  #asking = false;
  #running = false;
  #interrupted = false;
  #paused = false;
  #over = false;
  #closed = false;

  constructor({ input, show, run }: ConsoleParts) {
    this.#show = show;
    this.#run = run;
    this.#reader = createInterface({ input, terminal: false });
    this.#reader.on('line', (line) => this.#take(line));
    this.#reader.on('close', () => this.#end());
    // The terminal is gone. The reader tells of it too, where it knows.
    for (const source of [input, this.#reader]) source.on('error', () => this.#reader.close());
  }

  /** Resolves when it takes no more lines: its input has ended, or it was closed. */
  async serve(): Promise<'ended' | 'closed'> {
    for (;;) {
      if (!this.#over) this.#show(PROMPT);
      const line = await this.#next();
      if (line === null) return this.#closed ? 'closed' : 'ended';
      await this.#command(line);
    }
  }

  /** Shows a question and answers the next line; the empty one where none comes. */
  async ask(question: string): Promise<string> {
    if (this.#over || this.#interrupted) return '';
    this.#show(question);
    this.#asking = true;
    const answer = await this.#next();
    this.#asking = false;
    return answer ?? '';
  }

  /** Ctrl-C: true where it was meant for a command that runs. Pressed again during the same one it is not. */
  interrupt(): boolean {
    if (!this.#running || this.#interrupted) return false;
    this.#interrupted = true;
    this.#show('\n');
    if (this.#asking) this.#wake?.('');
    return true;
  }

  /** Lets go of the terminal for as long as it belongs to others. */
  pause(): void {
    this.#paused = true;
    if (!this.#over) this.#reader.pause();
  }

  /** Takes the terminal back. */
  resume(): void {
    this.#paused = false;
    if (this.#wake !== null && !this.#over) this.#reader.resume();
  }

  close(): void {
    this.#closed = true;
    this.#reader.close();
  }

  async #command(line: string): Promise<void> {
    this.#running = true;
    this.#interrupted = false;
    try {
      const words = splitLine(line);
      if (/^(\.\/)?signalbox$/.test(words[0] ?? '')) words.shift();
      const [name] = words;
      if (name === undefined) return;
      if (NOT_HERE.has(name))
        throw new UsageError(
          `"${name}" is not for the console; run it in another terminal: ./signalbox ${name}`,
        );
      if (words.some((word) => /^--data(=|$)/.test(word)))
        throw new UsageError('--data is not for the console, which belongs to the instance that it runs in');
      await this.#run(words);
    } catch (error) {
      say(`signalbox: ${toWireError(error).message}`);
    } finally {
      this.#running = false;
    }
  }

  /** The next line; null when there is none any more. */
  #next(): Promise<string | null> {
    const line = this.#lines.shift();
    if (line !== undefined || this.#over) return Promise.resolve(line ?? null);
    return new Promise((resolve) => {
      this.#wake = (typed) => {
        this.#wake = null;
        // What is typed while a command runs waits in the terminal.
        if (!this.#over) this.#reader.pause();
        resolve(typed);
      };
      if (!this.#paused) this.#reader.resume();
    });
  }

  #take(line: string): void {
    if (this.#wake === null) this.#lines.push(line);
    else this.#wake(line);
  }

  #end(): void {
    this.#over = true;
    this.#wake?.(null);
  }
}

/** Opens the console of the instance of `dataDir` on this process's terminal; null where it may not read from it. */
export function openConsole(dataDir: string, { registry, entryOf }: Daemons): HostConsole | null {
  if (!inForeground()) return null;
  const connectTo = () => SocketClient.connect(dataDir, { ...ownDetails(), console: true });
  const show = (text: string) => void process.stderr.write(text);
  const run = (words: readonly string[]) =>
    runCli([...words, '--data', dataDir], async () => registry, entryOf, connectTo);
  const opened = new Console({ input: process.stdin, show, run });
  askBy((question) => opened.ask(question));
  // After Ctrl-Z it may go on in the background, and come back.
  const onContinue = () => (inForeground() ? opened.resume() : opened.pause());
  process.on('SIGCONT', onContinue);
  say('Commands may be typed here, such as: status, help. Ctrl-C stops Signalbox.');
  void opened.serve().then((how) => {
    askBy(null);
    process.off('SIGCONT', onContinue);
    if (how === 'ended') say('\nThe console is closed; Signalbox runs on. Ctrl-C stops it.');
  });
  return opened;
}

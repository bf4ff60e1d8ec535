/**
 * One command run for many rows: what it would do to each, then one after another, with what came of it. Each run is a request and an
 * entry of the audit trail of its own.
 */
import { CommandRunner } from '../commands/command-runner.ts';
import { type FieldValue, formFields, initialValues, parseForm } from '../commands/form-values.ts';
import type { RowKey } from './row-keys.ts';
import type { BulkCommand } from './row-tools.ts';

/** Requests under way at once: enough to hide the way to the daemon, few enough that it serves others. */
const AT_ONCE = 4;

export interface BulkEntry {
  readonly key: RowKey;
  /** What the row is called. */
  readonly name: string;
  /** Arguments that the row gave when it was asked about. */
  readonly args: Readonly<Record<string, string>>;
}

/** What is said of one of the rows. */
export interface Named {
  readonly name: string;
  readonly text: string;
}

export interface BulkState {
  readonly phase: 'idle' | 'asking' | 'asked' | 'running' | 'ended';
  /** Of the entries, in this phase. */
  readonly done: number;
  /** What it would do, by entry; what would be refused is not among them. */
  readonly impacts: readonly Named[];
  readonly refused: readonly Named[];
  readonly failed: readonly Named[];
  /** Names of the rows that were gone before their turn. */
  readonly gone: readonly string[];
  /** Names of the rows that stand for something else than when it was asked. */
  readonly changed: readonly string[];
  /** Rows that it has run for. */
  readonly succeeded: number;
  readonly stopped: boolean;
}

const START: BulkState = {
  phase: 'idle',
  done: 0,
  impacts: [],
  refused: [],
  failed: [],
  gone: [],
  changed: [],
  succeeded: 0,
  stopped: false,
};

type Shared = Readonly<Record<string, FieldValue>>;

export class BulkRun {
  readonly #bulk: BulkCommand;
  readonly #entries: readonly BulkEntry[];
  readonly #listeners = new Set<() => void>();
  #state = START;
  /** Keys of the rows that are left out. */
  #refused: ReadonlySet<RowKey> = new Set();
  /** Another one makes what is under way for nothing. */
  #turn = 0;
  #stopped = false;

  constructor(bulk: BulkCommand, entries: readonly BulkEntry[]) {
    this.#bulk = bulk;
    this.#entries = entries;
  }

  readonly state = (): BulkState => this.#state;

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  /** Asks what it would do to each with the arguments that all have in common. */
  async ask(shared: Shared): Promise<void> {
    const turn = ++this.#turn;
    const impacts = new Map<BulkEntry, Named>();
    const refused = new Map<BulkEntry, Named>();
    // In the order of the rows, whichever was answered first.
    const inOrder = (found: ReadonlyMap<BulkEntry, Named>) =>
      this.#entries.flatMap((entry) => found.get(entry) ?? []);
    this.#change({ ...START, phase: 'asking' });
    await this.#each(this.#entries, async (entry) => {
      if (turn !== this.#turn) return;
      const impact = await this.#runner().impact(this.#bulk.command, this.#argsOf(entry, shared));
      if (turn !== this.#turn) return;
      const { name } = entry;
      if (impact.phase === 'stated') impacts.set(entry, { name, text: impact.text });
      else refused.set(entry, { name, text: impact.error.message });
      this.#change({ ...this.#state, done: this.#state.done + 1 });
    });
    if (turn !== this.#turn) return;
    this.#refused = new Set([...refused.keys()].map(({ key }) => key));
    this.#change({ ...this.#state, phase: 'asked', impacts: inOrder(impacts), refused: inOrder(refused) });
  }

  /**
   * Runs it for all that would not be refused.
   * @param argsNow the arguments that the row of a key gives now; null where it is gone
   */
  async run(
    shared: Shared,
    argsNow: (key: RowKey) => Readonly<Record<string, string>> | null,
  ): Promise<void> {
    this.#turn++;
    const { command, onDone } = this.#bulk;
    const entries = this.#entries.filter(({ key }) => !this.#refused.has(key));
    this.#change({ ...START, phase: 'running', refused: this.#state.refused });
    await this.#each(entries, async (entry) => {
      if (this.#stopped) return;
      const { name } = entry;
      const now = argsNow(entry.key);
      if (now === null) this.#change({ ...this.#state, gone: [...this.#state.gone, name] });
      else if (!sameArgs(now, entry.args))
        this.#change({ ...this.#state, changed: [...this.#state.changed, name] });
      else {
        const ended = await this.#runner().start(this.#argsOf(entry, shared), command.danger !== 'safe');
        if (ended.phase === 'failed') {
          const text = ended.error.message;
          // Between question and run somebody else may have been quicker.
          if (ended.error.code === 'not_found')
            this.#change({ ...this.#state, gone: [...this.#state.gone, name] });
          else this.#change({ ...this.#state, failed: [...this.#state.failed, { name, text }] });
        } else this.#change({ ...this.#state, succeeded: this.#state.succeeded + 1 });
      }
      this.#change({ ...this.#state, done: this.#state.done + 1 });
    });
    const stopped = this.#stopped && this.#state.done < entries.length;
    this.#change({ ...this.#state, phase: 'ended', stopped });
    if (this.#state.succeeded > 0) onDone?.();
  }

  /** Begins no more; what is under way ends. */
  stop(): void {
    this.#stopped = true;
    this.#turn++;
  }

  #runner(): CommandRunner {
    return new CommandRunner(this.#bulk.host, this.#bulk.daemon, this.#bulk.command.name);
  }

  #argsOf(entry: BulkEntry, shared: Shared): Readonly<Record<string, unknown>> {
    const fields = formFields(this.#bulk.command.args);
    return parseForm(fields, { ...initialValues(fields, entry.args), ...shared }).args;
  }

  async #each(entries: readonly BulkEntry[], deed: (entry: BulkEntry) => Promise<void>): Promise<void> {
    const left = entries[Symbol.iterator]();
    const work = async () => {
      for (const entry of left) await deed(entry);
    };
    await Promise.all(Array.from({ length: Math.min(AT_ONCE, entries.length) }, work));
  }

  #change(state: BulkState): void {
    this.#state = state;
    for (const listener of this.#listeners) listener();
  }
}

function sameArgs(one: Readonly<Record<string, string>>, other: Readonly<Record<string, string>>): boolean {
  const names = Object.keys({ ...one, ...other });
  return names.every((name) => one[name] === other[name]);
}

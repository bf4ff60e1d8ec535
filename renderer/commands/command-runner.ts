/**
 * Running a command of a daemon of one host: what it would do, the request, its ticket for cancelling, and what came of it.
 * Belongs to the panel or the dialog that shows it, and stays with its host wherever the window goes meanwhile.
 */
import type { WireError } from '../../contract/errors.ts';
import type { CommandDescription } from '../../contract/manifest.ts';
import type { HostModel } from '../model/host-model.ts';
import { type Impact, impactOf } from './impact.ts';

export type CommandRun =
  | { readonly phase: 'idle' }
  | { readonly phase: 'running'; readonly startedAt: number }
  | { readonly phase: 'done'; readonly result: unknown; readonly durationMs: number }
  | { readonly phase: 'failed'; readonly error: WireError; readonly durationMs: number }
  /** It was not run: the daemon said beforehand that it would refuse. */
  | { readonly phase: 'refused'; readonly error: WireError };

let tickets = 0;

/** A name for a request, unique in this window and so on each of its connections. */
function nextTicket(): string {
  return `window-${++tickets}`;
}

export class CommandRunner {
  readonly #host: HostModel;
  readonly #daemon: string;
  readonly #command: string;
  readonly #listeners = new Set<() => void>();
  #run: CommandRun = { phase: 'idle' };
  #ticket: string | null = null;

  constructor(host: HostModel, daemon: string, command: string) {
    this.#host = host;
    this.#daemon = daemon;
    this.#command = command;
  }

  /** What came of it so far. */
  get run(): CommandRun {
    return this.#run;
  }

  /** Asks what it would do with these arguments. The daemon that is asked is the one that would do it. */
  async impact(command: CommandDescription, args: Readonly<Record<string, unknown>>): Promise<Impact> {
    const call = { daemon: this.#daemon, command: command.name, args };
    return impactOf(command, await this.#host.client.request('command.impact', call));
  }

  /** Runs it. An answer to an earlier start does not count any more. */
  async start(args: Readonly<Record<string, unknown>>, confirmed: boolean): Promise<CommandRun> {
    const ticket = nextTicket();
    this.#ticket = ticket;
    const startedAt = performance.now();
    this.#change({ phase: 'running', startedAt });
    const call = { daemon: this.#daemon, command: this.#command, args, confirmed, ticket };
    const outcome = await this.#host.client.request('command.run', call);
    const ended: CommandRun = outcome.ok
      ? { phase: 'done', result: outcome.result.result, durationMs: outcome.result.durationMs }
      : { phase: 'failed', error: outcome.error, durationMs: performance.now() - startedAt };
    if (this.#ticket === ticket) {
      this.#ticket = null;
      this.#change(ended);
    }
    return ended;
  }

  cancel(): void {
    if (this.#ticket !== null) void this.#host.client.request('command.cancel', { ticket: this.#ticket });
  }

  /** Shows why it is not run. */
  refuse(error: WireError): void {
    this.#change({ phase: 'refused', error });
  }

  /** Forgets what came of it before. */
  reset(): void {
    this.#change({ phase: 'idle' });
  }

  readonly snapshot = (): CommandRun => this.#run;

  /** Calls back on every change; returns the function that ends it. */
  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  #change(run: CommandRun): void {
    this.#run = run;
    for (const listener of this.#listeners) listener();
  }
}

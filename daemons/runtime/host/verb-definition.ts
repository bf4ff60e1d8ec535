/** What the verbs of a daemon on the command line implement, and what they are given. A daemon has them in its `verbs.ts`. */
import type { Readable, Writable } from 'node:stream';
import type { z } from 'zod';
import type { VerbSpec } from '../../../contract/manifest.ts';
import type { ListenerInfo } from '../../../contract/states.ts';

/** Given to a verb while it runs in the process of the command line. */
export interface VerbCall {
  /**
   * Where the daemon listens in the instance that runs. Rejects with SignalboxError `no_instance` or `not_running`; nothing is
   * asked before it is called, so a verb that is told where to connect needs no instance.
   */
  listeners(): Promise<readonly ListenerInfo[]>;
  readonly input: Readable;
  readonly output: Writable;
}

/** What a verb has to say when it is done. */
export interface VerbAnswer {
  /** For people, on stdout; empty for nothing. */
  readonly text: string;
  /** For programs, as the result with `--json`; undefined for nothing, where stdout has bytes of a file. */
  readonly json: unknown;
}

/** One verb. Throw SignalboxError for what whoever typed it should read. */
export type VerbProgram<Args> = (args: Args, call: VerbCall) => Promise<VerbAnswer>;

/** A program for every verb of the manifest; what a module `verbs.ts` exports as `verbs`. */
export type VerbPrograms<Verbs extends Readonly<Record<string, VerbSpec>>> = {
  readonly [Name in keyof Verbs]: VerbProgram<z.output<Verbs[Name]['args']>>;
};

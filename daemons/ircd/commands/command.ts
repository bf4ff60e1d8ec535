/** What a command is. Each file of this folder exports one or a few; registry.ts collects them. */
import type { WorkSteps } from '../../runtime/async/work-turns.ts';
import type { CommandServer } from '../command-server.ts';
import type { LocalClient } from '../state/local-client.ts';

/** What is known of a command whatever it does, with what is checked before it runs. */
interface CommandRow {
  /** Upper case. */
  readonly name: string;
  /** With fewer parameters the answer is 461. */
  readonly minParams: number;
  /** Whether it may be used before registration (`any`), only then (`before`), or only after it, the default. */
  readonly phase?: 'any' | 'before';
  /** Operator flag it needs; without it the answer is 481 or 723. */
  readonly oper?: string;
  /** Lines of flood allowance it takes beside its own. */
  readonly penaltyLines?: number;
  /** Syntax, then one sentence a line. */
  readonly help: readonly string[];
}

/** `params` is reused for the next line: keep strings, never the array. `tags` is raw. */
type Handler<Result> = (
  server: CommandServer,
  client: LocalClient,
  params: readonly string[],
  tags: string,
) => Result;

/** A command whose work is bounded by its line. */
export interface ShortCommand extends CommandRow {
  readonly run: Handler<void>;
}

/**
 * A command whose work multiplies (targets by members, users by mask). It answers steps, which charge what they do, yield
 * when their slice is used up, and may be continued after other clients were served; null when everything is done.
 */
export interface LongCommand extends CommandRow {
  readonly steps: Handler<WorkSteps | null>;
}

/** A command that clients send. */
export type Command = ShortCommand | LongCommand;

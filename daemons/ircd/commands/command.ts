/** What a command is. Each file of this folder exports one or a few; registry.ts collects them. */
import type { IrcServer } from '../server.ts';
import type { User } from '../state/user.ts';

/** A command that clients send, with what is checked before it runs. */
export interface Command {
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
  /** `params` is reused for the next line: keep strings, never the array. `tags` is raw. */
  run(server: IrcServer, user: User, params: readonly string[], tags: string): void;
}

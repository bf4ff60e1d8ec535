/** What a command of a bot is: a row of its table, and what it is given when somebody uses it. */
import type { ViewUser } from '../network/view-parts.ts';
import type { Bot } from './bot-roster.ts';
import type { Reply } from './reply.ts';

/**
 * Who may use a command: anybody, whoever is logged in, operators of the network, or accounts of at least a level (0 to 1000), with
 * `operator` only while they are an operator of the network as well.
 */
export type CommandNeed =
  | 'anybody'
  | 'account'
  | 'operator'
  | { readonly level: number; readonly operator?: true };

/** What is written down of a command of operators, as `{argument}` of its sentence in the manifest; never a secret. */
export type RecordedArguments = Readonly<Record<string, string | number>>;

/**
 * One use of a command. What it does to its user goes through it: once they have left, or the time of the command has passed, it
 * does nothing, whoever has their numeric then.
 */
export interface CommandCall {
  readonly bot: Bot;
  /** Who asked, as they are now; their account may change while something is awaited. */
  readonly user: ViewUser;
  readonly words: readonly string[];
  /** Everything from a word on, as it was typed. */
  from(index: number): string;
  /**
   * Whoever was called so when the command was said, while they are there. Before it is done it may wait to be written down, and somebody
   * else may have the nick by then.
   */
  byNick(nick: string): ViewUser | undefined;
  /** Whether the user is still there, and the command is not late. */
  readonly stands: boolean;
  /** Has the network know that the user is logged in; false where that cannot be. @param createdMs since when the account exists */
  logIn(account: string, createdMs: number): boolean;
}

/** A command. */
export interface CommandRow {
  /** Upper case. */
  readonly name: string;
  /** Other names of it. */
  readonly aliases?: readonly string[];
  readonly needs: CommandNeed;
  /** Who may use it in words, where `needs` does not say all of it. */
  readonly who?: string;
  /** What the audit trail calls it, where another bot has a command of its name; its name by default. */
  readonly deed?: string;
  /** Its words, as HELP shows them. */
  readonly syntax: string;
  /** Words that it needs, and the most that it takes; the last of them may hold spaces where there is no most. */
  readonly least: number;
  readonly most: number | null;
  /** What it changes, in a few words; `nothing` for one that only tells. */
  readonly effect: string;
  /** One sentence a line. */
  readonly help: readonly string[];
  /** It is in the audit trail before it is done, under the name of the command, with what this returns; null where it only looks. */
  recorded?(call: CommandCall): RecordedArguments | null;
  /** Why it is not done, looked at before it is written down; null where it may be. */
  refusal?(call: CommandCall): Reply | null | Promise<Reply | null>;
  /** Does it; what it returns is said to the user. Throws SignalboxError for what failed here. */
  run(call: CommandCall): readonly Reply[] | Promise<readonly Reply[]>;
}

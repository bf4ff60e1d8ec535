/**
 * What a client of the local socket says of itself, so that two people on one account can be told apart in the audit trail and
 * in bans. It is shown and nothing else: who may do what depends on the account alone, and whoever has the account can say
 * anything. The command line reads this file, so it loads no library; main/core/local-caller.ts has the schema.
 */

/** Details of a caller, each as it says itself. */
export interface LocalCaller {
  /** Who became this account by sudo. */
  readonly sudoUser?: string | undefined;
  /** Name of the terminal: `pts/3`. */
  readonly terminal?: string | undefined;
  /** Address from which the terminal was reached by SSH. */
  readonly remote?: string | undefined;
  /** Whether it is the console of the instance itself. */
  readonly console?: true | undefined;
}

/** Longest name of a user or terminal, in characters: of user names Linux allows 32. */
export const LOCAL_CALLER_CHARS = 32;

/** A user name: nothing that could be taken for what is written around it, or for another line. */
export const SUDO_USER = /^[\p{L}\p{N}_][\p{L}\p{M}\p{N}_.@\\$+-]*$/u;
/** Where a terminal is below `/dev`. */
export const TERMINAL = /^[A-Za-z0-9][A-Za-z0-9/._-]*$/;

/** The details in the words of the audit trail, `sudo alice, pts/3, 192.0.2.7`; undefined without any. */
export function describeLocalCaller({ sudoUser, terminal, remote }: LocalCaller): string | undefined {
  const sudo = sudoUser === undefined ? undefined : `sudo ${sudoUser}`;
  const said = [sudo, terminal, remote].filter((one) => one !== undefined);
  return said.length === 0 ? undefined : said.join(', ');
}

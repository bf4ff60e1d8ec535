/** The modes of a user change. */
import { UMODE } from '../../irc/modes.ts';
import type { CommandServer } from '../command-server.ts';
import type { LocalClient } from '../state/local-client.ts';
import type { User } from '../state/user.ts';

/** One change; `bit` is of `UMODE`. */
export interface UserModeChange {
  readonly on: boolean;
  readonly letter: string;
  readonly bit: number;
}

/**
 * Applies the changes in their order, and tells the user and the other servers what is another than before. What was changed and
 * changed back is told to nobody: by `+w-w` for `-w+w` they would have the mode off that is on here.
 */
export function setUserModes(server: CommandServer, user: User, changes: readonly UserModeChange[]): void {
  const before = user.modes;
  for (const { on, bit } of changes) {
    if (((user.modes & bit) !== 0) === on) continue;
    server.state.setUserMode(user, bit, on);
    if (bit === UMODE.oper && !on && user.local !== null) dropOperator(server, user, user.local);
  }
  // Each letter once, in the order of the changes.
  const letters = new Map([...changes.map(({ letter, bit }) => [letter, bit] as const), NOTICES]);
  let plus = '';
  let minus = '';
  for (const [letter, bit] of letters) {
    if (((before ^ user.modes) & bit) === 0) continue;
    if ((user.modes & bit) !== 0) plus += letter;
    else minus += letter;
  }
  const change = (plus === '' ? '' : `+${plus}`) + (minus === '' ? '' : `-${minus}`);
  if (change === '') return;
  user.local?.send(`:${user.prefix} MODE ${user.nick} :${change}`);
  server.links?.tell({ kind: 'user modes', user, change });
}

/** What goes with the mode `o`, though nobody has said so. */
const NOTICES = ['s', UMODE.notices] as const;

/** Notices are for operators alone. */
function dropOperator({ state }: CommandServer, user: User, local: LocalClient): void {
  local.oper = null;
  local.notices = 0;
  if ((user.modes & UMODE.notices) !== 0) state.setUserMode(user, UMODE.notices, false);
}

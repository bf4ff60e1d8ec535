/** The modes of a user change. */
import { UMODE } from '../../irc/modes.ts';
import type { CommandServer } from '../command-server.ts';
import type { User } from '../state/user.ts';

/** One change; `bit` is of `UMODE`. */
export interface UserModeChange {
  readonly on: boolean;
  readonly letter: string;
  readonly bit: number;
}

/** Applies the changes in their order, those that are so already excepted, and tells the user what they were. */
export function setUserModes(server: CommandServer, user: User, changes: readonly UserModeChange[]): void {
  let plus = '';
  let minus = '';
  for (const { on, letter, bit } of changes) {
    if (((user.modes & bit) !== 0) === on) continue;
    server.state.setUserMode(user, bit, on);
    if (bit === UMODE.oper && !on && user.local !== null) user.local.oper = null;
    if (on) plus += letter;
    else minus += letter;
  }
  const change = (plus === '' ? '' : `+${plus}`) + (minus === '' ? '' : `-${minus}`);
  if (change === '') return;
  user.local?.send(`:${user.prefix} MODE ${user.nick} :${change}`);
  server.links?.tell({ kind: 'user modes', user, change });
}

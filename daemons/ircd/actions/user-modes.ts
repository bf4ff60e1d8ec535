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

/** Applies the changes in their order, those that are so already excepted, and tells the user what they were. */
export function setUserModes(server: CommandServer, user: User, changes: readonly UserModeChange[]): void {
  let plus = '';
  let minus = '';
  for (const { on, letter, bit } of changes) {
    if (((user.modes & bit) !== 0) === on) continue;
    server.state.setUserMode(user, bit, on);
    if (on) plus += letter;
    else minus += letter;
    if (bit === UMODE.oper && !on && user.local !== null) {
      user.local.oper = null;
      minus += dropNotices(server, user, user.local);
    }
  }
  const change = (plus === '' ? '' : `+${plus}`) + (minus === '' ? '' : `-${minus}`);
  if (change === '') return;
  user.local?.send(`:${user.prefix} MODE ${user.nick} :${change}`);
  server.links?.tell({ kind: 'user modes', user, change });
}

/** Notices are for operators alone. @returns the letter where the user had the mode */
function dropNotices({ state }: CommandServer, user: User, local: LocalClient): string {
  local.notices = 0;
  if ((user.modes & UMODE.notices) === 0) return '';
  state.setUserMode(user, UMODE.notices, false);
  return 's';
}

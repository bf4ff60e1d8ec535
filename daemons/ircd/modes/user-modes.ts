/** MODE on oneself: i, w and B may be set, o may only be dropped (RFC 2812 3.1.5). Called by commands/mode.ts. */

import { UMODE, UMODE_LETTERS } from '../../irc/modes.ts';
import { N } from '../../irc/numerics.ts';
import type { CommandServer } from '../command-server.ts';
import type { LocalClient } from '../state/local-client.ts';

/** Applies a mode string to the user and echoes what changed. */
export function changeUserModes(server: CommandServer, client: LocalClient, letters: string): void {
  let on = true;
  let unknown = false;
  let plus = '';
  let minus = '';
  for (const letter of letters) {
    if (letter === '+' || letter === '-') {
      on = letter === '+';
      continue;
    }
    const bit = UMODE_LETTERS.get(letter);
    if (bit === undefined) {
      unknown = true;
      continue;
    }
    // Nobody becomes operator by MODE.
    if ((bit === UMODE.oper && on) || ((client.user.modes & bit) !== 0) === on) continue;
    server.state.setUserMode(client.user, bit, on);
    if (bit === UMODE.oper) client.oper = null;
    if (on) plus += letter;
    else minus += letter;
  }
  const change = (plus === '' ? '' : `+${plus}`) + (minus === '' ? '' : `-${minus}`);
  if (change !== '') client.send(`:${client.user.prefix} MODE ${client.user.nick} :${change}`);
  if (unknown) client.reply(N.ERR_UMODEUNKNOWNFLAG);
}

/**
 * MODE on oneself: i, w, B, D, R, Z, d, g and, where hosts are cloaked, x may be set; o may only be dropped (RFC 2812 3.1.5), and z is
 * what the server says. Called by commands/mode.ts.
 */

import { UMODE, UMODE_LETTERS } from '../../irc/modes.ts';
import { N } from '../../irc/numerics.ts';
import type { WorkSteps } from '../../runtime/async/work-turns.ts';
import { changeHost } from '../actions/host.ts';
import { setUserModes, type UserModeChange } from '../actions/user-modes.ts';
import type { CommandServer } from '../command-server.ts';
import type { LocalClient } from '../state/local-client.ts';

/** Lines that another host costs: everybody on the channels of the user is told. */
const CLOAK_PENALTY_LINES = 2;

/** Applies a mode string to the user and echoes what changed; null when nobody else is to be told. */
export function changeUserModes(
  server: CommandServer,
  client: LocalClient,
  letters: string,
): WorkSteps | null {
  const { user } = client;
  const cloaked = user.modes & UMODE.cloaked;
  let on = true;
  let unknown = false;
  const changes: UserModeChange[] = [];
  for (const letter of letters) {
    if (letter === '+' || letter === '-') {
      on = letter === '+';
      continue;
    }
    const bit = UMODE_LETTERS.get(letter);
    // Those who have a cloak may take it off, also when nobody gets one any more.
    const noCloaks = bit === UMODE.cloaked && on && server.cloaks === null;
    if (bit === undefined || noCloaks) {
      unknown = true;
      continue;
    }
    if (bit === UMODE.secure) continue;
    // Nobody becomes operator by MODE.
    if (bit !== UMODE.oper || !on) changes.push({ on, letter, bit });
  }
  setUserModes(server, client.user, changes);
  if (unknown) client.reply(N.ERR_UMODEUNKNOWNFLAG);
  return (user.modes & UMODE.cloaked) === cloaked ? null : changeCloak(server, client);
}

/** Has others see the host that the mode says. */
function changeCloak(server: CommandServer, client: LocalClient): WorkSteps | null {
  const { user } = client;
  client.connection.penalize(CLOAK_PENALTY_LINES);
  if (server.cloaks !== null) user.cloaks = server.cloaks.all(user.address);
  const cloak = (user.modes & UMODE.cloaked) === 0 ? undefined : user.cloaks[0];
  const told = changeHost(server, user, cloak ?? user.realHost);
  client.reply(N.RPL_HOSTHIDDEN, user.host);
  return told;
}

/**
 * MODE on oneself: i, w, B, D, R, Z, d, g and, where hosts are cloaked, x may be set, of operators s; o may only be dropped (RFC 2812 3.1.5), and z is
 * what the server says. Called by commands/mode.ts.
 */

import { UMODE, UMODE_LETTERS } from '../../irc/modes.ts';
import { N } from '../../irc/numerics.ts';
import type { WorkSteps } from '../../runtime/async/work-turns.ts';
import { changeHost } from '../actions/host.ts';
import { setUserModes, type UserModeChange } from '../actions/user-modes.ts';
import type { CommandServer } from '../command-server.ts';
import { chooseNotices, NOTICE_LETTERS, noticeLetters, USUAL_NOTICES } from '../notice-kinds.ts';
import type { LocalClient } from '../state/local-client.ts';

/** Lines that another host costs: everybody on the channels of the user is told. */
const CLOAK_PENALTY_LINES = 2;

const ALL_LETTERS = [...NOTICE_LETTERS.keys()].join('');

/** Applies a mode string to the user and echoes what changed; null when nobody else is to be told. */
export function changeUserModes(
  server: CommandServer,
  client: LocalClient,
  letters: string,
  args: readonly string[] = [],
): WorkSteps | null {
  const { user } = client;
  const cloaked = user.modes & UMODE.cloaked;
  let on = true;
  let unknown = false;
  let wantsOper = false;
  let at = 0;
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
    if (bit === UMODE.notices) {
      const wanted = on ? args[at++] : '';
      if (mayHaveNotices(client)) changes.push({ on: choose(client, wanted), letter, bit });
      continue;
    }
    // Nobody becomes operator by MODE.
    if (bit === UMODE.oper && on) wantsOper = !user.isOper;
    else changes.push({ on, letter, bit });
  }
  setUserModes(server, client.user, changes);
  if (changes.some(({ bit }) => bit === UMODE.notices)) tellNotices(client);
  if (wantsOper) client.reply(N.ERR_NOPRIVILEGES);
  if (unknown) client.reply(N.ERR_UMODEUNKNOWNFLAG);
  return (user.modes & UMODE.cloaked) === cloaked ? null : changeCloak(server, client);
}

/** Tells an operator of what kinds of notices they are told; nothing where of none. */
export function tellNotices(client: LocalClient): void {
  if (client.notices !== 0) client.reply(N.RPL_SNOMASK, `+${noticeLetters(client.notices)}`);
}

function mayHaveNotices(client: LocalClient): boolean {
  if (client.user.isOper) return true;
  client.reply(N.ERR_NOPRIVILEGES, '', 'Notices of the server (+s) are for IRC operators');
  return false;
}

/**
 * Takes what an operator chose.
 * @param word the kinds; empty for none, undefined for those that the operator block has, or the usual ones where it has none
 * @returns whether any is left
 */
function choose(client: LocalClient, word: string | undefined): boolean {
  if (word === '') client.notices = 0;
  else if (word === undefined) client.notices = client.oper?.notices || USUAL_NOTICES;
  else {
    const { bits, unknown } = chooseNotices(client.notices, word);
    client.notices = bits;
    if (unknown !== '')
      client.reply(N.ERR_UMODEUNKNOWNFLAG, '', `No kind of notices: ${unknown}; there are ${ALL_LETTERS}`);
  }
  return client.notices !== 0;
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

/** NICK: RFC 2812 3.1.2, Modern "NICK message". */

import { truncateUtf8 } from '../../irc/line-text.ts';
import { isValidNick } from '../../irc/names.ts';
import { N } from '../../irc/numerics.ts';
import { replyParameter } from '../../irc/reply-parameter.ts';
import type { WorkSteps } from '../../runtime/async/work-turns.ts';
import { changeNick } from '../actions/nick.ts';
import type { CommandServer } from '../command-server.ts';
import { refuseNick, tryRegister } from '../registration.ts';
import type { LocalClient } from '../state/local-client.ts';
import { whyReserved } from '../why-reserved.ts';
import { freeChannelsOf, leaveAll } from '../work-steps.ts';
import type { Command } from './command.ts';

export const nick: Command = {
  name: 'NICK',
  minParams: 0,
  phase: 'any',
  help: ['NICK <nickname>', 'Sets or changes your nickname.'],
  steps(server, client, params) {
    const wanted = params[0] ?? '';
    if (wanted === '') {
      client.reply(N.ERR_NONICKNAMEGIVEN);
      return null;
    }
    if (wanted === client.user.nick) return null;
    if (!isValidNick(wanted, server.nickLength.longest)) {
      const shown = replyParameter(truncateUtf8(wanted, 64));
      client.reply(N.ERR_ERRONEUSNICKNAME, shown);
      return null;
    }
    const reserved = client.user.isOper ? null : whyReserved(server, wanted);
    if (reserved !== null) {
      client.reply(N.ERR_ERRONEUSNICKNAME, wanted, reserved);
      return null;
    }
    if (client.user.registered) return askAndChange(server, client, wanted);
    if (isFree(server, client, wanted)) {
      if (client.pending !== null) client.pending.nickTaken = false;
      server.state.setNick(client.user, wanted, Date.now());
      tryRegister(server, client);
    }
    return null;
  },
};

function isFree(server: CommandServer, client: LocalClient, wanted: string): boolean {
  const holder = server.state.nickHolder(wanted);
  if (holder === undefined || holder === client.user) return true;
  if (client.pending !== null) client.pending.nickTaken = true;
  client.reply(N.ERR_NICKNAMEINUSE, wanted);
  return false;
}

/** Where strangers are refused, whose the nick is has to be known first. */
function askAndChange(server: CommandServer, client: LocalClient, wanted: string): WorkSteps | null {
  const stranger = server.accounts.nicks.strangerTo(client, wanted);
  if (stranger === null) return takeNick(server, client, wanted);
  if (!isFree(server, client, wanted)) return null;
  server.deferSteps(
    client,
    'NICK',
    stranger,
    (owner) => {
      if (owner === null) return takeNick(server, client, wanted);
      refuseNick(client, wanted, owner);
      return null;
    },
    // What is asked for never fails.
    () => {},
  );
  return null;
}

/** Gives a registered client a nick that they may have, unless somebody else holds it. */
export function* takeNick(server: CommandServer, client: LocalClient, wanted: string): WorkSteps {
  const gates = yield* freeChannelsOf(server.host, client.user);
  try {
    if (client.user.gone || !isFree(server, client, wanted)) return;
    client.connection.penalize(1);
    yield* changeNick(server, client.user, wanted, Date.now(), gates);
  } finally {
    leaveAll(server.host, gates);
  }
}

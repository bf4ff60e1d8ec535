/** NICK: RFC 2812 3.1.2, Modern "NICK message". */

import { truncateUtf8 } from '../../irc/line-text.ts';
import { isValidNick } from '../../irc/names.ts';
import { N } from '../../irc/numerics.ts';
import { replyParameter } from '../../irc/reply-parameter.ts';
import type { WorkSteps } from '../../runtime/async/work-turns.ts';
import { fromUser, toNeighbours } from '../broadcast.ts';
import type { CommandServer } from '../command-server.ts';
import { limits } from '../limits.ts';
import { tryRegister } from '../registration.ts';
import type { User } from '../state/user.ts';
import { freeChannelsOf, leaveAll, rest } from '../work-steps.ts';
import type { Command } from './command.ts';

export const nick: Command = {
  name: 'NICK',
  minParams: 0,
  phase: 'any',
  help: ['NICK <nickname>', 'Sets or changes your nickname.'],
  steps(server, user, params) {
    const wanted = params[0] ?? '';
    if (wanted === '') {
      user.reply(N.ERR_NONICKNAMEGIVEN);
      return null;
    }
    if (wanted === user.nick) return null;
    if (!isValidNick(wanted, limits.nickLength.default)) {
      const shown = replyParameter(truncateUtf8(wanted, 64));
      user.reply(N.ERR_ERRONEUSNICKNAME, shown);
      return null;
    }
    if (user.registered) return changeNick(server, user, wanted);
    if (isFree(server, user, wanted)) {
      server.state.setNick(user, wanted);
      tryRegister(server, user);
    }
    return null;
  },
};

function isFree(server: CommandServer, user: User, wanted: string): boolean {
  const holder = server.state.nickHolder(wanted);
  if (holder === undefined || holder === user) return true;
  user.reply(N.ERR_NICKNAMEINUSE, wanted);
  return false;
}

function* changeNick(server: CommandServer, user: User, wanted: string): WorkSteps {
  const gates = yield* freeChannelsOf(server.host, user);
  try {
    if (user.gone || !isFree(server, user, wanted)) return;
    const message = fromUser(server, user, `NICK ${wanted}`);
    message.to(user);
    // The name is taken at once; who has not been told yet hears nothing else of these channels before.
    server.state.whowas.remember(user, Date.now());
    server.state.setNick(user, wanted);
    user.connection.penalize(1);
    yield* rest(toNeighbours(server, user, message, 0, gates));
  } finally {
    leaveAll(server.host, gates);
  }
}

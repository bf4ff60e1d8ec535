/** KILL: RFC 2812 3.7.1. */

import { truncateUtf8 } from '../../irc/line-text.ts';
import { N } from '../../irc/numerics.ts';
import { replyParameter } from '../../irc/reply-parameter.ts';
import { kill as killUser } from '../actions/kill.ts';
import { limits } from '../limits.ts';
import type { Command } from './command.ts';
import { perform } from './deed.ts';

export const kill: Command = {
  name: 'KILL',
  minParams: 1,
  oper: 'kill',
  help: ['KILL <nickname> [<reason>]', 'Disconnects a user. Operators only.'],
  run(server, client, params) {
    const [nick = '', given = ''] = params;
    const target = server.state.findUser(nick);
    if (target === undefined) {
      client.reply(N.ERR_NOSUCHNICK, replyParameter(nick));
      return;
    }
    const reason = given === '' ? 'No reason given' : truncateUtf8(given, limits.killBytes.default);
    perform(server, client, {
      command: 'KILL',
      args: { nick: target.nick, reason },
      flag: 'kill',
      unrecorded: 'run',
      carryOut() {
        if (target.gone) {
          if (!client.user.gone) client.reply(N.ERR_NOSUCHNICK, replyParameter(nick));
          return { ok: false, outcome: `not_found: ${target.prefix} had left before` };
        }
        const victim = target.prefix;
        killUser(server, client.user, target, reason);
        return { ok: true, outcome: `disconnected ${victim}` };
      },
    });
  },
};

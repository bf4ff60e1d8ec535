/** WHOWAS: RFC 2812 3.6.3, Modern "WHOWAS message". */

import { N } from '../../irc/numerics.ts';
import { replyParameter } from '../../irc/reply-parameter.ts';
import { limits } from '../limits.ts';
import type { Command } from './command.ts';

export const whowas: Command = {
  name: 'WHOWAS',
  minParams: 0,
  penaltyLines: 1,
  help: ['WHOWAS <nickname> [<count>]', 'Shows who used a nickname before, newest first.'],
  run(server, user, params) {
    const nick = params[0] ?? '';
    if (nick === '') {
      user.reply(N.ERR_NONICKNAMEGIVEN);
      return;
    }
    const shown = replyParameter(nick);
    const count = Number(params[1] ?? '0');
    // No count, or none that makes sense, means all of them.
    const most = Number.isInteger(count) && count > 0 ? count : limits.whowasEntries.default;
    const entries = server.state.whowas.find(nick, Math.min(most, server.tuning.get('who_replies')));
    if (entries.length === 0) user.reply(N.ERR_WASNOSUCHNICK, shown);
    for (const entry of entries) {
      user.reply(N.RPL_WHOWASUSER, `${entry.nick} ${entry.username} ${entry.host} *`, entry.realname);
      user.reply(N.RPL_WHOISSERVER, `${entry.nick} ${server.name}`, new Date(entry.leftMs).toUTCString());
    }
    user.reply(N.RPL_ENDOFWHOWAS, shown);
  },
};

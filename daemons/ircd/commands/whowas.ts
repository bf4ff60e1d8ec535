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
  run(server, client, params) {
    const nick = params[0] ?? '';
    if (nick === '') {
      client.reply(N.ERR_NONICKNAMEGIVEN);
      return;
    }
    const shown = replyParameter(nick);
    const count = Number(params[1] ?? '0');
    // No count, or none that makes sense, means all of them.
    const most = Number.isInteger(count) && count > 0 ? count : limits.whowasEntries.default;
    const entries = server.state.whowas.find(nick, Math.min(most, server.tuning.get('who_replies')));
    if (entries.length === 0) client.reply(N.ERR_WASNOSUCHNICK, shown);
    for (const entry of entries) {
      client.reply(N.RPL_WHOWASUSER, `${entry.nick} ${entry.username} ${entry.host} *`, entry.realname);
      client.reply(N.RPL_WHOISSERVER, `${entry.nick} ${entry.server}`, new Date(entry.leftMs).toUTCString());
    }
    client.reply(N.RPL_ENDOFWHOWAS, shown);
  },
};

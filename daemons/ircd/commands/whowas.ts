/** WHOWAS: RFC 2812 3.6.3, Modern "WHOWAS message". */

import { N } from '../../irc/numerics.ts';
import { replyParameter } from '../../irc/reply-parameter.ts';
import { workPrices } from '../../runtime/async/work-prices.ts';
import type { CommandServer } from '../command-server.ts';
import { limits } from '../limits.ts';
import type { Asker } from '../state/asker.ts';
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
    answerWhowas(server, client, nick, params[1] ?? '');
  },
};

/** @param count how many of them; none, or one that makes no sense, means all. */
export function answerWhowas(
  { state, tuning, host }: CommandServer,
  asker: Asker,
  nick: string,
  count: string,
): void {
  const shown = replyParameter(nick);
  const wanted = Number(count);
  const most = Number.isInteger(wanted) && wanted > 0 ? wanted : limits.whowasEntries.default;
  host.work.spend(state.whowas.size * workPrices.skipped.ns);
  const entries = state.whowas.find(nick, Math.min(most, tuning.get('who_replies')));
  if (entries.length === 0) asker.reply(N.ERR_WASNOSUCHNICK, shown);
  for (const entry of entries) {
    asker.reply(N.RPL_WHOWASUSER, `${entry.nick} ${entry.username} ${entry.host} *`, entry.realname);
    asker.reply(N.RPL_WHOISSERVER, `${entry.nick} ${entry.server}`, new Date(entry.leftMs).toUTCString());
  }
  asker.reply(N.RPL_ENDOFWHOWAS, shown);
}

/** PART: RFC 2812 3.2.2. */

import { truncateUtf8 } from '../../irc/line-text.ts';
import { N } from '../../irc/numerics.ts';
import { workPrices } from '../../runtime/async/work-prices.ts';
import type { WorkSteps } from '../../runtime/async/work-turns.ts';
import { part as leave } from '../actions/part.ts';
import { isShunned } from '../actions/shun.ts';
import { spamRefusal } from '../actions/spam.ts';
import type { CommandServer } from '../command-server.ts';
import { limits } from '../limits.ts';
import type { LocalClient } from '../state/local-client.ts';
import type { Command } from './command.ts';
import { joinedChannel } from './joined-channel.ts';

export const part: Command = {
  name: 'PART',
  minParams: 1,
  help: ['PART <channel>{,<channel>} [<reason>]', 'Leaves channels.'],
  steps(server, client, params) {
    const said = isShunned(server, client) ? '' : (params[1] ?? '');
    const reason = truncateUtf8(said, limits.partBytes.default);
    return partAll(server, client, (params[0] ?? '').split(','), reason);
  },
};

function* partAll(
  server: CommandServer,
  client: LocalClient,
  names: readonly string[],
  reason: string,
): WorkSteps {
  const most = limits.targetsPerCommand.default;
  for (const name of names.slice(0, most)) {
    if (name === '') continue;
    const membership = joinedChannel(server, client, name);
    if (membership === null) continue;
    const { channel } = membership;
    // One leaves whatever one says; nobody reads it then.
    const spam = reason === '' ? null : spamRefusal(server, client, 'part', channel.name, reason);
    if (client.user.gone) return;
    yield* leave(server, client.user, channel, spam === null ? reason : '');
    if (server.host.work.spend(workPrices.row.ns)) yield null;
  }
  if (names.length > most) client.reply(N.ERR_TOOMANYTARGETS, 'PART', `Too many targets, at most ${most}`);
}

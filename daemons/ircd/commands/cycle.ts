/** CYCLE: leaves channels and enters them again, with the key that they have. Whatever keeps others out keeps out whoever does. */
import { truncateUtf8 } from '../../irc/line-text.ts';
import { N } from '../../irc/numerics.ts';
import { workPrices } from '../../runtime/async/work-prices.ts';
import type { WorkSteps } from '../../runtime/async/work-turns.ts';
import { part } from '../actions/part.ts';
import type { CommandServer } from '../command-server.ts';
import { limits } from '../limits.ts';
import type { LocalClient } from '../state/local-client.ts';
import type { Command } from './command.ts';
import { joinOne } from './join.ts';
import { joinedChannel } from './joined-channel.ts';

export const cycle: Command = {
  name: 'CYCLE',
  minParams: 1,
  help: ['CYCLE <channel>{,<channel>} [<reason>]', 'Leaves channels and enters them again.'],
  steps(server, client, params) {
    const reason = truncateUtf8(params[1] ?? '', limits.partBytes.default);
    return cycleAll(server, client, (params[0] ?? '').split(','), reason);
  },
};

function* cycleAll(
  server: CommandServer,
  client: LocalClient,
  names: readonly string[],
  reason: string,
): WorkSteps {
  const most = server.tuning.get('targets_per_message');
  for (const name of names.slice(0, most)) {
    if (name === '') continue;
    const channel = joinedChannel(server, client, name)?.channel;
    if (channel === undefined) continue;
    const key = channel.joinKey ?? '';
    client.connection.penalize(1);
    yield* part(server, client.user, channel, reason);
    yield* joinOne(server, client, channel.name, key);
    if (server.host.work.spend(workPrices.row.ns)) yield null;
    if (client.user.gone) return;
  }
  if (names.length > most) client.reply(N.ERR_TOOMANYTARGETS, 'CYCLE', `Too many targets, at most ${most}`);
}

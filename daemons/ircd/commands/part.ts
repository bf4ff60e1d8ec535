/** PART: RFC 2812 3.2.2. */
import { fromUser, toChannel } from '../broadcast.ts';
import { limits } from '../limits.ts';
import { truncateUtf8 } from '../protocol/line-text.ts';
import { N } from '../protocol/numerics.ts';
import type { Command } from './command.ts';
import { joinedChannel } from './joined-channel.ts';

export const part: Command = {
  name: 'PART',
  minParams: 1,
  help: ['PART <channel>{,<channel>} [<reason>]', 'Leaves channels.'],
  run(server, user, params) {
    const names = (params[0] ?? '').split(',');
    const most = limits.targetsPerCommand.default;
    const reason = truncateUtf8(params[1] ?? '', limits.partBytes.default);
    for (const name of names.slice(0, most)) {
      if (name === '') continue;
      const membership = joinedChannel(server, user, name);
      if (membership === null) continue;
      const { channel } = membership;
      const text = reason === '' ? `PART ${channel.name}` : `PART ${channel.name} :${reason}`;
      toChannel(channel, fromUser(server, user, text), null);
      server.state.part(membership);
    }
    if (names.length > most) user.reply(N.ERR_TOOMANYTARGETS, 'PART', `Too many targets, at most ${most}`);
  },
};

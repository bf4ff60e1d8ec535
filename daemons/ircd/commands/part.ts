/** PART: RFC 2812 3.2.2. */
import { fromUser, toChannel } from '../broadcast.ts';
import { limits } from '../limits.ts';
import { truncateUtf8 } from '../protocol/line-text.ts';
import type { Command } from './command.ts';
import { joinedChannel } from './joined-channel.ts';

export const part: Command = {
  name: 'PART',
  minParams: 1,
  help: ['PART <channel>{,<channel>} [<reason>]', 'Leaves channels.'],
  run(server, user, params) {
    const names = (params[0] ?? '').split(',').slice(0, limits.targetsPerCommand.default);
    const reason = truncateUtf8(params[1] ?? '', limits.quitBytes.default);
    for (const name of names) {
      if (name === '') continue;
      const membership = joinedChannel(server, user, name);
      if (membership === null) continue;
      const { channel } = membership;
      const text = reason === '' ? `PART ${channel.name}` : `PART ${channel.name} :${reason}`;
      toChannel(channel, fromUser(server, user, text), null);
      server.state.part(membership);
    }
  },
};

/** MODE: RFC 2812 3.1.5 and 3.2.3. The changes themselves are in modes/. */

import { sameName } from '../../irc/casemapping.ts';
import { unixSeconds } from '../../irc/clock.ts';
import { isChannelName } from '../../irc/names.ts';
import { N } from '../../irc/numerics.ts';
import { replyParameter } from '../../irc/reply-parameter.ts';
import type { WorkSteps } from '../../runtime/async/work-turns.ts';
import type { CommandServer } from '../command-server.ts';
import { changeChannelModes, channelModeString } from '../modes/channel-modes.ts';
import { changeUserModes, tellNotices } from '../modes/user-modes.ts';
import type { LocalClient } from '../state/local-client.ts';
import { freeChannel, rest } from '../work-steps.ts';
import type { Command } from './command.ts';

export const mode: Command = {
  name: 'MODE',
  minParams: 1,
  help: [
    'MODE <channel> [<modes> [<parameters>]]',
    'Shows or changes the modes of a channel: b e I (lists), k key, l limit, L forward, f floods, o and v, and q a h where PREFIX has them.',
    'C no CTCP, D joins are seen later, K no knocks, M accounts speak, N no notices, O operators of the network, P it stays, Q no kicks,',
    'S formatting is taken out, T no lists of targets, Z TLS only, c no colours, i invitation, m moderated, n no strangers, p private, r accounts only, s secret, t topic.',
    'MODE <nickname> [<modes>]',
    'Shows or changes your own modes: i invisible, w wallops, B bot, x hidden host, -o,',
    'D no private messages, R private messages of accounts only, Z of clients with TLS only, g of those whom you ACCEPT only, d nothing of channels.',
    'Of operators: s <kinds> which notices of the server (b bans, c clients that come and go, d the daemon, f spam filters, g GLOBOPS, k kills, l links, o operators, s bad addresses).',
  ],
  steps(server, client, params) {
    const [target = '', letters, ...args] = params;
    const shown = replyParameter(target);
    if (isChannelName(target)) return channelMode(server, client, target, letters, args);
    if (!sameName(target, client.user.nick)) {
      const exists = server.state.findUser(target) !== undefined;
      client.reply(exists ? N.ERR_USERSDONTMATCH : N.ERR_NOSUCHNICK, exists ? '' : shown);
      return null;
    }
    if (letters !== undefined) return changeUserModes(server, client, letters, args);
    client.replyRaw(N.RPL_UMODEIS, client.user.modeLetters());
    tellNotices(client);
    return null;
  },
};

function* channelMode(
  server: CommandServer,
  client: LocalClient,
  target: string,
  letters: string | undefined,
  args: readonly string[],
): WorkSteps {
  const channel = yield* freeChannel(server.host, server.state, target);
  if (channel === undefined) {
    client.reply(N.ERR_NOSUCHCHANNEL, replyParameter(target));
    return;
  }
  try {
    const member = client.user.memberships.has(channel);
    if (letters !== undefined) {
      yield* rest(changeChannelModes(server, client, channel, letters, args));
    } else {
      client.replyRaw(N.RPL_CHANNELMODEIS, `${channel.name} ${channelModeString(channel, member)}`);
      client.replyRaw(N.RPL_CREATIONTIME, `${channel.name} ${unixSeconds(channel.createdMs)}`);
    }
  } finally {
    server.host.work.leave(channel.gate);
  }
}

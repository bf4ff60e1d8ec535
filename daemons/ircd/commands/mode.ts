/** MODE: RFC 2812 3.1.5 and 3.2.3. The changes themselves are in modes/. */

import { sameName } from '../../irc/casemapping.ts';
import { unixSeconds } from '../../irc/clock.ts';
import { isChannelName } from '../../irc/names.ts';
import { N } from '../../irc/numerics.ts';
import { replyParameter } from '../../irc/reply-parameter.ts';
import type { WorkSteps } from '../../runtime/async/work-turns.ts';
import type { CommandServer } from '../command-server.ts';
import { changeChannelModes, channelModeString } from '../modes/channel-modes.ts';
import { changeUserModes } from '../modes/user-modes.ts';
import type { User } from '../state/user.ts';
import { freeChannel } from '../work-steps.ts';
import type { Command } from './command.ts';

export const mode: Command = {
  name: 'MODE',
  minParams: 1,
  help: [
    'MODE <channel> [<modes> [<parameters>]]',
    'Shows or changes the modes of a channel: b e I (lists), k key, l limit, C i m n p s t, o and v.',
    'MODE <nickname> [<modes>]',
    'Shows or changes your own modes: i invisible, w wallops, B bot, -o.',
  ],
  steps(server, user, params) {
    const [target = '', letters, ...args] = params;
    const shown = replyParameter(target);
    if (isChannelName(target)) return channelMode(server, user, target, letters, args);
    if (!sameName(target, user.nick)) {
      const exists = server.state.findUser(target) !== undefined;
      user.reply(exists ? N.ERR_USERSDONTMATCH : N.ERR_NOSUCHNICK, exists ? '' : shown);
      return null;
    }
    if (letters === undefined) user.replyRaw(N.RPL_UMODEIS, user.modeLetters());
    else changeUserModes(server, user, letters);
    return null;
  },
};

function* channelMode(
  server: CommandServer,
  user: User,
  target: string,
  letters: string | undefined,
  args: readonly string[],
): WorkSteps {
  const channel = yield* freeChannel(server.host, server.state, target);
  if (channel === undefined) {
    user.reply(N.ERR_NOSUCHCHANNEL, replyParameter(target));
    return;
  }
  try {
    const member = user.memberships.has(channel);
    if (letters !== undefined) {
      yield* changeChannelModes(server, user, channel, letters, args);
    } else {
      user.replyRaw(N.RPL_CHANNELMODEIS, `${channel.name} ${channelModeString(channel, member)}`);
      user.replyRaw(N.RPL_CREATIONTIME, `${channel.name} ${unixSeconds(channel.createdMs)}`);
    }
  } finally {
    server.host.work.leave(channel.gate);
  }
}

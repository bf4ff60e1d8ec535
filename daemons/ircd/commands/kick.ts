/** KICK: RFC 2812 3.2.8, Modern "KICK message". */

import { truncateUtf8 } from '../../irc/line-text.ts';
import { CMODE, rankOver } from '../../irc/modes.ts';
import { N } from '../../irc/numerics.ts';
import { replyParameter } from '../../irc/reply-parameter.ts';
import type { WorkSteps } from '../../runtime/async/work-turns.ts';
import { kick as kickMember } from '../actions/kick.ts';
import { spamRefusal } from '../actions/spam.ts';
import type { CommandServer } from '../command-server.ts';
import { limits } from '../limits.ts';
import type { LocalClient } from '../state/local-client.ts';
import type { Command } from './command.ts';
import { joinedChannel } from './joined-channel.ts';

export const kick: Command = {
  name: 'KICK',
  minParams: 2,
  help: ['KICK <channel> <nickname>{,<nickname>} [<reason>]', 'Removes users from a channel you operate.'],
  steps(server, client, params) {
    const channels = (params[0] ?? '').split(',');
    const nicks = (params[1] ?? '').split(',');
    const reason = truncateUtf8(params[2] ?? '', limits.kickBytes.default);
    return kickAll(server, client, channels, nicks, reason);
  },
};

function* kickAll(
  server: CommandServer,
  client: LocalClient,
  channels: readonly string[],
  nicks: readonly string[],
  reason: string,
): WorkSteps {
  const most = server.tuning.get('targets_per_message');
  for (let i = 0; i < nicks.length && i < most; i++) {
    // One channel with many users, or as many channels as users (RFC 2812).
    const name = channels.length === 1 ? channels[0] : channels[i];
    const channel = name === undefined ? null : joinedChannel(server, client, name)?.channel;
    if (channel === null || channel === undefined) continue;
    while (server.host.work.mustWait(channel.gate)) yield channel.gate;
    try {
      yield* kickOne(server, client, channel.name, nicks[i]!, reason);
    } finally {
      server.host.work.leave(channel.gate);
    }
  }
  if (nicks.length > most) client.reply(N.ERR_TOOMANYTARGETS, 'KICK', `Too many targets, at most ${most}`);
}

function* kickOne(
  server: CommandServer,
  client: LocalClient,
  channelName: string,
  nick: string,
  reason: string,
): WorkSteps {
  const membership = joinedChannel(server, client, channelName);
  if (membership === null) return;
  const { channel } = membership;
  if (!membership.isHalfop) {
    client.reply(N.ERR_CHANOPRIVSNEEDED, channel.name);
    return;
  }
  const target = server.state.findUser(nick);
  const victim = target?.memberships.get(channel);
  if (target === undefined) client.reply(N.ERR_NOSUCHNICK, replyParameter(nick));
  else if (victim === undefined) client.reply(N.ERR_USERNOTINCHANNEL, `${target.nick} ${channel.name}`);
  else if (channel.has(CMODE.noKicks) && victim !== membership)
    client.reply(N.ERR_CHANOPRIVSNEEDED, channel.name, 'Nobody is kicked here (+Q)');
  else if (victim !== membership && membership.status < rankOver(victim.status))
    client.reply(N.ERR_CHANOPRIVSNEEDED, channel.name, `You may not kick ${target.nick}, who ranks too high`);
  else {
    // Order is kept also by who may not say why.
    const spam = spamRefusal(server, client, 'kick', channel.name, reason);
    if (client.user.gone) return;
    const said = spam === null ? reason : '';
    yield* kickMember(server, client.user, victim, said || client.user.nick);
  }
}

/** KNOCK: asks the operators of a channel with +i or +k, or a full one, for an invitation (numerics 710 to 714, as Solanum has them). */
import { CMODE } from '../../irc/modes.ts';
import { N } from '../../irc/numerics.ts';
import { replyParameter } from '../../irc/reply-parameter.ts';
import { limits } from '../limits.ts';
import { spendSkipped } from '../work-steps.ts';
import type { Command } from './command.ts';

export const knock: Command = {
  name: 'KNOCK',
  minParams: 1,
  penaltyLines: 2,
  help: [
    'KNOCK <channel>',
    'Asks the operators of a channel that you cannot join (+i, +k, +l) to let you in.',
  ],
  run(server, client, params) {
    const name = params[0] ?? '';
    const channel = server.state.findChannel(name);
    // A secret or private channel does not exist for strangers.
    if (channel === undefined || (!channel.isPublic && !client.user.memberships.has(channel))) {
      client.reply(N.ERR_NOSUCHCHANNEL, replyParameter(name));
      return;
    }
    if (client.user.memberships.has(channel)) {
      client.reply(N.ERR_KNOCKONCHAN, channel.name);
      return;
    }
    if (channel.has(CMODE.noKnock)) {
      client.reply(N.ERR_CANNOTKNOCK, channel.name);
      return;
    }
    const { limit, members } = channel;
    const full = limit !== null && members.length >= limit;
    if (!channel.has(CMODE.inviteOnly) && channel.joinKey === null && !full) {
      client.reply(N.ERR_CHANOPEN, channel.name);
      return;
    }
    server.host.work.spend(channel.bans.priceNs(0, channel.bans.size));
    if (channel.isBanned(client.user)) {
      client.reply(N.ERR_CANNOTSENDTOCHAN, channel.name);
      return;
    }
    const now = Date.now();
    const waitMs = limits.knockSeconds.default * 1000;
    if (now - client.lastKnockMs < waitMs || now - channel.lastKnockMs < waitMs / 10) {
      client.reply(N.ERR_TOOMANYKNOCK, channel.name);
      return;
    }
    client.lastKnockMs = now;
    channel.lastKnockMs = now;
    spendSkipped(server.host, channel.locals.length);
    for (const member of channel.locals) {
      if (member.isHalfop) member.client.reply(N.RPL_KNOCK, `${channel.name} ${client.user.prefix}`);
    }
    client.reply(N.RPL_KNOCKDLVR, channel.name);
  },
};

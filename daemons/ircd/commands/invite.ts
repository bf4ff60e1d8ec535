/** INVITE: RFC 2812 3.2.7, Modern "INVITE message", IRCv3 invite-notify. */
import { CMODE } from '../../irc/modes.ts';
import { N } from '../../irc/numerics.ts';
import { replyParameter } from '../../irc/reply-parameter.ts';
import type { WorkSteps } from '../../runtime/async/work-turns.ts';
import { fromUser, toChannelWithCap } from '../broadcast.ts';
import { CAP } from '../client/capabilities.ts';
import type { CommandServer } from '../command-server.ts';
import type { User } from '../state/user.ts';
import { rest } from '../work-steps.ts';
import type { Command } from './command.ts';
import { joinedChannel } from './joined-channel.ts';

export const invite: Command = {
  name: 'INVITE',
  minParams: 0,
  penaltyLines: 1,
  help: [
    'INVITE [<nickname> <channel>]',
    'Invites somebody to a channel you are on; from an operator of the channel it overrides its modes once.',
    'Without parameters it lists the invitations you hold.',
  ],
  steps(server, user, params) {
    const [nickName, channelName] = params;
    if (nickName === undefined) {
      listInvites(user);
      return null;
    }
    if (channelName === undefined) {
      user.reply(N.ERR_NEEDMOREPARAMS, 'INVITE');
      return null;
    }
    return inviteOne(server, user, nickName, channelName);
  },
};

function* inviteOne(server: CommandServer, user: User, nickName: string, channelName: string): WorkSteps {
  const known = joinedChannel(server, user, channelName)?.channel;
  if (known === undefined) return;
  while (server.host.work.mustWait(known.gate)) yield known.gate;
  try {
    const membership = joinedChannel(server, user, channelName);
    if (membership === null) return;
    const { channel } = membership;
    if (channel.has(CMODE.inviteOnly) && !membership.isOp) {
      user.reply(N.ERR_CHANOPRIVSNEEDED, channel.name);
      return;
    }
    const target = server.state.findUser(nickName);
    if (target === undefined) {
      user.reply(N.ERR_NOSUCHNICK, replyParameter(nickName));
      return;
    }
    if (target.memberships.has(channel)) {
      user.reply(N.ERR_USERONCHANNEL, `${target.nick} ${channel.name}`);
      return;
    }
    server.state.invite(target, channel, membership.isOp);
    user.replyRaw(N.RPL_INVITING, `${target.nick} ${channel.name}`);
    if (target.away !== null) user.reply(N.RPL_AWAY, target.nick, target.away);
    const message = fromUser(server, user, `INVITE ${target.nick} ${channel.name}`);
    message.to(target);
    yield* rest(toChannelWithCap(server, channel, CAP.inviteNotify, message, user));
  } finally {
    server.host.work.leave(known.gate);
  }
}

function listInvites(user: User): void {
  if (user.invites !== null) {
    for (const channel of user.invites.keys()) user.replyRaw(N.RPL_INVITELIST, channel.name);
  }
  user.reply(N.RPL_ENDOFINVITELIST);
}

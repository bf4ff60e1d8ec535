/** INVITE: RFC 2812 3.2.7, Modern "INVITE message", IRCv3 invite-notify. */
import { CMODE } from '../../irc/modes.ts';
import { N } from '../../irc/numerics.ts';
import { replyParameter } from '../../irc/reply-parameter.ts';
import type { WorkSteps } from '../../runtime/async/work-turns.ts';
import { invite as inviteGuest } from '../actions/invite.ts';
import type { CommandServer } from '../command-server.ts';
import type { LocalClient } from '../state/local-client.ts';
import { rest } from '../work-steps.ts';
import type { Command } from './command.ts';
import { joinedChannel } from './joined-channel.ts';

export const invite: Command = {
  name: 'INVITE',
  minParams: 0,
  penaltyLines: 1,
  help: [
    'INVITE [<nickname> <channel>]',
    'Invites somebody to a channel you are on; from an operator or halfop of the channel it overrides its modes once.',
    'Without parameters it lists the invitations you hold.',
  ],
  steps(server, client, params) {
    const [nickName, channelName] = params;
    if (nickName === undefined) {
      listInvites(client);
      return null;
    }
    if (channelName === undefined) {
      client.reply(N.ERR_NEEDMOREPARAMS, 'INVITE');
      return null;
    }
    return inviteOne(server, client, nickName, channelName);
  },
};

function* inviteOne(
  server: CommandServer,
  client: LocalClient,
  nickName: string,
  channelName: string,
): WorkSteps {
  const known = joinedChannel(server, client, channelName)?.channel;
  if (known === undefined) return;
  while (server.host.work.mustWait(known.gate)) yield known.gate;
  try {
    const membership = joinedChannel(server, client, channelName);
    if (membership === null) return;
    const { channel } = membership;
    if (channel.has(CMODE.inviteOnly) && !membership.isHalfop) {
      client.reply(N.ERR_CHANOPRIVSNEEDED, channel.name);
      return;
    }
    const target = server.state.findUser(nickName);
    if (target === undefined) {
      client.reply(N.ERR_NOSUCHNICK, replyParameter(nickName));
      return;
    }
    if (target.memberships.has(channel)) {
      client.reply(N.ERR_USERONCHANNEL, `${target.nick} ${channel.name}`);
      return;
    }
    client.replyRaw(N.RPL_INVITING, `${target.nick} ${channel.name}`);
    if (target.away !== null) client.reply(N.RPL_AWAY, target.nick, target.away);
    yield* rest(inviteGuest(server, client.user, target, channel, membership.isHalfop));
  } finally {
    server.host.work.leave(known.gate);
  }
}

function listInvites(client: LocalClient): void {
  if (client.user.invites !== null) {
    for (const channel of client.user.invites.keys()) client.replyRaw(N.RPL_INVITELIST, channel.name);
  }
  client.reply(N.RPL_ENDOFINVITELIST);
}

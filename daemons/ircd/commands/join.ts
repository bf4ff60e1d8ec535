/** JOIN: RFC 2812 3.2.1, Modern "JOIN message". */
import { announceJoin, fromUser, toChannel } from '../broadcast.ts';
import { limits } from '../limits.ts';
import { isValidChannelName } from '../protocol/names.ts';
import { N, type Numeric } from '../protocol/numerics.ts';
import { replyParameter } from '../protocol/reply-parameter.ts';
import type { IrcServer } from '../server.ts';
import { type Channel, CMODE } from '../state/channel.ts';
import type { User } from '../state/user.ts';
import type { Command } from './command.ts';
import { sendNames } from './names.ts';
import { sendTopic } from './topic.ts';

export const join: Command = {
  name: 'JOIN',
  minParams: 1,
  help: [
    'JOIN <channel>{,<channel>} [<key>{,<key>}]',
    'Enters channels. The first user on a channel becomes its operator.',
    'JOIN 0 leaves all channels.',
  ],
  run(server, user, params) {
    if (params[0] === '0') {
      leaveAll(server, user);
      return;
    }
    const names = (params[0] ?? '').split(',');
    const keys = (params[1] ?? '').split(',');
    const most = limits.targetsPerCommand.default;
    for (let i = 0; i < names.length && i < most; i++) {
      const name = names[i] as string;
      if (name !== '') joinOne(server, user, name, keys[i] ?? '');
    }
    if (names.length > most) user.reply(N.ERR_TOOMANYTARGETS, 'JOIN', `Too many targets, at most ${most}`);
  },
};

function joinOne(server: IrcServer, user: User, name: string, key: string): void {
  if (!isValidChannelName(name, limits.channelNameBytes.default)) {
    user.reply(N.ERR_BADCHANMASK, replyParameter(name));
    return;
  }
  const channel = server.state.findChannel(name);
  if (channel !== undefined && user.memberships.has(channel)) return;
  if (user.memberships.size >= server.tuning.get('channels-per-user')) {
    user.reply(N.ERR_TOOMANYCHANNELS, name);
    return;
  }
  const refusal = channel === undefined ? null : refusalOf(channel, user, key);
  if (refusal !== null) {
    user.reply(refusal, channel?.name ?? name);
    return;
  }
  const membership = server.state.join(user, name, Date.now());
  announceJoin(server, user, membership.channel);
  if (membership.channel.topic !== '') sendTopic(user, membership.channel);
  sendNames(server, user, membership.channel);
  user.reply(N.RPL_ENDOFNAMES, membership.channel.name);
}

/** An operator's invitation overrides all four modes. */
function refusalOf(channel: Channel, user: User, key: string): Numeric | null {
  if (user.invites?.get(channel) === true) return null;
  if (channel.isBanned(user)) return N.ERR_BANNEDFROMCHAN;
  if (channel.has(CMODE.inviteOnly) && !channel.inviteExceptions.matches(user)) return N.ERR_INVITEONLYCHAN;
  if (channel.joinKey !== null && channel.joinKey !== key) return N.ERR_BADCHANNELKEY;
  if (channel.limit !== null && channel.members.length >= channel.limit) return N.ERR_CHANNELISFULL;
  return null;
}

function leaveAll(server: IrcServer, user: User): void {
  for (const membership of [...user.memberships.values()]) {
    toChannel(membership.channel, fromUser(server, user, `PART ${membership.channel.name}`), null);
    server.state.part(membership);
  }
}

/** JOIN: RFC 2812 3.2.1, Modern "JOIN message". */
import { CMODE } from '../../irc/modes.ts';
import { isValidChannelName } from '../../irc/names.ts';
import { N, type Numeric } from '../../irc/numerics.ts';
import { replyParameter } from '../../irc/reply-parameter.ts';
import { workPrices } from '../../runtime/async/work-prices.ts';
import type { WorkSteps } from '../../runtime/async/work-turns.ts';
import { announceJoin } from '../broadcast.ts';
import type { CommandServer } from '../command-server.ts';
import { limits } from '../limits.ts';
import type { ServerHost } from '../server-host.ts';
import type { Channel } from '../state/channel.ts';
import type { User } from '../state/user.ts';
import { freeChannel, isBanned, type StepsWith } from '../work-steps.ts';
import type { Command } from './command.ts';
import { NAME_NS, sendNames } from './names.ts';
import { partOne } from './part.ts';
import { sendTopic } from './topic.ts';

export const join: Command = {
  name: 'JOIN',
  minParams: 1,
  help: [
    'JOIN <channel>{,<channel>} [<key>{,<key>}]',
    'Enters channels. The first user on a channel becomes its operator.',
    'JOIN 0 leaves all channels.',
  ],
  steps(server, user, params) {
    if (params[0] === '0') return leaveAll(server, user);
    return joinAll(server, user, (params[0] ?? '').split(','), (params[1] ?? '').split(','));
  },
};

function* joinAll(
  server: CommandServer,
  user: User,
  names: readonly string[],
  keys: readonly string[],
): WorkSteps {
  const most = limits.targetsPerCommand.default;
  for (let i = 0; i < names.length && i < most; i++) {
    const name = names[i]!;
    if (name !== '') yield* joinOne(server, user, name, keys[i] ?? '');
    if (server.host.work.spend(workPrices.row.ns)) yield null;
    if (user.gone) return;
  }
  if (names.length > most) user.reply(N.ERR_TOOMANYTARGETS, 'JOIN', `Too many targets, at most ${most}`);
}

function* joinOne(server: CommandServer, user: User, name: string, key: string): WorkSteps {
  const { host, state } = server;
  if (!isValidChannelName(name, limits.channelNameBytes.default)) {
    user.reply(N.ERR_BADCHANMASK, replyParameter(name));
    return;
  }
  const channel = yield* freeChannel(host, state, name);
  try {
    if (user.gone || (channel !== undefined && user.memberships.has(channel))) return;
    if (user.memberships.size >= server.tuning.get('channels_per_user')) {
      user.reply(N.ERR_TOOMANYCHANNELS, name);
      return;
    }
    const refusal = channel === undefined ? null : yield* refusalOf(host, channel, user, key);
    if (user.gone) return;
    if (refusal !== null) {
      user.reply(refusal, channel?.name ?? name);
      return;
    }
    const membership = state.join(user, name, Date.now());
    yield* announceJoin(server, user, membership.channel);
    if (membership.channel.topic !== '') sendTopic(user, membership.channel);
    sendNames(server, user, membership.channel);
    user.reply(N.RPL_ENDOFNAMES, membership.channel.name);
  } finally {
    if (channel !== undefined) host.work.leave(channel.gate);
  }
  if (host.work.spend((channel?.members.length ?? 0) * NAME_NS)) yield null;
}

/** An operator's invitation overrides all four modes. */
function* refusalOf(host: ServerHost, channel: Channel, user: User, key: string): StepsWith<Numeric | null> {
  if (user.invites?.get(channel) === true) return null;
  if (yield* isBanned(host, channel, user)) return N.ERR_BANNEDFROMCHAN;
  if (channel.has(CMODE.inviteOnly) && !channel.inviteExceptions.matches(user)) return N.ERR_INVITEONLYCHAN;
  if (channel.joinKey !== null && channel.joinKey !== key) return N.ERR_BADCHANNELKEY;
  if (channel.limit !== null && channel.members.length >= channel.limit) return N.ERR_CHANNELISFULL;
  return null;
}

function* leaveAll(server: CommandServer, user: User): WorkSteps {
  for (const { channel } of [...user.memberships.values()]) {
    yield* partOne(server, user, channel, `PART ${channel.name}`);
  }
}

/** JOIN: RFC 2812 3.2.1, Modern "JOIN message". */
import { CMODE, STATUS } from '../../irc/modes.ts';
import { isValidChannelName } from '../../irc/names.ts';
import { N, type Numeric } from '../../irc/numerics.ts';
import { replyParameter } from '../../irc/reply-parameter.ts';
import { workPrices } from '../../runtime/async/work-prices.ts';
import type { WorkSteps } from '../../runtime/async/work-turns.ts';
import { ChannelModeChanges } from '../actions/channel-modes.ts';
import { endFlood, joinFlood } from '../actions/flood.ts';
import { join as enter } from '../actions/join.ts';
import { part } from '../actions/part.ts';
import { dueStatus } from '../actions/regain.ts';
import { CAP } from '../client/capabilities.ts';
import type { CommandServer } from '../command-server.ts';
import { AS_SERVER } from '../history/channel-policy.ts';
import { historyOf, type MessageHistory } from '../history/message-history.ts';
import { limits } from '../limits.ts';
import type { Channel } from '../state/channel.ts';
import type { FloodLimit } from '../state/channel-flood.ts';
import type { LocalClient } from '../state/local-client.ts';
import { whyReserved } from '../why-reserved.ts';
import { freeChannel, isBanned, rest, type StepsWith } from '../work-steps.ts';
import { tellArrival } from './arrival.ts';
import type { Command } from './command.ts';
import { NAME_NS } from './names.ts';

export const join: Command = {
  name: 'JOIN',
  minParams: 1,
  help: [
    'JOIN <channel>{,<channel>} [<key>{,<key>}]',
    'Enters channels. The first user on a channel becomes its operator.',
    'JOIN 0 leaves all channels.',
  ],
  steps(server, client, params) {
    if (params[0] === '0') return leaveAll(server, client);
    const names = (params[0] ?? '').split(',');
    if (names.every((name) => name === '')) {
      client.reply(N.ERR_NEEDMOREPARAMS, 'JOIN');
      return null;
    }
    return joinAll(server, client, names, (params[1] ?? '').split(','));
  },
};

function* joinAll(
  server: CommandServer,
  client: LocalClient,
  names: readonly string[],
  keys: readonly string[],
): WorkSteps {
  const most = limits.targetsPerCommand.default;
  for (let i = 0; i < names.length && i < most; i++) {
    const name = names[i]!;
    if (name !== '') yield* joinOne(server, client, name, keys[i] ?? '');
    if (server.host.work.spend(workPrices.row.ns)) yield null;
    if (client.user.gone) return;
  }
  if (names.length > most) client.reply(N.ERR_TOOMANYTARGETS, 'JOIN', `Too many targets, at most ${most}`);
}

/**
 * Enters one channel, or says why not.
 * @param forwarded whether another channel has sent them here, which nobody does twice.
 */
export function* joinOne(
  server: CommandServer,
  client: LocalClient,
  name: string,
  key: string,
  forwarded = false,
): WorkSteps {
  let next: string | null = null;
  const { host, state } = server;
  if (!isValidChannelName(name, limits.channelNameBytes.default)) {
    client.reply(N.ERR_BADCHANMASK, replyParameter(name));
    return;
  }
  const reserved = client.user.isOper ? null : whyReserved(server, name);
  const there = state.findChannel(name);
  if (reserved !== null && (there === undefined || !client.user.memberships.has(there))) {
    client.reply(N.ERR_BADCHANMASK, name, reserved);
    return;
  }
  const channel = yield* freeChannel(host, state, name);
  try {
    if (client.user.gone || (channel !== undefined && client.user.memberships.has(channel))) return;
    if (client.user.memberships.size >= server.tuning.get('channels_per_user')) {
      client.reply(N.ERR_TOOMANYCHANNELS, name);
      return;
    }
    const refusal = channel === undefined ? null : yield* refusalOf(server, channel, client, key);
    if (client.user.gone) return;
    if (refusal !== null) {
      // A full channel is theirs as before.
      if (refusal !== N.ERR_CHANNELISFULL) channel?.history?.left(client.user);
      next = forwarded ? null : (channel?.forward ?? null);
      if (next === null) client.reply(refusal, channel?.name ?? name);
    } else yield* admit(server, client, name);
  } finally {
    if (channel !== undefined) host.work.leave(channel.gate);
  }
  if (next !== null) {
    client.reply(N.ERR_LINKCHANNEL, `${channel!.name} ${next}`);
    yield* joinOne(server, client, next, key, true);
  }
  if (host.work.spend((channel?.members.length ?? 0) * NAME_NS)) yield null;
}

/** Puts a client on a channel that it may enter, to which nothing is on its way, and tells it what there is. */
export function* admit(server: CommandServer, client: LocalClient, name: string): WorkSteps {
  const birthMs = server.state.birthOf(name, Date.now());
  const isNew = server.state.findChannel(name) === undefined;
  const { channel } = yield* enter(server, client.user, name, birthMs);
  if (isNew && server.history?.ofNewChannels === true) yield* keepHistory(server, channel);
  const history = historyOf(server.history, channel);
  if (history !== null) tellHistory(client, channel, history);
  yield* tellArrival(server, client, channel);
  tellRestored(server, client, channel);
  const limit = joinFlood(channel);
  if (limit !== null) yield* tooManyJoins(server, channel, limit);
}

/** Closes a channel that too many have entered. */
function* tooManyJoins(server: CommandServer, channel: Channel, limit: FloodLimit): WorkSteps {
  const { work } = server.host;
  while (work.mustWait(channel.gate)) yield channel.gate;
  try {
    yield* endFlood(server, channel, limit, null);
  } finally {
    work.leave(channel.gate);
  }
}

/** A channel that is made here begins with what is said being kept, where the settings say so. */
function* keepHistory(server: CommandServer, channel: Channel): WorkSteps {
  const { work } = server.host;
  while (work.mustWait(channel.gate)) yield channel.gate;
  try {
    const changes = new ChannelModeChanges(server, server.state.me, channel);
    changes.text('H', AS_SERVER);
    yield* rest(changes.announce());
  } finally {
    work.leave(channel.gate);
  }
}

/** Nobody speaks without knowing that it is kept. */
function tellHistory(client: LocalClient, channel: Channel, history: MessageHistory): void {
  const { name } = channel;
  const { messages, minutes } = history.amountOf(channel);
  const most = messages === null ? '' : `, ${messages} messages at most`;
  const text = `What is said on ${name} is kept for ${minutes} minutes${most}, for ${history.readersText(channel)}; its operators end that with MODE ${name} -H`;
  if (client.has(CAP.standardReplies)) client.note('JOIN', 'HISTORY_KEPT', name, text);
  else client.notice(`*** ${text}`);
}

/** Says why there is no operator, where the channel was restored and those whom it had are not back yet. */
function tellRestored(server: CommandServer, client: LocalClient, channel: Channel): void {
  const { name, restored, members } = channel;
  if (restored === null || members.some(({ isOp }) => isOp)) return;
  // On a channel that belongs to an account that is so for good.
  const isOwned = server.accounts.channels.of(name) !== null;
  const until = isOwned ? '' : `until ${new Date(restored.untilMs).toISOString().slice(11, 16)} UTC `;
  client.notice(
    `*** ${name} was restored after a restart. Who was its operator with an account is that again by joining; ${until}nobody else becomes operator.`,
  );
}

/** An operator's invitation overrides `i`, `k`, `l`, `r` and bans, and so does being operator by account. */
function* refusalOf(
  server: CommandServer,
  channel: Channel,
  client: LocalClient,
  key: string,
): StepsWith<Numeric | null> {
  // No invitation makes a connection safe, or an operator.
  if (channel.has(CMODE.tlsOnly) && client.connection.tls === null) return N.ERR_SECUREONLYCHAN;
  if (channel.has(CMODE.opersOnly) && !client.user.isOper) return N.ERR_OPERONLY;
  if (client.user.invites?.get(channel) === true) return null;
  if ((dueStatus(server, client.user.account, channel.key, channel) ?? 0) >= STATUS.op) return null;
  if (yield* isBanned(server.host, channel, client.user)) return N.ERR_BANNEDFROMCHAN;
  if (channel.has(CMODE.inviteOnly) && !channel.inviteExceptions.matches(client.user))
    return N.ERR_INVITEONLYCHAN;
  if (channel.has(CMODE.accountsOnly) && client.user.account === null) return N.ERR_NEEDREGGEDNICK;
  if (channel.joinKey !== null && channel.joinKey !== key) return N.ERR_BADCHANNELKEY;
  if (channel.limit !== null && channel.members.length >= channel.limit) return N.ERR_CHANNELISFULL;
  return null;
}

function* leaveAll(server: CommandServer, client: LocalClient): WorkSteps {
  for (const { channel } of [...client.user.memberships.values()]) {
    yield* part(server, client.user, channel, '');
  }
}

/**
 * `B`: a channel as a peer knows it when a link begins. The older one decides: a younger one loses its modes, bans and
 * operators; of equal age both are put together (the lower limit, the key that sorts first).
 */
import { CMODE_LETTERS, STATUS } from '../../../irc/modes.ts';
import { type BurstChannel, readBurst, writeBurst } from '../../../irc/p10/burst-line.ts';
import { textOf } from '../../../irc/p10/text.ts';
import type { WorkSteps } from '../../../runtime/async/work-turns.ts';
import { ChannelModeChanges } from '../../actions/channel-modes.ts';
import { join } from '../../actions/join.ts';
import { setTopic } from '../../actions/topic.ts';
import { listOf } from '../../modes/mask-lists.ts';
import type { Channel } from '../../state/channel.ts';
import type { Server } from '../../state/server.ts';
import { freeChannel, rest } from '../../work-steps.ts';
import { toSeconds } from '../peer.ts';
import type { LinkLine, TokenCode } from './link-line.ts';
import { apply } from './modes.ts';

export const burst: TokenCode = (line) => {
  const said = readBurst(line.line, line.peer.limits);
  if (typeof said === 'string') {
    line.link.fail(said);
    return null;
  }
  return 'nick' in line.source ? null : merge(line, line.source, said);
};

function* merge(line: LinkLine, source: Server, said: BurstChannel): WorkSteps {
  const { server, network, link } = line;
  const { host, state } = server;
  const name = textOf(said.channel);
  const batch = network.joinsOf(source);
  let channel = yield* freeChannel(host, state, name);
  const known = channel;
  try {
    const age = channel === undefined ? 0 : said.createdSeconds - toSeconds(channel.createdMs);
    if (channel !== undefined && age < 0) {
      yield* rest(strip(line, channel).announce(false));
      yield* rest(forgetTopic(line, channel));
      state.backdate(channel, said.createdSeconds * 1000);
    }
    const members = said.members.map(({ numeric, status }) => ({ numeric, status: age > 0 ? 0 : status }));
    for (const { numeric, status } of members) {
      const user = state.findNumeric(numeric);
      if (user === undefined || user.gone || user.server.via !== line.peer.server) continue;
      if (channel !== undefined && user.memberships.has(channel)) continue;
      const entered = yield* join(server, user, name, said.createdSeconds * 1000, status, false, batch);
      channel ??= entered.channel;
      if (host.work.spend(0)) yield null;
    }
    if (channel !== undefined && age <= 0)
      yield* rest(adopt(line, channel, said, known === undefined).announce(false));
    const told =
      age > 0
        ? {
            ...said,
            modes: '',
            modeArguments: new Map<string, string>(),
            bans: [],
            exceptions: [],
            inviteExceptions: [],
          }
        : said;
    for (const text of writeBurst(line.line.source, { ...told, members })) network.forward(text, link);
  } finally {
    if (channel !== undefined) host.work.leave(channel.gate);
  }
}

/** Takes from the channel here what a younger one loses. */
function strip({ server, source }: LinkLine, channel: Channel): ChannelModeChanges {
  const changes = new ChannelModeChanges(server, source, channel);
  for (const [letter, bit] of CMODE_LETTERS) changes.flag(false, letter, bit);
  changes.key(null);
  changes.limit(null);
  for (const letter of 'beI')
    for (const { mask } of [...listOf(channel, letter).entries]) changes.mask(false, letter, mask.text);
  for (const membership of channel.members) {
    changes.status(false, 'o', STATUS.op, membership);
    changes.status(false, 'v', STATUS.voice, membership);
  }
  return changes;
}

/** The older channel has the topic that it has; ircu keeps what it had, and tells of none in a burst. */
function forgetTopic({ server, source }: LinkLine, channel: Channel): WorkSteps | null {
  const { foreign } = 'nick' in source ? source.server : source;
  if (foreign || channel.topicAtMs === 0) return null;
  if (channel.topic !== '') return setTopic(server, source, channel, '', 0, '', false);
  channel.topicAtMs = 0;
  return null;
}

/** Gives the channel here what the peer's has; one that was not there before has nothing else. */
function adopt(
  { server, source }: LinkLine,
  channel: Channel,
  said: BurstChannel,
  fresh: boolean,
): ChannelModeChanges {
  const changes = new ChannelModeChanges(server, source, channel);
  if (fresh) {
    for (const [letter, bit] of CMODE_LETTERS)
      if (!said.modes.includes(letter)) changes.flag(false, letter, bit);
  }
  for (const letter of said.modes) {
    const argument = said.modeArguments.get(letter) ?? '';
    if (letter === 'k' && channel.joinKey !== null && channel.joinKey <= textOf(argument)) continue;
    if (letter === 'l' && channel.limit !== null && channel.limit <= Number(argument)) continue;
    apply(server.state, channel, changes, { on: true, letter, argument });
  }
  for (const mask of said.bans) changes.mask(true, 'b', textOf(mask));
  for (const mask of said.exceptions) changes.mask(true, 'e', textOf(mask));
  for (const mask of said.inviteExceptions) changes.mask(true, 'I', textOf(mask));
  return changes;
}

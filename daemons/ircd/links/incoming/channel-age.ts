/**
 * Of two channels of one name the older is right, wherever they meet: by `B`, by `C`, by `J`. The younger loses its modes,
 * masks and status, and has the age of the other from then on.
 */
import { CMODE, CMODE_LETTERS, LIST_MODES, STATUS } from '../../../irc/modes.ts';
import { isValidChannelName } from '../../../irc/names.ts';
import { writeModes } from '../../../irc/p10/mode-line.ts';
import { bytesOf } from '../../../irc/p10/text.ts';
import type { WorkSteps } from '../../../runtime/async/work-turns.ts';
import { ChannelModeChanges } from '../../actions/channel-modes.ts';
import { kick } from '../../actions/kick.ts';
import { setTopic } from '../../actions/topic.ts';
import { limits } from '../../limits.ts';
import { listOf } from '../../modes/mask-lists.ts';
import type { ModeChange } from '../../network-events.ts';
import type { Channel } from '../../state/channel.ts';
import { rest } from '../../work-steps.ts';
import { toSeconds } from '../peer.ts';
import type { LinkLine } from './link-line.ts';

/** The longest name of a channel on any kind of server, in bytes (CHANNELLEN of ircu). */
const LONGEST_NAME = 200;

/** Whether a channel may be called so: one of another name is nothing that can be told on. */
export function isChannelOfLinks(name: string): boolean {
  return isValidChannelName(name, Math.max(LONGEST_NAME, limits.channelNameBytes.default));
}

/** How much older than ours a channel is that another server tells of, in seconds; negative for one that is younger. */
export function olderBy(channel: Channel, createdSeconds: number): number {
  return toSeconds(channel.createdMs) - createdSeconds;
}

/**
 * The channel here is the younger one. Other links hear of the older in the same words. What those who are here have lost is
 * told all the same: the last member of the older one may be gone before a server hears of the younger, which that would
 * take for another channel.
 */
export function* giveWay(line: LinkLine, channel: Channel, createdSeconds: number): WorkSteps {
  const { server } = line;
  const lost = lossOf(channel);
  const changes = strip(line, channel);
  channel.restored = null;
  server.state.backdate(channel, createdSeconds * 1000);
  if (lost.length > 0)
    server.links?.tell({ kind: 'channel modes', source: server.state.me, channel, changes: lost });
  yield* rest(changes.announce(false));
  yield* rest(forgetTopic(line, channel));
}

/** The older channel has the topic that it has; ircu keeps what it had, and tells of none in a burst. */
function forgetTopic({ server, source }: LinkLine, channel: Channel): WorkSteps | null {
  const { foreign } = 'nick' in source ? source.server : source;
  if (foreign || channel.topicAtMs === 0) return null;
  if (channel.topic !== '') return setTopic(server, source, channel, '', 0, '', false);
  channel.topicAtMs = 0;
  return null;
}

/** The operators here; where there are none any member, so that there is something to tell. */
function lossOf({ locals }: Channel): ModeChange[] {
  const ops = locals.filter(({ isOp }) => isOp);
  return (ops.length > 0 ? ops : locals.slice(0, 1)).map(({ user }) => ({
    on: false,
    letter: 'o',
    argument: user.nick,
    user,
  }));
}

/** What it loses. */
function strip({ server, source }: LinkLine, channel: Channel): ChannelModeChanges {
  const changes = new ChannelModeChanges(server, source, channel);
  for (const [letter, bit] of CMODE_LETTERS) changes.flag(false, letter, bit);
  changes.key(null);
  changes.limit(null);
  for (const letter of LIST_MODES)
    for (const { mask } of [...listOf(channel, letter).entries]) changes.mask(false, letter, mask.text);
  for (const membership of channel.members) {
    changes.status(false, 'o', STATUS.op, membership);
    changes.status(false, 'v', STATUS.voice, membership);
  }
  return changes;
}

/**
 * Gives a channel what it had here when it ended, where it has not ended elsewhere.
 * @param merged whether two were put together, so that others may not have all of it; else those alone do not who have
 * linked since it ended.
 */
export function* inherit(line: LinkLine, channel: Channel, merged: boolean): WorkSteps {
  const { server, network } = line;
  const { me } = server.state;
  const found = server.state.endedChannel(channel.name, toSeconds(channel.createdMs));
  if (found === undefined) return;
  const { channel: ended, atMs } = found;
  const changes = new ChannelModeChanges(server, me, channel);
  for (const [letter, bit] of CMODE_LETTERS) if (ended.has(bit)) changes.flag(true, letter, bit);
  if (ended.joinKey !== null) changes.key(ended.joinKey);
  if (ended.limit !== null) changes.limit(ended.limit);
  for (const letter of LIST_MODES)
    for (const { mask } of listOf(ended, letter).entries) changes.mask(true, letter, mask.text);
  yield* rest(changes.announce(merged));
  const { topic, topicAtMs, topicBy } = ended;
  if (topicAtMs > channel.topicAtMs)
    yield* rest(setTopic(server, me, channel, topic, topicAtMs, topicBy, merged));
  if (!merged) network.teach(channel, (link) => link !== line.link && link.sinceMs >= atMs);
}

/** Whoever has made a channel elsewhere that was there already is no operator of it: their server hears that too. */
export function takeBack({ server, link }: LinkLine, channel: Channel, numeric: string): void {
  const back = [{ on: false, letter: 'o', argument: numeric }];
  const seconds = toSeconds(channel.createdMs);
  for (const text of writeModes(server.state.me.numeric, 'M', bytesOf(channel.name), back, seconds))
    link.send(text);
}

/**
 * Whether the older channel is one that nobody could have entered whom it kept out: by its key, or by `i`. Whoever made a
 * younger one while the network was parted would be in all the same, on the back of the net.
 */
export function keepsOut(
  channel: Channel,
  { inviteOnly, key }: { readonly inviteOnly: boolean; readonly key: string | null },
): boolean {
  return (inviteOnly && !channel.has(CMODE.inviteOnly)) || (key !== null && key !== channel.joinKey);
}

/** Takes everybody of this server off a channel that kept them out. */
export function* sendOut({ server }: LinkLine, channel: Channel): WorkSteps {
  for (const membership of [...channel.locals]) yield* kick(server, server.state.me, membership, 'Net Rider');
}

/**
 * Of two channels of one name the older is right, wherever they meet: by `B`, by `C`, by `J`. The younger loses its modes,
 * masks and status, and has the age of the other from then on.
 */
import {
  CMODE,
  CMODE_LETTERS,
  LIST_MODES,
  STATUS_LETTERS,
  TEXT_MODES,
  type TextMode,
} from '../../../irc/modes.ts';
import { isValidChannelName } from '../../../irc/names.ts';
import { bareBurst, writeBurst } from '../../../irc/p10/burst-line.ts';
import { writeModes } from '../../../irc/p10/mode-line.ts';
import type { WorkSteps } from '../../../runtime/async/work-turns.ts';
import { ChannelModeChanges } from '../../actions/channel-modes.ts';
import { kick } from '../../actions/kick.ts';
import { setTopic } from '../../actions/topic.ts';
import { lesserPolicy } from '../../history/channel-policy.ts';
import { limits } from '../../limits.ts';
import { listOf } from '../../modes/mask-lists.ts';
import type { Channel, Membership } from '../../state/channel.ts';
import { rest, type StepsWith } from '../../work-steps.ts';
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
 * The channel here is the younger one. Other links hear of the older in the same words. That those who are here are on it is
 * told all the same: the last member of the older one may be gone before a server hears of the younger, which that would take
 * for another channel.
 */
export function* giveWay(line: LinkLine, channel: Channel, createdSeconds: number): WorkSteps {
  const { server } = line;
  const lost = losersOn(channel);
  // Others may still say what concerns it: it is not forgotten what it was.
  server.state.noteEnded(channel.copy());
  const changes = strip(line, channel);
  channel.restored = null;
  // What it is now is what the network knows.
  channel.asleep = false;
  server.state.backdate(channel, createdSeconds * 1000);
  if (lost.length > 0) tellLoss(line, channel, lost);
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
function losersOn({ locals }: Channel): readonly Membership[] {
  const ops = locals.filter(({ isOp }) => isOp);
  return ops.length > 0 ? ops : locals.slice(0, 1);
}

/**
 * Our own kind hears it as in a burst, which takes nothing from whoever was made operator of the older one meanwhile, and goes
 * on also from where somebody is gone already.
 */
function tellLoss({ server, network }: LinkLine, channel: Channel, lost: readonly Membership[]): void {
  const { state } = server;
  const { numeric } = state.me;
  const name = channel.nameBytes;
  const createdSeconds = toSeconds(channel.createdMs);
  const numerics = lost.map(({ user }) => state.numericOf(user));
  const members = numerics.map((member) => ({ numeric: member, status: 0 }));
  const taken = numerics.map((argument) => ({ on: false, letter: 'o', argument }));
  network.forwardEach(
    ({ kind }) =>
      kind === 'signalbox'
        ? writeBurst(numeric, { ...bareBurst(name, createdSeconds), members })
        : writeModes(numeric, 'M', name, taken, createdSeconds),
    null,
  );
}

/** What it loses. */
function strip({ server, source }: LinkLine, channel: Channel): ChannelModeChanges {
  const changes = new ChannelModeChanges(server, source, channel);
  for (const [letter, bit] of CMODE_LETTERS) changes.flag(false, letter, bit);
  changes.key(null);
  changes.limit(null);
  for (const letter of TEXT_MODES) changes.text(letter, null);
  for (const letter of LIST_MODES)
    for (const { mask } of [...listOf(channel, letter).entries]) changes.mask(false, letter, mask.text);
  for (const membership of channel.members) {
    for (const [letter, bit] of STATUS_LETTERS) changes.status(false, letter, bit, membership);
  }
  return changes;
}

/**
 * Gives a channel what it had here when it ended, where it has not ended elsewhere. Those do not know of it who have linked
 * since.
 */
export function* inherit(line: LinkLine, channel: Channel): WorkSteps {
  const ended = line.server.state.endedChannel(channel.name, toSeconds(channel.createdMs));
  if (ended === undefined) return;
  yield* takeOver(line, channel, ended.channel);
  line.network.teach(channel, ({ sinceMs }) => sinceMs >= ended.sinceMs);
}

/** The same where a burst tells of it: of what it does not say nobody may know who hears of it too. */
export function* inheritInBurst(line: LinkLine, channel: Channel, ended: Channel): WorkSteps {
  const more = yield* takeOver(line, channel, ended);
  const { me } = line.server.state;
  if (more === 'modes') line.network.teach(channel, () => true);
  else if (more === 'topic') line.network.tell({ kind: 'topic', source: me, channel });
}

/**
 * Puts a channel together with one of the same age, as it was: as in a burst the lower limit holds, the key that sorts first,
 * and the topic that was set later.
 * @returns whether it has more now, in its modes and lists or in its topic alone
 */
function* takeOver(
  { server, source }: LinkLine,
  channel: Channel,
  other: Channel,
): StepsWith<'modes' | 'topic' | null> {
  // Whoever tells of it brings it back, and nobody waits for what comes in a burst.
  const by = 'nick' in source ? source.server : source;
  const changes = new ChannelModeChanges(server, by, channel);
  for (const [letter, bit] of CMODE_LETTERS) if (other.has(bit)) changes.flag(true, letter, bit);
  if (other.joinKey !== null) changes.key(lesserKey(channel.joinKey, other.joinKey));
  if (other.limit !== null) changes.limit(Math.min(other.limit, channel.limit ?? other.limit));
  for (const letter of TEXT_MODES) {
    const text = other.text(letter);
    if (text !== null) changes.text(letter, lesserText(letter, channel.text(letter), text));
  }
  for (const letter of LIST_MODES)
    for (const { mask, by, atMs } of listOf(other, letter).entries)
      changes.mask(true, letter, mask.text, { by, atMs });
  const { topic, topicBytes, topicAtMs, topicBy } = other;
  const isLater = topicAtMs > channel.topicAtMs;
  const more = changes.any ? 'modes' : isLater ? 'topic' : null;
  yield* rest(changes.announce(false));
  if (isLater) yield* rest(setTopic(server, by, channel, topic, topicAtMs, topicBy, false, topicBytes));
  return more;
}

/** Of two texts of a mode the one that holds. */
export function lesserText(letter: TextMode, text: string | null, other: string): string {
  return letter === 'H' ? lesserPolicy(text, other) : lesserKey(text, other);
}

/** Of two keys, or other texts, the one that holds. */
export function lesserKey(key: string | null, other: string): string {
  return key === null || other < key ? other : key;
}

/** Whoever has made a channel elsewhere that was there already is no operator of it: their server hears that too. */
export function takeBack({ server, link }: LinkLine, channel: Channel, numeric: string): void {
  const back = [{ on: false, letter: 'o', argument: numeric }];
  const seconds = toSeconds(channel.createdMs);
  for (const text of writeModes(server.state.me.numeric, 'M', channel.nameBytes, back, seconds))
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

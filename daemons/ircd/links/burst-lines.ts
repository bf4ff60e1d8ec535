/**
 * What a peer is told when a link begins: every server, user and channel, in turns, so that nobody here waits for it. What
 * happens meanwhile is told like anything else. Called by link.ts.
 */
import { statusBits, TEXT_MODES } from '../../irc/modes.ts';
import { type MaskOrigin, originKey, writeBurst } from '../../irc/p10/burst-line.ts';
import { isPrefix } from '../../irc/p10/mask-tags.ts';
import { MAX_USERS } from '../../irc/p10/numeric.ts';
import { OWN_KIND_FLAG, writeServer } from '../../irc/p10/server-line.ts';
import { bytesOf } from '../../irc/p10/text.ts';
import type { Channel } from '../state/channel.ts';
import type { MaskList } from '../state/mask-list.ts';
import type { NetworkState } from '../state/network.ts';
import type { Server } from '../state/server.ts';
import type { User } from '../state/user.ts';
import { awayLine, flagsOf, topicLine } from './event-lines.ts';
import { type Numbers, type Peer, toSeconds } from './peer.ts';
import { introduction, markLines } from './user-lines.ts';

/** Introduces a server that is not this one, with the time of its link: by that others know which link a SQUIT means. */
export function serverLine(server: Server): string {
  return writeServer(server.uplink!.numeric, {
    name: server.name,
    hops: server.hops + 1,
    bootSeconds: server.bootMs === null ? 0 : toSeconds(server.bootMs),
    linkSeconds: toSeconds(server.linkedMs!),
    bursting: server.bursting,
    numeric: server.numeric,
    maxUser: MAX_USERS - 1,
    flags: flagsOfServer(server),
    description: server.descriptionBytes ?? bytesOf(server.description),
  });
}

/** As it said itself, and whether it is one of ours as its neighbour has found out. */
function flagsOfServer({ flags, foreign }: Server): string {
  const others = flags.replaceAll(OWN_KIND_FLAG, '');
  return foreign ? others : others + OWN_KIND_FLAG;
}

/**
 * The lines of a burst, a few at a time; whoever takes them stops where others may go first. What changes meanwhile is told as
 * ever, and what a peer hears of somebody that it does not know yet it passes over.
 */
export function* burstLines(numbers: Numbers, state: NetworkState, peer: Peer): Generator<readonly string[]> {
  const behind = (server: Server) => server.via === peer.server;
  for (const server of [...state.servers.values()]) {
    if (server !== state.me && !behind(server)) yield [serverLine(server)];
  }
  for (const user of [...state.users]) {
    if (!user.gone && !behind(user.server)) yield userLines(numbers, peer, user);
  }
  for (const channel of [...state.channels.values()]) {
    if (state.channels.get(channel.key) !== channel) continue;
    // On it is nobody whom the peer does not know better.
    if (channel.members.some(({ user }) => !behind(user.server)))
      yield channelLines(numbers, state.me, peer, channel);
  }
}

/** `N`, and what `N` does not say. */
function userLines(numbers: Numbers, peer: Peer, user: User): readonly string[] {
  if (user.nick.length > peer.limits.nick) {
    peer.untold.add(user);
    return [];
  }
  const lines = [introduction(numbers, peer, user), ...markLines(peer, numbers, user)];
  // ircu tells of nobody's absence in a burst, and its own clients ask for it by WHOIS.
  if (user.away !== null && peer.kind === 'signalbox') lines.push(awayLine(numbers, peer, user));
  return lines;
}

/** `B`, without the members that the peer has told of, and the topic where it is taken in a burst. */
export function channelLines(numbers: Numbers, me: Server, peer: Peer, channel: Channel): readonly string[] {
  const held = statusBits(peer.limits.status);
  const members = channel.members
    .filter(({ user }) => user.server.via !== peer.server)
    .map(({ user, status }) => ({ numeric: numbers.numericOf(user), status: status & held }));
  const modeArguments = new Map<string, string>();
  if (channel.limit !== null) modeArguments.set('l', String(channel.limit));
  if (channel.joinKey !== null) modeArguments.set('k', bytesOf(channel.joinKey));
  for (const letter of TEXT_MODES) {
    const text = channel.text(letter);
    if (text !== null && peer.limits.modesWithArgumentWhenSet.includes(letter))
      modeArguments.set(letter, bytesOf(text));
  }
  const lines = writeBurst(me.numeric, {
    channel: channel.nameBytes,
    createdSeconds: toSeconds(channel.createdMs),
    modes: flagsOf(peer, channel) + [...modeArguments.keys()].join(''),
    modeArguments,
    members,
    bans: masksOf(channel.bans),
    exceptions: peer.limits.modesWithArgument.includes('e') ? masksOf(channel.exceptions) : [],
    inviteExceptions: peer.ownTokens ? masksOf(channel.inviteExceptions) : [],
    ...(peer.ownTokens ? { origins: originsOf(channel) } : {}),
  });
  // One that was taken away is told to those who may still have it.
  const topic = peer.ownTokens ? channel.topicAtMs > 0 : channel.topic !== '' && peer.kind !== 'ircu';
  if (topic) lines.push(topicLine(me.numeric, peer, channel));
  return lines;
}

/** Who set each mask and when. */
function originsOf(channel: Channel): ReadonlyMap<string, MaskOrigin> {
  const origins = new Map<string, MaskOrigin>();
  for (const list of ['bans', 'exceptions', 'inviteExceptions'] as const)
    for (const { mask, by, atMs } of channel[list].entries)
      origins.set(originKey(list, bytesOf(mask.text)), {
        by: isPrefix(bytesOf(by)) ? bytesOf(by) : '*',
        atSeconds: toSeconds(atMs),
      });
  return origins;
}

function masksOf({ entries }: MaskList): string[] {
  return entries.map(({ mask }) => bytesOf(mask.text));
}

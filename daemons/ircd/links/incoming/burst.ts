/**
 * `B`: a channel as a peer knows it when a link begins. The older one decides: a younger one loses its modes, bans and
 * operators; of equal age both are put together (the lower limit, the key that sorts first).
 */
import { isTextMode, statusBits } from '../../../irc/modes.ts';
import {
  type BurstChannel,
  type ListName,
  type MaskOrigin,
  originKey,
  readBurst,
  writeBurst,
} from '../../../irc/p10/burst-line.ts';
import { isPrefix } from '../../../irc/p10/mask-tags.ts';
import { serverOf } from '../../../irc/p10/numeric.ts';
import { bytesOf, textOf } from '../../../irc/p10/text.ts';
import type { WorkSteps } from '../../../runtime/async/work-turns.ts';
import { ChannelModeChanges } from '../../actions/channel-modes.ts';
import { enter, enterToo } from '../../actions/join.ts';
import type { Channel } from '../../state/channel.ts';
import type { Server } from '../../state/server.ts';
import { freeChannel, rest } from '../../work-steps.ts';
import { type Peer, toSeconds } from '../peer.ts';
import {
  giveWay,
  inheritInBurst,
  isChannelOfLinks,
  keepsOut,
  lesserKey,
  lesserText,
  olderBy,
  sendOut,
} from './channel-age.ts';
import type { LinkLine, TokenCode } from './link-line.ts';
import { apply, channelToRemember, isSound } from './modes.ts';

export const burst: TokenCode = (line) => {
  const said = readBurst(line.line, line.peer.limits, line.peer.ownTokens);
  if (typeof said === 'string') {
    line.link.fail(said);
    return null;
  }
  if ('nick' in line.source || !isChannelOfLinks(textOf(said.channel))) return null;
  return merge(line, line.source, soundPartOf(line, said));
};

/** Without what cannot be told on: others would believe of users of other links what this server knows to be a lie. */
function soundPartOf({ server, peer, source }: LinkLine, said: BurstChannel): BurstChannel {
  const isWord = (mask: string) => isSound({ on: true, letter: 'b', argument: mask });
  const modes = [...new Set(said.modes)].filter((letter) =>
    isSound({ on: true, letter, argument: said.modeArguments.get(letter) ?? '' }),
  );
  // Most are on one server.
  let last = '';
  let isThere = false;
  const members = said.members.filter(({ numeric }) => {
    if (last !== '' && numeric.startsWith(last)) return isThere;
    last = serverOf(numeric);
    isThere = server.state.serverByNumeric(last)?.via === peer.server;
    return isThere;
  });
  const [bans, exceptions, inviteExceptions] = LISTS.map((list) => said[list].filter(isWord)) as [
    string[],
    string[],
    string[],
  ];
  // Who does not say who set a mask and when tells what is known here first.
  const heard = { by: bytesOf(source.prefix), atSeconds: toSeconds(Date.now()) };
  const origins = new Map<string, MaskOrigin>();
  for (const list of LISTS)
    for (const mask of said[list]) {
      const key = originKey(list, mask);
      const origin = said.origins?.get(key);
      origins.set(key, origin !== undefined && isPrefix(origin.by) ? origin : heard);
    }
  return { ...said, modes: modes.join(''), bans, exceptions, inviteExceptions, members, origins };
}

const LISTS: readonly ListName[] = ['bans', 'exceptions', 'inviteExceptions'];

function* merge(line: LinkLine, source: Server, said: BurstChannel): WorkSteps {
  const { server, network } = line;
  const { host, state } = server;
  const named = () => line.named(said.channel);
  const batch = network.joinsOf(source);
  let channel = yield* freeChannel(host, state, () => textOf(named()));
  const known = channel;
  try {
    if (named() === '') return;
    const age = channel === undefined ? 0 : -olderBy(channel, said.createdSeconds);
    // Of one that was kept here while nobody was on it, those who are on it know better.
    const deserted = known !== undefined && known.members.length === 0;
    const ended = state.endedChannel(textOf(named()), said.createdSeconds)?.channel;
    const ridden = known !== undefined && age < 0 && keepsOut(known, entryOf(said));
    if (channel !== undefined && (age < 0 || (age === 0 && channel.asleep)))
      yield* giveWay(line, channel, said.createdSeconds);
    if (named() === '') return;
    for (let i = 0; i < said.members.length; i++) {
      const { numeric, status: brought } = said.members[i]!;
      const user = state.findNumeric(numeric);
      if (user === undefined || user.gone || user.server.via !== line.peer.server) continue;
      if (channel !== undefined && user.memberships.has(channel)) continue;
      const status = age > 0 ? 0 : brought;
      let left: WorkSteps | null;
      if (channel !== undefined) left = enterToo(server, user, channel, status, batch);
      else {
        const entrance = { status, told: false, modes: 0, batch, nameBytes: named() };
        const entered = enter(server, user, textOf(named()), said.createdSeconds * 1000, entrance);
        ({ channel } = entered.membership);
        ({ left } = entered);
      }
      if (left !== null) yield* left;
      else if (host.work.spend(0)) yield null;
      else continue;
      // Whoever was on it may be gone meanwhile, and it with them.
      channel = state.findChannel(textOf(named()));
      if (named() === '') return;
    }
    if (channel === undefined || age > 0) remember(line, said);
    if (channel !== undefined && age <= 0) yield* rest(adopt(line, channel, said).announce(false));
    if (channel !== undefined && ridden) yield* sendOut(line, channel);
    if (channel !== undefined && deserted && age > 0) network.teach(channel, () => true);
    else if (named() !== '') pass(line, source, { ...said, channel: named() }, age);
    if (channel !== undefined && deserted && age === 0 && channel.members.length > 0)
      network.teach(channel, ({ sinceMs }) => sinceMs >= channel!.desertedMs);
    if (channel !== undefined && ended !== undefined && (known === undefined || age < 0))
      yield* inheritInBurst(line, channel, ended);
    // It was kept for those who were on it, and has given way to one on which nobody is known.
    if (channel !== undefined) state.endIfEmpty(channel);
  } finally {
    for (const one of [known, channel]) if (one !== undefined) host.work.leave(one.gate);
  }
}

/** It is younger than the one here, or nobody of those on it is known here: for others, who hear of it too, it may be there. */
function remember(line: LinkLine, said: BurstChannel): void {
  const channel = channelToRemember(line.server.state, line.named(said.channel), said.createdSeconds);
  adopt(line, channel, said);
  line.server.state.noteEnded(channel);
}

/**
 * What a peer can hold of a channel: a mode or list that it does not know would become another there.
 * @param others flags that mean another thing than here where it was said
 */
function heldBy({ limits, ownTokens }: Peer, channel: BurstChannel, others: string): BurstChannel {
  const held = statusBits(limits.status);
  const withArgument = limits.modesWithArgument + limits.modesWithArgumentWhenSet;
  const modes = Array.from(channel.modes).filter((letter) =>
    channel.modeArguments.has(letter)
      ? withArgument.includes(letter)
      : limits.flags.includes(letter) && limits.otherFlags.includes(letter) === others.includes(letter),
  );
  return {
    ...channel,
    modes: modes.join(''),
    members: channel.members.map(({ numeric, status }) => ({ numeric, status: status & held })),
    exceptions: limits.modesWithArgument.includes('e') ? channel.exceptions : [],
    inviteExceptions: ownTokens ? channel.inviteExceptions : [],
    ...(ownTokens ? {} : { origins: new Map<string, MaskOrigin>() }),
  };
}

/** Tells other links; of a younger channel nobody is operator. */
function pass(
  { network, link, peer: from }: LinkLine,
  source: Server,
  said: BurstChannel,
  age: number,
): void {
  const others = from.limits.otherFlags;
  const told = () =>
    age > 0 ? { ...said, members: said.members.map(({ numeric }) => ({ numeric, status: 0 })) } : said;
  network.forwardEach((peer) => writeBurst(source.numeric, heldBy(peer, told(), others)), link);
}

/** What somebody needs to enter the channel of the peer. */
function entryOf({ modes, modeArguments }: BurstChannel) {
  const key = modeArguments.get('k');
  return { inviteOnly: modes.includes('i'), key: key === undefined ? null : textOf(key) };
}

const LETTERS: readonly (readonly [ListName, string])[] = [
  ['bans', 'b'],
  ['exceptions', 'e'],
  ['inviteExceptions', 'I'],
];

/** Gives the channel here what the peer's has. */
function adopt({ server, source, peer }: LinkLine, channel: Channel, said: BurstChannel): ChannelModeChanges {
  const changes = new ChannelModeChanges(server, source, channel);
  for (const letter of said.modes) {
    const argument = said.modeArguments.get(letter) ?? '';
    if (letter === 'k' && channel.joinKey === lesserKey(channel.joinKey, textOf(argument))) continue;
    if (
      isTextMode(letter) &&
      channel.text(letter) === lesserText(letter, channel.text(letter), textOf(argument))
    )
      continue;
    if (letter === 'l' && channel.limit !== null && channel.limit <= Number(argument)) continue;
    apply(server.state, peer.limits, channel, changes, { on: true, letter, argument });
  }
  for (const [list, letter] of LETTERS)
    for (const mask of said[list]) {
      const { by, atSeconds } = said.origins!.get(originKey(list, mask))!;
      changes.mask(true, letter, textOf(mask), { by: textOf(by), atMs: atSeconds * 1000 });
    }
  return changes;
}

/**
 * What a peer is told of something that happened here or elsewhere, as lines of P10. What it cannot hold is cut or left out
 * here. Called by link-network.ts once for each peer.
 */
import {
  CMODE_LETTERS,
  LIST_MODES,
  STATUS,
  STATUS_LETTERS,
  statusSigns,
  TEXT_MODES,
} from '../../irc/modes.ts';
import { withTags, writeLine } from '../../irc/p10/line.ts';
import { writeMaskTags } from '../../irc/p10/mask-tags.ts';
import { writeMessageTags } from '../../irc/p10/message-tags.ts';
import { type LinkModeChange, writeModes } from '../../irc/p10/mode-line.ts';
import { bytesOf, cutBytes } from '../../irc/p10/text.ts';
import { OWN_TOKEN, TOKEN } from '../../irc/p10/tokens.ts';
import { listOf } from '../modes/mask-lists.ts';
import { type ModeChange, type NetworkEvent, nameOf } from '../network-events.ts';
import type { Channel } from '../state/channel.ts';
import type { MaskEntry, MaskSetter } from '../state/mask-list.ts';
import type { User } from '../state/user.ts';
import { knowsBan, networkBanLine } from './network-ban-lines.ts';
import { type Numbers, type Peer, sourceNumeric, toSeconds } from './peer.ts';
import { queryLine } from './query-lines.ts';
import { accountLines, introduction, userModeLines } from './user-lines.ts';

type EventOf<Kind extends NetworkEvent['kind']> = Extract<NetworkEvent, { readonly kind: Kind }>;

/** @param me name of this server, which stands in the path of a kill. */
export function linesOf(numbers: Numbers, me: string, peer: Peer, event: NetworkEvent): readonly string[] {
  switch (event.kind) {
    case 'user':
      return [introduction(numbers, peer, event.user)];
    case 'nick':
      return [
        writeLine(numbers.numericOf(event.user), TOKEN.NICK, [event.user.nick, event.user.nickSeconds]),
      ];
    case 'quit':
      return [writeLine(numbers.numericOf(event.user), TOKEN.QUIT, [], event.bytes ?? bytesOf(event.reason))];
    case 'kill':
      return [killLine(numbers, me, event)];
    case 'join':
      return joinLines(numbers, peer, event);
    case 'part':
      return [
        writeLine(
          numbers.numericOf(event.user),
          TOKEN.PART,
          [event.channel.nameBytes],
          event.reason === '' ? null : (event.bytes ?? bytesOf(event.reason)),
        ),
      ];
    case 'kick':
      return [
        writeLine(
          sourceNumeric(numbers, event.source),
          TOKEN.KICK,
          [event.channel.nameBytes, numbers.numericOf(event.user)],
          event.bytes ?? bytesOf(event.reason),
        ),
      ];
    case 'topic':
      return [topicLine(sourceNumeric(numbers, event.source), peer, event.channel)];
    case 'invite':
      return [
        writeLine(numbers.numericOf(event.source), TOKEN.INVITE, [
          event.user.nick,
          event.channel.nameBytes,
          toSeconds(event.channel.createdMs),
        ]),
      ];
    case 'away': {
      return [awayLine(numbers, peer, event.user)];
    }
    case 'split':
      // Of it the SQUIT tells.
      return [];
    case 'host':
    case 'realname':
      return peer.ownTokens ? [ownLine(numbers, event)] : [];
    case 'account':
      return accountLines(numbers, peer, event);
    case 'user modes':
      return userModeLines(numbers, peer, event);
    case 'channel modes':
      return modeLines(numbers, peer, event);
    case 'message':
      return messageLines(numbers, peer, event);
    case 'redaction':
      return peer.ownTokens ? [redactionLine(numbers, event)] : [];
    case 'rename':
      // Of it rename-lines.ts tells.
      return [];
    case 'rename wish':
      return [
        writeLine(
          numbers.numericOf(event.source),
          OWN_TOKEN.RENAME_WISH,
          [event.former, event.name],
          bytesOf(event.reason),
        ),
      ];
    case 'network ban':
      if (!knowsBan(peer.kind, event.ban)) return [];
      return [networkBanLine(sourceNumeric(numbers, event.source), event.ban)];
    case 'query':
      return [queryLine(numbers.numericOf(event.source), event.query, event.words, event.to.numeric)];
    case 'globops':
      return [
        writeLine(numbers.numericOf(event.source), TOKEN.DESYNCH, [], event.bytes ?? bytesOf(event.text)),
      ];
    case 'wallops':
      return [
        writeLine(
          sourceNumeric(numbers, event.source),
          event.users === true ? TOKEN.WALLUSERS : TOKEN.WALLOPS,
          [],
          event.bytes ?? bytesOf(event.text),
        ),
      ];
  }
}

/** What only our own kind has a word for. */
function ownLine(numbers: Numbers, { kind, user }: EventOf<'host' | 'realname'>): string {
  const numeric = numbers.numericOf(user);
  if (kind === 'host') return writeLine(user.server.numeric, OWN_TOKEN.CHGHOST, [numeric, user.host]);
  return writeLine(numeric, OWN_TOKEN.SETNAME, [], user.linkFacts?.realname ?? bytesOf(user.realname));
}

/** `A`, with the text as it was said. */
export function awayLine(numbers: Numbers, { limits }: Peer, user: User): string {
  const { away, linkFacts } = user;
  const text = away === null ? null : cutBytes(linkFacts?.away ?? bytesOf(away), limits.away);
  return writeLine(numbers.numericOf(user), TOKEN.AWAY, [], text);
}

function killLine(numbers: Numbers, me: string, { source, user, reason, bytes }: EventOf<'kill'>): string {
  const path = `${me}!${nameOf(source)} (${bytes ?? bytesOf(reason)})`;
  return writeLine(sourceNumeric(numbers, source), TOKEN.KILL, [numbers.numericOf(user)], path);
}

/**
 * Who makes a channel is its operator; what else a member brings is set by their server, and so are the modes of a channel
 * that others do not know: one that is made has none there.
 */
function joinLines(numbers: Numbers, peer: Peer, { membership, created }: EventOf<'join'>): string[] {
  const { user, channel, status } = membership;
  const name = channel.nameBytes;
  const numeric = numbers.numericOf(user);
  const seconds = toSeconds(channel.createdMs);
  const makes = created && status === STATUS.op;
  const changes = created ? modesOf(peer, channel) : [];
  if (created && !peer.ownTokens) changes.push(...masksOf(peer, channel).map(({ change }) => change));
  // Each says who set it.
  const masks = created && peer.ownTokens ? masksOf(peer, channel) : [];
  for (const [letter, bit] of STATUS_LETTERS)
    if (!makes && (status & bit) !== 0 && peer.limits.status.includes(letter))
      changes.push({ on: true, letter, argument: numeric });
  const lines = [
    writeLine(numeric, makes ? TOKEN.CREATE : TOKEN.JOIN, [name, seconds]),
    ...writeModes(user.server.numeric, 'M', name, changes, seconds),
    ...masks.flatMap(({ change, entry }) =>
      writeModes(user.server.numeric, 'M', name, [change], seconds).map((line) => signed(peer, entry, line)),
    ),
  ];
  if (created && channel.topic !== '' && peer.kind !== 'ircu')
    lines.push(topicLine(user.server.numeric, peer, channel));
  return lines;
}

/** All modes of a channel that a peer knows but its masks, as if they were set now. */
function modesOf(peer: Peer, channel: Channel): LinkModeChange[] {
  const changes: LinkModeChange[] = [];
  const set = (letter: string, argument = '') =>
    changes.push({ on: true, letter, argument: bytesOf(argument) });
  for (const letter of flagsOf(peer, channel)) set(letter);
  if (channel.joinKey !== null) set('k', channel.joinKey);
  if (channel.limit !== null) set('l', String(channel.limit));
  for (const letter of TEXT_MODES) {
    const text = channel.text(letter);
    if (text !== null && peer.limits.modesWithArgumentWhenSet.includes(letter)) set(letter, text);
  }
  return changes;
}

/** Letters of the modes without argument that mean the same to a peer. */
export function flagsOf({ limits }: Peer, channel: Channel): string {
  let letters = '';
  for (const [letter, bit] of CMODE_LETTERS)
    if (channel.has(bit) && limits.flags.includes(letter) && !limits.otherFlags.includes(letter))
      letters += letter;
  return letters;
}

/** All masks of a channel that a peer can hold, as if they were set now. */
function masksOf({ limits }: Peer, channel: Channel): { change: LinkModeChange; entry: MaskEntry }[] {
  return [...LIST_MODES]
    .filter((letter) => limits.modesWithArgument.includes(letter))
    .flatMap((letter) =>
      listOf(channel, letter).entries.map((entry) => ({
        change: { on: true, letter, argument: bytesOf(entry.mask.text) },
        entry,
      })),
    );
}

/** `T`; those who know more than ircu are told who set it. */
export function topicLine(source: string, peer: Peer, channel: Channel): string {
  const words: (string | number)[] = [channel.nameBytes];
  if (peer.kind !== 'ircu' && channel.topicBy !== '') words.push(bytesOf(channel.topicBy));
  words.push(toSeconds(channel.createdMs), toSeconds(channel.topicAtMs));
  return writeLine(
    source,
    TOKEN.TOPIC,
    words,
    cutBytes(channel.topicBytes ?? bytesOf(channel.topic), peer.limits.topic),
  );
}

function modeLines(
  numbers: Numbers,
  peer: Peer,
  { source, channel, changes, origin, forced }: EventOf<'channel modes'>,
): string[] {
  const told = changes.flatMap((change) => linkChange(numbers, peer, change) ?? []);
  const numeric = sourceNumeric(numbers, source);
  const seconds = toSeconds(channel.createdMs);
  // ircu and Nefarious look for no time in it. Our own kind knows by it of which channel it was said where that has ended already.
  if (forced === true)
    return writeModes(numeric, 'OM', channel.nameBytes, told, peer.ownTokens ? seconds : -1);
  const lines = writeModes(numeric, 'M', channel.nameBytes, told, seconds);
  return origin !== undefined && told.some(setsMask)
    ? lines.map((line) => signed(peer, origin, line))
    : lines;
}

function setsMask({ on, letter }: LinkModeChange): boolean {
  return on && LIST_MODES.includes(letter);
}

/** Says who set a mask and when to those who can hold it. */
function signed({ ownTokens }: Peer, { by, atMs }: MaskSetter, line: string): string {
  if (!ownTokens) return line;
  return withTags(writeMaskTags({ by: bytesOf(by), atSeconds: toSeconds(atMs) }), line);
}

/** A change with a numeric for the nick; null for what a peer does not know, whose argument would become another mode's. */
function linkChange(numbers: Numbers, { limits }: Peer, change: ModeChange): LinkModeChange | null {
  const { on, letter, argument, user, bytes } = change;
  if (limits.otherFlags.includes(letter) !== (change.isOther === true)) return null;
  if (user !== null)
    return limits.status.includes(letter) ? { on, letter, argument: numbers.numericOf(user) } : null;
  const whenSet = limits.modesWithArgumentWhenSet.includes(letter);
  const takes = limits.modesWithArgument.includes(letter) || (on && whenSet);
  if (takes !== (argument !== '') || !(takes || whenSet || limits.flags.includes(letter))) return null;
  return { on, letter, argument: bytes ?? bytesOf(argument) };
}

/**
 * A message; to the operators of a channel it is a notice elsewhere, because only that has a word of its own. Where there are no
 * halfops it is for the operators alone what is for both, and for nobody what is for those above them.
 */
function messageLines(numbers: Numbers, peer: Peer, event: EventOf<'message'>): string[] {
  if (peer.ownTokens)
    return [withTags(bytesOf(writeMessageTags(event.tags)), ownMessageLine(numbers, event))];
  if (event.verb === 'TAGMSG') return [];
  const { source, verb, to, status } = event;
  const numeric = numbers.numericOf(source);
  const text = event.bytes ?? bytesOf(event.text);
  const token = verb === 'PRIVMSG' ? TOKEN.PRIVMSG : TOKEN.NOTICE;
  if ('nick' in to) return [writeLine(numeric, token, [numbers.numericOf(to)], text)];
  const name = to.nameBytes;
  if (status === 0) return [writeLine(numeric, token, [name], text)];
  if (peer.kind === 'signalbox') return [writeLine(numeric, token, [statusSigns(status) + name], text)];
  if (status >= STATUS.protected) return [];
  return [writeLine(numeric, statusToken(peer, status), [name], text)];
}

function statusToken({ limits }: Peer, status: number): string {
  if (status === STATUS.voice) return TOKEN.WALLVOICES;
  return status === STATUS.halfop && limits.status.includes('h') ? TOKEN.WALLHOPS : TOKEN.WALLCHOPS;
}

/** Who only reads that a message was there cannot take it back. */
function redactionLine(numbers: Numbers, event: EventOf<'redaction'>): string {
  const { source, msgid, reason } = event;
  const words = [ownTarget(numbers, event), msgid];
  return writeLine(
    numbers.numericOf(source),
    OWN_TOKEN.REDACT,
    words,
    reason === '' ? null : bytesOf(reason),
  );
}

/** A user by numeric, a channel with the status that its members need. */
function ownTarget(numbers: Numbers, { to, status }: EventOf<'message' | 'redaction'>): string {
  if ('nick' in to) return numbers.numericOf(to);
  return statusSigns(status) + to.nameBytes;
}

const OWN_MESSAGE_TOKENS = {
  PRIVMSG: TOKEN.PRIVMSG,
  NOTICE: TOKEN.NOTICE,
  TAGMSG: OWN_TOKEN.TAGMSG,
} as const;

/** As it was sent, also to those with a status alone. */
function ownMessageLine(numbers: Numbers, event: EventOf<'message'>): string {
  const { source, verb, text, bytes } = event;
  const target = ownTarget(numbers, event);
  const last = verb === 'TAGMSG' ? null : (bytes ?? bytesOf(text));
  return writeLine(numbers.numericOf(source), OWN_MESSAGE_TOKENS[verb], [target], last);
}

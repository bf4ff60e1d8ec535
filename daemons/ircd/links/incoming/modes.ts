/** Modes that other servers and their users set, on channels and on themselves. */
import { fold } from '../../../irc/casemapping.ts';
import {
  CMODE_LETTERS,
  isTextMode,
  LIST_MODES,
  STATUS_LETTERS,
  saidUserMode,
  UMODE,
} from '../../../irc/modes.ts';
import type { KindLimits } from '../../../irc/p10/kinds.ts';
import { readMaskTags } from '../../../irc/p10/mask-tags.ts';
import { type LinkModeChange, type ModeLine, readModes } from '../../../irc/p10/mode-line.ts';
import { textOf } from '../../../irc/p10/text.ts';
import { shortToken, TOKEN } from '../../../irc/p10/tokens.ts';
import { HOST_MODES } from '../../../irc/p10/user-line.ts';
import type { WorkSteps } from '../../../runtime/async/work-turns.ts';
import { ChannelModeChanges } from '../../actions/channel-modes.ts';
import { setUserModes, type UserModeChange } from '../../actions/user-modes.ts';
import { parseHistoryPolicy } from '../../history/channel-policy.ts';
import { limits } from '../../limits.ts';
import type { ModeChange } from '../../network-events.ts';
import { Channel } from '../../state/channel.ts';
import { ChannelFlood } from '../../state/channel-flood.ts';
import type { MaskSetter } from '../../state/mask-list.ts';
import type { NetworkState } from '../../state/network.ts';
import type { User } from '../../state/user.ts';
import { freeChannel, rest } from '../../work-steps.ts';
import { giveWay, inherit, isChannelOfLinks, olderBy } from './channel-age.ts';
import { hide } from './hidden-host.ts';
import { type LinkLine, type TokenCode, userOf } from './link-line.ts';
import { setHostIn } from './user-words.ts';

/** `M` and `OM`: of a channel, or of the user who says it. */
export const channelOrUserModes: TokenCode = (line) =>
  line.params[0]?.startsWith('#') === true ? channelModes(line) : userModes(line);

function userModes(line: LinkLine): WorkSteps | null {
  const user = userOf(line);
  if (user === null) return null;
  const changes: UserModeChange[] = [];
  // Nefarious puts them into one parameter or into several.
  const [letters = '', ...hosts] = line.params.slice(1).join(' ').split(' ');
  let kept = '';
  let on = true;
  for (const letter of letters) {
    if (letter === '+' || letter === '-') on = letter === '+';
    const bit = saidUserMode(letter, user.server.foreign);
    if (bit !== undefined) changes.push({ on, letter, bit });
    else if (HOST_MODES.includes(letter))
      keepHost(line, user, (on ? '+' : '-') + letter, on ? hosts.shift() || undefined : '');
    else if (letter !== '+' && letter !== '-' && user.noteFacts().keepMode(letter, on))
      kept += (on ? '+' : '-') + letter;
  }
  setUserModes(line.server, user, changes);
  if (kept !== '') line.network.tell({ kind: 'user modes', user, change: kept });
  return hide(
    line.server,
    user,
    changes.some((change) => change.bit === UMODE.cloaked && !change.on),
  );
}

/** `+h host` and `-h` of Nefarious, and what it has beside that. */
function keepHost({ network }: LinkLine, user: User, change: string, host: string | undefined): void {
  const letter = change.charAt(1);
  const { hosts } = user.noteFacts();
  if (host === undefined || (host !== '' && setHostIn(host) === null)) return;
  if (host === '') hosts.delete(letter);
  else hosts.set(letter, host);
  const argument = host === '' ? undefined : host;
  network.tell({ kind: 'user modes', user, change, argument });
}

function* channelModes(line: LinkLine): WorkSteps {
  const { server, network, source, peer, link } = line;
  const read = readModes(line.line, peer.limits);
  if (typeof read === 'string') return;
  const said = { ...read, changes: read.changes.filter((change) => isSound(change)) };
  const told = said.changes.flatMap((change) => asTold(server.state, peer.limits, change) ?? []);
  const origin = originOf(line);
  const name = () => textOf(line.named(said.channel));
  const channel = yield* freeChannel(server.host, server.state, name);
  if (channel === undefined) {
    if (isChannelOfLinks(name())) noteForLater(line, said, told, origin);
    return;
  }
  try {
    const older = said.createdSeconds < 0 ? 0 : olderBy(channel, said.createdSeconds);
    // Of a channel that is younger than ours: it lost when both met, and who does not know yet still has it.
    if (older < 0) {
      noteForLater(line, said, told, origin);
      return;
    }
    if (older > 0) {
      yield* giveWay(line, channel, said.createdSeconds);
      yield* inherit(line, channel);
    }
    const changes = new ChannelModeChanges(server, source, channel, origin);
    for (const change of said.changes) apply(server.state, peer.limits, channel, changes, change);
    // Also what is so here already: it need not be so elsewhere, where something crossed with it.
    const forced = shortToken(line.line.token) === TOKEN.OPMODE;
    if (told.length > 0)
      network.tell({ kind: 'channel modes', source, channel, changes: told, origin, forced });
    // It concerns those alone who are gone here: others hear all the same how old the channel is.
    else if (older > 0) network.teach(channel, (other) => other !== link);
    yield* rest(changes.announce(false));
    // It was kept by P alone.
    server.state.endIfEmpty(channel);
  } finally {
    server.host.work.leave(channel.gate);
  }
}

/** Who sets masks, and when: our own kind says it, because the source may be gone here, and clocks differ. */
function originOf({ line, source, peer }: LinkLine): MaskSetter {
  const said = peer.ownTokens ? readMaskTags(line.tags) : null;
  return said === null
    ? { by: source.prefix, atMs: Date.now() }
    : { by: textOf(said.by), atMs: said.atSeconds * 1000 };
}

/** It has ended here, or never was, or whoever was on it is not known: whoever enters it next elsewhere finds it so. */
function noteForLater(
  line: LinkLine,
  { channel: said, createdSeconds, changes }: ModeLine,
  told: readonly ModeChange[],
  origin: MaskSetter,
): void {
  if (createdSeconds < 0 || told.length === 0) return;
  const { server, network, source, peer } = line;
  const channel = channelToRemember(server.state, line.named(said), createdSeconds);
  const noted = new ChannelModeChanges(server, source, channel, origin);
  for (const change of changes) apply(server.state, peer.limits, channel, noted, change);
  server.state.noteEnded(channel);
  network.tell({ kind: 'channel modes', source, channel, changes: told, origin });
}

/** A channel that is not here, as it was when it ended here. @param bytes its name as another server says it */
export function channelToRemember(state: NetworkState, bytes: string, createdSeconds: number): Channel {
  const name = textOf(bytes);
  const ended = state.endedChannel(name, createdSeconds);
  if (ended !== undefined) return ended.channel;
  const channel = new Channel(name, fold(name), createdSeconds * 1000);
  channel.modes = 0;
  channel.nameBytes = bytes;
  return channel;
}

/**
 * Whether a change can be what a server means, and can stand in a line as it is: limits are numbers, other arguments words that
 * leave room for the rest of the line, whoever reads it.
 */
export function isSound({ on, letter, argument }: LinkModeChange): boolean {
  if (letter === 'l' && on) return /^[1-9]\d{0,8}$/.test(argument);
  if (letter === 'L' && on) return isChannelOfLinks(textOf(argument));
  if (letter === 'H' && on) return parseHistoryPolicy(argument) !== null;
  if (letter === 'f' && on) return ChannelFlood.parse(argument) !== null;
  const { maskBytes, keyLength } = limits;
  const isMask = LIST_MODES.includes(letter);
  if (argument === '') return !isMask && !(letter === 'k' && on);
  const most = isMask ? maskBytes.default : keyLength.default;
  return argument[0] !== ':' && !argument.includes(' ') && Buffer.byteLength(textOf(argument)) <= most;
}

/** A change as links are told of it; null for one that concerns somebody who is gone, or a status that is not taken from there. */
function asTold(
  state: NetworkState,
  limits: KindLimits,
  { on, letter, argument }: LinkModeChange,
): ModeChange | null {
  const known = limits.status.includes(letter);
  if (!known && argument !== '' && STATUS_LETTERS.has(letter)) return null;
  if (!known) {
    const isOther = limits.otherFlags.includes(letter);
    return { on, letter, argument: textOf(argument), user: null, bytes: argument, isOther };
  }
  const user = state.findNumeric(argument);
  return user === undefined ? null : { on, letter, argument: user.nick, user };
}

/** Does one change that another server decided on, by what its letters mean there; one that is not known here changes nothing. */
export function apply(
  state: NetworkState,
  limits: KindLimits,
  channel: Channel,
  changes: ChannelModeChanges,
  { on, letter, argument }: LinkModeChange,
): void {
  const flag = limits.otherFlags.includes(letter) ? undefined : CMODE_LETTERS.get(letter);
  const status = limits.status.includes(letter) ? STATUS_LETTERS.get(letter) : undefined;
  if (flag !== undefined) changes.flag(on, letter, flag);
  else if (status !== undefined) {
    const membership = state.findNumeric(argument)?.memberships.get(channel);
    if (membership !== undefined) changes.status(on, letter, status, membership);
  } else if (LIST_MODES.includes(letter)) changes.mask(on, letter, textOf(argument));
  else if (letter === 'k') changes.key(on ? textOf(argument) : null);
  else if (letter === 'l') {
    changes.limit(on ? Number(argument) : null);
  } else if (isTextMode(letter)) changes.text(letter, on ? textOf(argument) : null);
}

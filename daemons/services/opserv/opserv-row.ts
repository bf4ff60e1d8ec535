/** What rows of OpServ and Global have in common: who asks, how long something lasts, and refusals that many of them make. */
import { SignalboxError } from '../../../contract/errors.ts';
import { isChannelName } from '../../irc/names.ts';
import type { CommandCall, CommandNeed } from '../bots/command-row.ts';
import { type Message, type Reply, said } from '../bots/reply.ts';
import { readDuration } from '../chanserv/durations.ts';
import { limits } from '../limits.ts';
import type { ViewChannel, ViewUser } from '../network/view-parts.ts';
import type { Actor, Spared } from './actor.ts';
import type { OpServ } from './opserv.ts';

/** Operators of the network whose account has at least a level. */
export function operators(level: number): CommandNeed {
  return { level, operator: true };
}

/** Whoever asks, as what they do is checked and written down. */
export function actorOf(opserv: OpServ, { user }: Pick<CommandCall, 'user'>): Actor {
  const account = opserv.options.standing.accountOf(user);
  return { name: account?.name ?? user.nick, level: opserv.options.standing.levelOf(user) ?? 0 };
}

/** The user that a nick names, or why there is none. @param by a command, or the view for what is asked otherwise */
export function userNamed(
  by: Pick<CommandCall, 'byNick'> | null | undefined,
  nick: string,
): ViewUser | Message {
  return by?.byNick(nick) ?? said`Nobody is called ${nick.slice(0, 32)}.`;
}

export function isUser(found: ViewUser | Message): found is ViewUser {
  return 'numeric' in found;
}

/** The channel that a word names, or why there is none. */
export function channelNamed(opserv: OpServ, name: string): ViewChannel | Message {
  if (!isChannelName(name)) return said`${name.slice(0, 64)} is no name of a channel.`;
  return opserv.view?.findChannel(name) ?? said`Nobody is on ${name.slice(0, 64)}.`;
}

export function isChannel(found: ViewChannel | Message): found is ViewChannel {
  return 'members' in found;
}

/** The same once more, for what is done: meanwhile it was written down. @throws SignalboxError `not_found` */
export function stillThere<Found extends ViewUser | ViewChannel>(found: Found | Message): Found {
  if ('text' in found) throw new SignalboxError('not_found', 'That is there no more.');
  return found;
}

/** Seconds that a word says; a reply for what is no time. @param never what `0` means; absent where it means nothing */
export function lasting(word: string, never?: number): number | Reply {
  const seconds = readDuration(word);
  if (seconds === null || (seconds === 0 && never === undefined))
    return said`${word.slice(0, 32)} is no time: expected one such as 30m, 12h or 7d.`;
  return seconds === 0 ? never! : seconds;
}

export function isSeconds(read: number | Reply): read is number {
  return typeof read === 'number';
}

/** Why a reason is too long; null where it is not. */
export function tooLong(reason: string): Reply | null {
  return Buffer.byteLength(reason) > limits.reasonBytes.default
    ? said`A reason has up to ${limits.reasonBytes.default} bytes.`
    : null;
}

/** Why nothing is done to somebody, in words. */
export function sparedText(user: ViewUser, why: Spared): Message {
  if (why === 'service') return said`${user.nick} is a service of the network.`;
  if (why === 'above') return said`${user.nick}, or somebody from the same address, is above you.`;
  if (why === 'trusted') return said`${user.nick} comes from an address that is trusted.`;
  return said`${user.nick}, or somebody from the same address, is an operator.`;
}

/** Why nothing is done to an address, in words. */
export function sparedAddressText(why: Spared): string {
  if (why === 'service') return 'a service of the network is there.';
  if (why === 'above') return 'somebody with a level is there.';
  return why === 'trusted' ? 'the address is trusted.' : 'an operator is there.';
}

/** When something ends, in words. */
export function untilText(expiresMs: number | null): string {
  return expiresMs === null
    ? 'never'
    : `${new Date(expiresMs).toISOString().slice(0, 16).replace('T', ' ')} UTC`;
}

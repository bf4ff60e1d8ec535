/** Somebody says something to a user or to a channel. Whether they may was found before. */
import { UMODE } from '../../irc/modes.ts';
import type { WorkSteps } from '../../runtime/async/work-turns.ts';
import { toChannel, toChannelStatus, toChannelWithCap } from '../broadcast.ts';
import { CAP } from '../client/capabilities.ts';
import { Delivery } from '../client/delivery.ts';
import type { CommandServer } from '../command-server.ts';
import type { Channel } from '../state/channel.ts';
import type { User } from '../state/user.ts';

/** How it is said. */
export type Verb = 'PRIVMSG' | 'NOTICE' | 'TAGMSG';

/**
 * A message of a user.
 * @param target as receivers see it.
 * @param clientTags raw, empty for none.
 */
export function compose(
  server: CommandServer,
  user: User,
  verb: Verb,
  target: string,
  text: string,
  clientTags: string,
): Delivery {
  const body =
    verb === 'TAGMSG' ? `:${user.prefix} TAGMSG ${target}` : `:${user.prefix} ${verb} ${target} :${text}`;
  return new Delivery(server.host.outbox, body, {
    account: user.account,
    msgid: server.nextMessageId(),
    clientTags,
    bot: (user.modes & UMODE.bot) !== 0,
  });
}

/** Delivers to one user. Other servers know no tags, so that a message of tags alone stays here. */
export function sendToUser(
  server: CommandServer,
  source: User,
  verb: Verb,
  user: User,
  message: Delivery,
  text: string,
): void {
  const { local } = user;
  if (local !== null) {
    // To oneself the label belongs to the echo, not to the delivery.
    if (verb !== 'TAGMSG' || local.has(CAP.messageTags)) message.past(local);
  } else if (verb !== 'TAGMSG')
    server.links?.tell({ kind: 'message', source, verb, to: user, status: 0, text });
}

/**
 * Delivers to the members of a channel but the one who says it.
 * @param status bits of which a receiver holds one; 0 for everybody.
 */
export function sendToChannel(
  server: CommandServer,
  source: User,
  verb: Verb,
  channel: Channel,
  status: number,
  message: Delivery,
  text: string,
): WorkSteps | null {
  const { members, locals } = channel;
  if (verb !== 'TAGMSG' && members.length > locals.length)
    server.links?.tell({ kind: 'message', source, verb, to: channel, status, text });
  const except = source.local;
  if (verb === 'TAGMSG') return toChannelWithCap(server, channel, CAP.messageTags, message, except, status);
  if (status === 0) return toChannel(server, channel, message, except);
  return toChannelStatus(server, channel, status, message, except);
}

/** Somebody says something to a user or to a channel. Whether they may was found before. */
import { UMODE } from '../../irc/modes.ts';
import type { MessageTags } from '../../irc/p10/message-tags.ts';
import type { WorkSteps } from '../../runtime/async/work-turns.ts';
import { toChannel, toChannelStatus, toChannelWithCap } from '../broadcast.ts';
import { CAP } from '../client/capabilities.ts';
import { Delivery } from '../client/delivery.ts';
import type { CommandServer } from '../command-server.ts';
import type { Verb } from '../network-events.ts';
import type { Channel } from '../state/channel.ts';
import type { User } from '../state/user.ts';

/** Of a message that begins here. */
const NEW = { msgid: '', time: '' };

/**
 * A message of a user.
 * @param target as receivers see it.
 * @param clientTags raw, empty for none.
 * @param told its id and time where another server has given it those; what is empty it gets here.
 */
export function compose(
  server: CommandServer,
  user: User,
  verb: Verb,
  target: string,
  text: string,
  clientTags: string,
  told: Pick<MessageTags, 'msgid' | 'time'> = NEW,
): Delivery {
  const body =
    verb === 'TAGMSG' ? `:${user.prefix} TAGMSG ${target}` : `:${user.prefix} ${verb} ${target} :${text}`;
  const tags = {
    account: user.account,
    msgid: told.msgid === '' ? server.nextMessageId() : told.msgid,
    clientTags,
    bot: (user.modes & UMODE.bot) !== 0,
  };
  return new Delivery(server.host.outbox, body, tags, told.time);
}

/**
 * Delivers to one user, here or elsewhere.
 * @param bytes the text as another server has sent it, which is passed on as it is.
 */
export function sendToUser(
  server: CommandServer,
  source: User,
  verb: Verb,
  user: User,
  message: Delivery,
  text: string,
  bytes?: string,
): void {
  const { local } = user;
  if (local !== null) {
    // To oneself the label belongs to the echo, not to the delivery.
    if (verb !== 'TAGMSG' || local.has(CAP.messageTags)) message.past(local);
  } else
    server.links?.tell({
      kind: 'message',
      source,
      verb,
      to: user,
      status: 0,
      text,
      bytes,
      tags: message.messageTags,
    });
}

/**
 * Delivers to the members of a channel but the one who says it.
 * @param status bits of which a receiver holds one; 0 for everybody.
 * @param bytes the text as another server has sent it, which is passed on as it is.
 */
export function sendToChannel(
  server: CommandServer,
  source: User,
  verb: Verb,
  channel: Channel,
  status: number,
  message: Delivery,
  text: string,
  bytes?: string,
): WorkSteps | null {
  const { members, locals } = channel;
  if (members.length > locals.length)
    server.links?.tell({
      kind: 'message',
      source,
      verb,
      to: channel,
      status,
      text,
      bytes,
      tags: message.messageTags,
    });
  const except = source.local;
  if (verb === 'TAGMSG') return toChannelWithCap(server, channel, CAP.messageTags, message, except, status);
  if (status === 0) return toChannel(server, channel, message, except);
  return toChannelStatus(server, channel, status, message, except);
}

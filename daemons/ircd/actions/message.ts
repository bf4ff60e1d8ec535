/** Somebody says something to a user or to a channel. Whether they may was found before. */
import { CMODE, UMODE } from '../../irc/modes.ts';
import type { MessageTags } from '../../irc/p10/message-tags.ts';
import type { WorkSteps } from '../../runtime/async/work-turns.ts';
import { toChannel, toChannelStatus, toChannelWithCap, toMembers } from '../broadcast.ts';
import { CAP } from '../client/capabilities.ts';
import { Delivery } from '../client/delivery.ts';
import { isGuarded, type Unreached, unreachedBy } from '../client/reach.ts';
import type { CommandServer } from '../command-server.ts';
import type { Verb } from '../network-events.ts';
import type { Channel } from '../state/channel.ts';
import type { LocalClient } from '../state/local-client.ts';
import type { User } from '../state/user.ts';
import { hiddenOn, revealThen } from './reveal.ts';

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
    msgid: told.msgid === '' ? server.recent.begin(user, target) : told.msgid,
    clientTags,
    bot: (user.modes & UMODE.bot) !== 0,
  };
  if (told.msgid !== '') server.recent.note(told.msgid, user, target);
  return new Delivery(server.host.outbox, body, tags, told.time);
}

/**
 * Delivers to one user, here or elsewhere.
 * @param bytes the text as another server has sent it, which is passed on as it is.
 * @returns why it was not delivered; null where it was, and where nobody is to know that it was not.
 */
export function sendToUser(
  server: CommandServer,
  source: User,
  verb: Verb,
  user: User,
  message: Delivery,
  text: string,
  bytes?: string,
): Unreached | null {
  const { local } = user;
  if (local !== null) {
    const unreached = isGuarded(local) ? unreachedBy(source, local) : null;
    if (unreached === 'silence') server.history?.direct(source, user, { verb, message }, false);
    if (unreached !== null) return unreached === 'silence' ? null : unreached;
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
  server.history?.direct(source, user, { verb, message }, true);
  return null;
}

/**
 * Delivers to the members of a channel but the one who says it.
 * @param least the status that a receiver has at least; 0 for everybody.
 * @param bytes the text as another server has sent it, which is passed on as it is.
 */
export function sendToChannel(
  server: CommandServer,
  source: User,
  verb: Verb,
  channel: Channel,
  least: number,
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
      status: least,
      text,
      bytes,
      tags: message.messageTags,
    });
  if (least === 0 && channel.has(CMODE.history)) server.history?.said(channel, { verb, message });
  const hidden = hiddenOn(channel, source);
  if (hidden !== null)
    return revealThen(server, hidden, () => toReceivers(server, source, verb, channel, least, message));
  return toReceivers(server, source, verb, channel, least, message);
}

function toReceivers(
  server: CommandServer,
  source: User,
  verb: Verb,
  channel: Channel,
  least: number,
  message: Delivery,
): WorkSteps | null {
  const except = source.local;
  if (server.state.deafCount > 0) return toHearing(server, channel, verb, least, message, except);
  if (verb === 'TAGMSG') return toChannelWithCap(server, channel, CAP.messageTags, message, except, least);
  if (least === 0) return toChannel(server, channel, message, except);
  return toChannelStatus(server, channel, least, message, except);
}

/** The same where somebody here hears nothing of channels: the other loops need not look for that. */
function toHearing(
  server: CommandServer,
  channel: Channel,
  verb: Verb,
  least: number,
  message: Delivery,
  except: LocalClient | null,
): WorkSteps | null {
  const cap = verb === 'TAGMSG' ? CAP.messageTags : 0;
  return toMembers(server, channel, message, (members, from, to) => {
    for (let i = from; i < to; i++) {
      const { client, status } = members[i]!;
      if (client === except || (client.user.modes & UMODE.deaf) !== 0) continue;
      if ((cap === 0 || client.has(cap)) && status >= least) message.to(client);
    }
  });
}

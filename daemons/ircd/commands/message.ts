/** PRIVMSG, NOTICE and TAGMSG: RFC 2812 3.3, IRCv3 message-tags, echo-message; ISUPPORT STATUSMSG. */
import { toChannel, toChannelStatus } from '../broadcast.ts';
import { CAP } from '../protocol/capabilities.ts';
import { Delivery } from '../protocol/delivery.ts';
import { isChannelName } from '../protocol/names.ts';
import { N } from '../protocol/numerics.ts';
import { replyParameter } from '../protocol/reply-parameter.ts';
import { clientOnlyTags } from '../protocol/tags.ts';
import type { IrcServer } from '../server.ts';
import { type Channel, CMODE, STATUS } from '../state/channel.ts';
import { UMODE, type User } from '../state/user.ts';
import type { Command } from './command.ts';

type Verb = 'PRIVMSG' | 'NOTICE' | 'TAGMSG';

export const privmsg: Command = {
  name: 'PRIVMSG',
  minParams: 0,
  help: [
    'PRIVMSG <target>{,<target>} :<text>',
    'Sends a message to users and channels (@#channel: its operators).',
  ],
  run(server, user, params, tags) {
    if (params.length === 0) user.reply(N.ERR_NORECIPIENT, '', 'No recipient given (PRIVMSG)');
    else if ((params[1] ?? '') === '') user.reply(N.ERR_NOTEXTTOSEND);
    else {
      user.lastMessageMs = user.lastLineMs;
      sendToAll(server, user, 'PRIVMSG', params[0] as string, params[1] as string, tags);
    }
  },
};

/** Nothing is ever answered to a NOTICE, errors included (RFC 2812 3.3.2). */
export const notice: Command = {
  name: 'NOTICE',
  minParams: 0,
  help: ['NOTICE <target>{,<target>} :<text>', 'Like PRIVMSG, but nothing automatic may answer it.'],
  run(server, user, params, tags) {
    if (params.length < 2 || params[1] === '') return;
    user.lastMessageMs = user.lastLineMs;
    sendToAll(server, user, 'NOTICE', params[0] as string, params[1] as string, tags);
  },
};

/** Answered by nothing, as a NOTICE: clients send one with every few keystrokes, and nobody asked for the errors. */
export const tagmsg: Command = {
  name: 'TAGMSG',
  minParams: 1,
  help: ['TAGMSG <target>{,<target>}', 'Sends client-only tags without a text.'],
  run(server, user, params, tags) {
    if (!user.has(CAP.messageTags) || clientOnlyTags(tags) === '') return;
    sendToAll(server, user, 'TAGMSG', params[0] as string, '', tags);
  },
};

function sendToAll(
  server: IrcServer,
  user: User,
  verb: Verb,
  targets: string,
  text: string,
  tags: string,
): void {
  const clientTags = tags === '' ? '' : clientOnlyTags(tags);
  if (!targets.includes(',')) {
    sendOne(server, user, verb, targets, text, clientTags);
    return;
  }
  const list = [...new Set(targets.split(','))].filter((target) => target !== '');
  const most = server.tuning.get('targets-per-message');
  if (list.length > most) {
    if (verb === 'PRIVMSG') user.reply(N.ERR_TOOMANYTARGETS, verb, `Too many targets, at most ${most}`);
    return;
  }
  user.connection.penalize(list.length - 1);
  for (const target of list) sendOne(server, user, verb, target, text, clientTags);
}

function sendOne(
  server: IrcServer,
  user: User,
  verb: Verb,
  target: string,
  text: string,
  clientTags: string,
): void {
  const first = target.charCodeAt(0);
  const status = first === 0x40 ? STATUS.op : first === 0x2b ? STATUS.op | STATUS.voice : 0;
  const name = status === 0 ? target : target.slice(1);
  if (isChannelName(name)) {
    const channel = server.state.findChannel(name);
    if (channel === undefined) {
      if (verb === 'PRIVMSG') user.reply(N.ERR_NOSUCHCHANNEL, replyParameter(name));
    } else if (!maySpeak(channel, user, status) || (channel.has(CMODE.noCtcp) && isBlockedCtcp(text))) {
      if (verb === 'PRIVMSG') user.reply(N.ERR_CANNOTSENDTOCHAN, channel.name);
    } else {
      const shown = status === 0 ? channel.name : target.charAt(0) + channel.name;
      sendToChannel(user, compose(server, user, verb, shown, text, clientTags), channel, status, verb);
    }
    return;
  }
  const receiver = server.state.findUser(target);
  if (receiver === undefined) {
    if (verb === 'PRIVMSG') user.reply(N.ERR_NOSUCHNICK, replyParameter(target));
    return;
  }
  const message = compose(server, user, verb, receiver.nick, text, clientTags);
  if (verb !== 'TAGMSG' || receiver.has(CAP.messageTags)) {
    // To oneself the label belongs to the echo, not to the delivery.
    message.past(receiver);
  }
  if (user.has(CAP.echoMessage)) message.to(user);
  if (verb === 'PRIVMSG' && receiver.away !== null) user.reply(N.RPL_AWAY, receiver.nick, receiver.away);
}

/** +n keeps strangers out, +m and bans those without status (RFC 2811 4.2). */
function maySpeak(channel: Channel, user: User, status: number): boolean {
  const membership = user.memberships.get(channel);
  if (membership === undefined) {
    if (status !== 0 || (channel.modes & (CMODE.noExternal | CMODE.moderated)) !== 0) return false;
    return !channel.isBanned(user);
  }
  if (membership.status !== 0) return true;
  return !channel.has(CMODE.moderated) && !membership.isBanned();
}

/** CTCP other than ACTION, which +C keeps out. */
function isBlockedCtcp(text: string): boolean {
  return text.charCodeAt(0) === 1 && !text.startsWith('\x01ACTION ');
}

function compose(
  server: IrcServer,
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

function sendToChannel(user: User, message: Delivery, channel: Channel, status: number, verb: Verb): void {
  if (verb === 'TAGMSG') {
    for (const member of channel.members) {
      if (member.user === user || !member.user.has(CAP.messageTags)) continue;
      if (status !== 0 && (member.status & status) === 0) continue;
      message.to(member.user);
    }
  } else if (status === 0) toChannel(channel, message, user);
  else toChannelStatus(channel, status, message, user);
  if (user.has(CAP.echoMessage)) message.to(user);
}

/** PRIVMSG, NOTICE and TAGMSG: RFC 2812 3.3, IRCv3 message-tags, echo-message; ISUPPORT STATUSMSG. */
import { hasColour, stripFormatting } from '../../irc/formatting.ts';
import { CMODE, leastOf, statusSigns } from '../../irc/modes.ts';
import { isChannelName } from '../../irc/names.ts';
import { N } from '../../irc/numerics.ts';
import { replyParameter } from '../../irc/reply-parameter.ts';
import { clientOnlyTags } from '../../irc/tags.ts';
import { workPrices } from '../../runtime/async/work-prices.ts';
import type { WorkSteps } from '../../runtime/async/work-turns.ts';
import { endFlood, messageFlood } from '../actions/flood.ts';
import { compose, sendToChannel, sendToUser } from '../actions/message.ts';
import { refusedAs, SPAM_TARGET, spamRefusal } from '../actions/spam.ts';
import { CAP } from '../client/capabilities.ts';
import type { Delivery } from '../client/delivery.ts';
import { letAnswer, type Unreached } from '../client/reach.ts';
import type { CommandServer } from '../command-server.ts';
import { isService } from '../history/account-histories.ts';
import type { Verb } from '../network-events.ts';
import type { Asker } from '../state/asker.ts';
import type { Channel } from '../state/channel.ts';
import type { FloodLimit } from '../state/channel-flood.ts';
import type { LocalClient } from '../state/local-client.ts';
import type { User } from '../state/user.ts';
import { freeChannel, rest } from '../work-steps.ts';
import type { Command } from './command.ts';

export const privmsg: Command = {
  name: 'PRIVMSG',
  minParams: 0,
  help: [
    'PRIVMSG <target>{,<target>} :<text>',
    'Sends a message to users and channels (@#channel: its operators).',
  ],
  steps(server, client, params, tags) {
    if (params.length === 0) client.reply(N.ERR_NORECIPIENT, '', 'No recipient given (PRIVMSG)');
    else if ((params[1] ?? '') === '') client.reply(N.ERR_NOTEXTTOSEND);
    else {
      client.lastMessageMs = client.lastLineMs;
      return sendToAll(server, client, 'PRIVMSG', params[0]!, params[1]!, tags);
    }
    return null;
  },
};

/** Nothing is ever answered to a NOTICE, errors included (RFC 2812 3.3.2). */
export const notice: Command = {
  name: 'NOTICE',
  minParams: 0,
  help: ['NOTICE <target>{,<target>} :<text>', 'Like PRIVMSG, but nothing automatic may answer it.'],
  steps(server, client, params, tags) {
    if (params.length < 2 || params[1] === '') return null;
    client.lastMessageMs = client.lastLineMs;
    return sendToAll(server, client, 'NOTICE', params[0]!, params[1]!, tags);
  },
};

/** Answered by nothing, as a NOTICE: clients send one with every few keystrokes, and nobody asked for the errors. */
export const tagmsg: Command = {
  name: 'TAGMSG',
  minParams: 1,
  help: ['TAGMSG <target>{,<target>}', 'Sends client-only tags without a text.'],
  steps(server, client, params, tags) {
    if (!client.has(CAP.messageTags) || clientOnlyTags(tags, server.deniedTags) === '') return null;
    return sendToAll(server, client, 'TAGMSG', params[0]!, '', tags);
  },
};

function sendToAll(
  server: CommandServer,
  client: LocalClient,
  verb: Verb,
  targets: string,
  text: string,
  tags: string,
): WorkSteps | null {
  const clientTags = tags === '' ? '' : clientOnlyTags(tags, server.deniedTags);
  if (!targets.includes(',')) {
    return sendOne(server, client, verb, targets, text, clientTags, false);
  }
  const list = [...new Set(targets.split(','))].filter((target) => target !== '');
  const most = server.tuning.get('targets_per_message');
  if (list.length > most) {
    if (verb === 'PRIVMSG') client.reply(N.ERR_TOOMANYTARGETS, verb, `Too many targets, at most ${most}`);
    return null;
  }
  client.connection.penalize(list.length - 1);
  return sendEach(server, client, verb, list, text, clientTags);
}

function* sendEach(
  server: CommandServer,
  client: LocalClient,
  verb: Verb,
  targets: readonly string[],
  text: string,
  clientTags: string,
): WorkSteps {
  for (const target of targets) {
    yield* rest(sendOne(server, client, verb, target, text, clientTags, targets.length > 1));
    if (server.host.work.spend(workPrices.row.ns)) yield null;
  }
}

function sendOne(
  server: CommandServer,
  client: LocalClient,
  verb: Verb,
  target: string,
  text: string,
  clientTags: string,
  oneOfMany: boolean,
): WorkSteps | null {
  const status = leastOf(target) & server.statuses;
  const name = status === 0 ? target : target.slice(1);
  if (isChannelName(name)) {
    const channel = server.state.findChannel(name);
    if (channel !== undefined && server.host.work.mustWait(channel.gate)) {
      return sendLater(server, client, verb, name, status, text, clientTags, oneOfMany);
    }
    return sendTo(server, client, verb, channel, name, status, text, clientTags, oneOfMany);
  }
  const receiver = receiverOf(server, target);
  if (receiver === undefined) {
    if (verb === 'PRIVMSG') client.reply(N.ERR_NOSUCHNICK, replyParameter(target));
    return null;
  }
  if (isSpamTo(server, client, verb, receiver, text)) return null;
  const message = compose(server, client.user, verb, receiver.nick, text, clientTags);
  const unreached = sendToUser(server, client.user, verb, receiver, message, text);
  if (unreached !== null) {
    if (verb === 'PRIVMSG') tellUnreached(client, receiver.nick, unreached);
    return null;
  }
  if (verb === 'PRIVMSG') letAnswer(client, receiver);
  if (client.has(CAP.echoMessage)) message.to(client);
  if (verb === 'PRIVMSG' && receiver.away !== null) client.reply(N.RPL_AWAY, receiver.nick, receiver.away);
  return null;
}

/** Whether a filter keeps texts from somebody; it is said where that may be. Services are told anything: there are passwords in it. */
export function isSpamTo(
  server: CommandServer,
  client: LocalClient,
  verb: Verb,
  receiver: User,
  ...texts: string[]
): boolean {
  const spam = isService(receiver) ? null : spamRefusal(server, client, SPAM_TARGET[verb].user, '', ...texts);
  if (spam !== null && verb === 'PRIVMSG') client.reply(N.ERR_CANTSENDTOUSER, receiver.nick, refusedAs(spam));
  return spam !== null;
}

/** Says why somebody was not reached. */
export function tellUnreached(asker: Asker, nick: string, { numeric, text, notified }: Unreached): void {
  asker.reply(numeric, nick, text);
  if (notified) asker.reply(N.RPL_TARGNOTIFY, nick);
}

/** A user by nick, or by `nick@server`: nobody else of that nick, on another server, is meant then. */
export function receiverOf({ state }: CommandServer, target: string): User | undefined {
  const found = state.findUser(target);
  const at = target.lastIndexOf('@');
  if (found !== undefined || at < 1) return found;
  const there = state.findUser(target.slice(0, at));
  return there !== undefined && there.server === state.findServer(target.slice(at + 1)) ? there : undefined;
}

/** A channel as receivers see it, where only those with a status are meant. */
export function shownTarget({ name }: Channel, status: number): string {
  return status === 0 ? name : statusSigns(status) + name;
}

/** +n keeps strangers out, +m and bans those without status (RFC 2811 4.2). */
export function maySpeak(
  server: CommandServer,
  channel: Channel,
  client: LocalClient,
  status: number,
): boolean {
  const membership = client.user.memberships.get(channel);
  if (membership?.banRevision !== channel.banRevision) {
    server.host.work.spend(channel.bans.priceNs(0, channel.bans.size));
  }
  if (membership === undefined) {
    if (status !== 0 || (channel.modes & (CMODE.noExternal | CMODE.moderated)) !== 0) return false;
    return !channel.isBanned(client.user);
  }
  if (membership.status !== 0) return true;
  return !channel.has(CMODE.moderated) && !membership.isBanned();
}

/** CTCP other than ACTION, which +C keeps out. */
export function isCtcp(text: string): boolean {
  return text.charCodeAt(0) === 1 && !text.startsWith('\x01ACTION ');
}

/** Why a message is not passed on that is one too many. */
export const TOO_MUCH = 'Cannot send to channel (+f), too much was said at once';

/** Modes that say what a message may be, whoever sends it; most channels have none of them. */
const ABOUT_MESSAGES =
  CMODE.noCtcp |
  CMODE.noColour |
  CMODE.stripped |
  CMODE.accountsSpeak |
  CMODE.noNotice |
  CMODE.noLists |
  CMODE.flood;

/** Why a message of somebody who may speak is refused, as text; null where it is not. */
export function unfitFor(
  channel: Channel,
  { user }: LocalClient,
  verb: Verb,
  text: string,
  oneOfMany: boolean,
): string | null {
  if (channel.has(CMODE.noCtcp) && isCtcp(text)) return N.ERR_CANNOTSENDTOCHAN.text;
  if (channel.has(CMODE.noNotice) && verb === 'NOTICE') return 'Cannot send to channel (+N)';
  if (channel.has(CMODE.noLists) && oneOfMany) return 'Cannot send to channel with others (+T)';
  if (channel.has(CMODE.noColour) && hasColour(text)) return 'Cannot send colours to channel (+c)';
  if (!channel.has(CMODE.accountsSpeak) || user.account !== null) return null;
  const status = user.memberships.get(channel)?.status ?? 0;
  return status === 0 ? 'Cannot send to channel (+M), log in to an account first' : null;
}

/** Waits until what is on its way to the channel has arrived. */
function* sendLater(
  server: CommandServer,
  client: LocalClient,
  verb: Verb,
  name: string,
  status: number,
  text: string,
  clientTags: string,
  oneOfMany: boolean,
): WorkSteps {
  const channel = yield* freeChannel(server.host, server.state, name);
  try {
    yield* rest(sendTo(server, client, verb, channel, name, status, text, clientTags, oneOfMany));
  } finally {
    if (channel !== undefined) server.host.work.leave(channel.gate);
  }
}

function sendTo(
  server: CommandServer,
  client: LocalClient,
  verb: Verb,
  channel: Channel | undefined,
  name: string,
  status: number,
  given: string,
  clientTags: string,
  oneOfMany: boolean,
): WorkSteps | null {
  if (channel === undefined) {
    if (verb === 'PRIVMSG') client.reply(N.ERR_NOSUCHCHANNEL, replyParameter(name));
    return null;
  }
  if (!maySpeak(server, channel, client, status)) {
    if (verb === 'PRIVMSG') client.reply(N.ERR_CANNOTSENDTOCHAN, channel.name);
    return null;
  }
  let text = given;
  if (channel.has(ABOUT_MESSAGES)) {
    const unfit = unfitFor(channel, client, verb, text, oneOfMany);
    if (unfit !== null) {
      if (verb === 'PRIVMSG') client.reply(N.ERR_CANNOTSENDTOCHAN, channel.name, unfit);
      return null;
    }
    const limit =
      channel.has(CMODE.flood) && verb !== 'TAGMSG' ? messageFlood(channel, client, isCtcp(text)) : null;
    if (limit !== null) {
      if (verb === 'PRIVMSG') client.reply(N.ERR_CANNOTSENDTOCHAN, channel.name, TOO_MUCH);
      return floodEnding(server, channel, client, limit);
    }
    if (channel.has(CMODE.stripped)) text = stripFormatting(text);
    // Nothing was left of it, and no line has an empty text.
    if (text === '' && verb !== 'TAGMSG') return null;
  }
  const spam = spamRefusal(server, client, SPAM_TARGET[verb].channel, channel.name, text);
  if (spam !== null) {
    if (verb === 'PRIVMSG') client.reply(N.ERR_CANNOTSENDTOCHAN, channel.name, refusedAs(spam));
    return null;
  }
  const message = compose(server, client.user, verb, shownTarget(channel, status), text, clientTags);
  const left = sendToChannel(server, client.user, verb, channel, status, message, text);
  if (left !== null) return finishing(server, client, message, channel, left);
  if (client.has(CAP.echoMessage)) message.to(client);
  return null;
}

function* floodEnding(
  server: CommandServer,
  channel: Channel,
  { user }: LocalClient,
  limit: FloodLimit,
): WorkSteps {
  try {
    yield* endFlood(server, channel, limit, user.memberships.get(channel) ?? null);
  } finally {
    server.host.work.leave(channel.gate);
  }
}

/** The rest of a message that did not fit its slice, and its echo. */
function* finishing(
  server: CommandServer,
  client: LocalClient,
  message: Delivery,
  channel: Channel,
  left: WorkSteps,
): WorkSteps {
  try {
    yield* left;
    if (client.has(CAP.echoMessage)) message.to(client);
  } finally {
    server.host.work.leave(channel.gate);
  }
}

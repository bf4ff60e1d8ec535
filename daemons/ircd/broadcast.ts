/**
 * Fan-out: one message to those on this server who are on a channel, share one with a user, or are operators. Called by
 * actions and command handlers.
 */
import type { WorkGate } from '../runtime/async/work-gate.ts';
import { workPrices } from '../runtime/async/work-prices.ts';
import type { WorkSteps } from '../runtime/async/work-turns.ts';
import { Delivery } from './client/delivery.ts';
import type { CommandServer } from './command-server.ts';
import { historyOf } from './history/message-history.ts';
import type { Source } from './network-events.ts';
import type { NoticeKind } from './notice-kinds.ts';
import type { Channel, LocalMembership } from './state/channel.ts';
import type { LocalClient } from './state/local-client.ts';
import type { User } from './state/user.ts';
import {
  type Audience,
  deliver,
  deliverSmall,
  type Message,
  SMALL_CROWD,
  spendSkipped,
} from './work-steps.ts';

const gatesOf = (channel: Channel): readonly WorkGate[] => [channel.gate];

/** Sends to members of a channel in a way of one's own. Null when everybody got it at once. */
export function toMembers(
  server: CommandServer,
  channel: Channel,
  message: Message,
  send: Audience<LocalMembership>['send'],
): WorkSteps | null {
  const audience = { entries: channel.locals, send };
  if (channel.locals.length > SMALL_CROWD) return deliver(server.host, audience, message, gatesOf(channel));
  deliverSmall(server.host, audience, message);
  return null;
}

/** Sends to every member of a channel but `except`. */
export function toChannel(
  server: CommandServer,
  channel: Channel,
  message: Delivery,
  except: LocalClient | null,
): WorkSteps | null {
  return toMembers(server, channel, message, (members, from, to) => {
    for (let i = from; i < to; i++) {
      const { client } = members[i]!;
      if (client !== except) message.to(client);
    }
  });
}

/** Sends to the members of a channel that rank at least as high as whoever has that status alone. */
export function toChannelStatus(
  server: CommandServer,
  channel: Channel,
  least: number,
  message: Delivery,
  except: LocalClient | null,
): WorkSteps | null {
  return toMembers(server, channel, message, (members, from, to) => {
    for (let i = from; i < to; i++) {
      const { client, status } = members[i]!;
      if (status >= least && client !== except) message.to(client);
    }
  });
}

/** Sends to the members of a channel that have a capability; with `least`, to those of them that rank as high. */
export function toChannelWithCap(
  server: CommandServer,
  channel: Channel,
  cap: number,
  message: Delivery,
  except: LocalClient | null,
  least = 0,
): WorkSteps | null {
  return toMembers(server, channel, message, (members, from, to) => {
    for (let i = from; i < to; i++) {
      const { client, status } = members[i]!;
      if (client === except || !client.has(cap) || status < least) continue;
      message.to(client);
    }
  });
}

/** What sends a message to those of a list of clients whom `gets` answers true for. */
export function toClients(
  message: Delivery,
  gets: (client: LocalClient) => boolean,
): Audience<LocalClient>['send'] {
  return (clients, from, to) => {
    for (let i = from; i < to; i++) if (gets(clients[i]!)) message.to(clients[i]!);
  };
}

/**
 * Sends once to everybody who shares a channel with `user`; with `cap`, only to those who have it, and to those who have the nick on
 * their MONITOR list as well (IRCv3 extended-monitor).
 */
export function toNeighbours(
  server: CommandServer,
  user: User,
  message: Delivery,
  cap = 0,
  gates: readonly WorkGate[] = [],
): WorkSteps | null {
  const found = cap === 0 ? server.state.neighbours(user) : server.state.neighboursAndMonitors(user);
  spendSkipped(server.host, server.state.walked);
  const send = toClients(message, (other) => cap === 0 || other.has(cap));
  if (found.length > SMALL_CROWD) return deliver(server.host, { entries: [...found], send }, message, gates);
  deliverSmall(server.host, { entries: found, send }, message);
  return null;
}

/** As {@link toNeighbours}, with a message that decides itself what each of them gets. */
export function tellNeighbours(
  server: CommandServer,
  user: User,
  message: Message & { to(client: LocalClient): void },
  gates: readonly WorkGate[],
): WorkSteps | null {
  const found = server.state.neighbours(user);
  spendSkipped(server.host, server.state.walked);
  const send: Audience<LocalClient>['send'] = (clients, start, end) => {
    for (let i = start; i < end; i++) message.to(clients[i]!);
  };
  if (found.length > SMALL_CROWD) return deliver(server.host, { entries: [...found], send }, message, gates);
  deliverSmall(server.host, { entries: found, send }, message);
  return null;
}

/**
 * A message from a user, tagged with the account if there is one, or from a server.
 * @param batch that it is part of, for clients that know what that is.
 * @param msgid of what is kept (IRCv3 chathistory).
 */
export function from(
  server: CommandServer,
  source: Source,
  rest: string,
  batch?: string,
  msgid = '',
): Delivery {
  const { outbox, work } = server.host;
  const account = 'account' in source ? source.account : null;
  const tags =
    batch === undefined
      ? { account, msgid, clientTags: '', bot: false }
      : { account, msgid, clientTags: '', bot: false, batch };
  work.spend(workPrices.message.ns);
  return new Delivery(outbox, `:${source.prefix} ${rest}`, tags);
}

/** As {@link from}, of something that happens on a channel: it is kept where that has history, and then has an id. */
export function eventOn(server: CommandServer, source: Source, channel: Channel, rest: string): Delivery {
  const history = historyOf(server.history, channel);
  if (history === null) return from(server, source, rest);
  const message = from(server, source, rest, undefined, server.recent.unnoted());
  history.happened(channel, message);
  return message;
}

/** The same of something that happens to a user on all of their channels. */
export function eventOf(server: CommandServer, user: User, rest: string): Delivery {
  const { history } = server;
  if (history === null) return from(server, user, rest);
  const channels = [...user.memberships.values()]
    .filter(({ hidden, channel }) => !hidden && historyOf(history, channel) !== null)
    .map(({ channel }) => channel);
  if (channels.length === 0) return from(server, user, rest);
  const message = from(server, user, rest, undefined, server.recent.unnoted());
  for (const channel of channels) history.happened(channel, message);
  return message;
}

/** Tells a change of a user (AWAY, SETNAME) to those who share a channel and have the capability. */
export function announceChange(
  server: CommandServer,
  user: User,
  rest: string,
  cap: number,
): WorkSteps | null {
  return toNeighbours(server, user, from(server, user, rest), cap);
}

/** Tells operators on this server what happened, as a server notice: those who want notices of its kind (user mode `s`). */
export function noticeOpers(
  server: Pick<CommandServer, 'state'>,
  kind: NoticeKind,
  text: string,
  except: LocalClient | null = null,
): void {
  for (const { local } of server.state.opers)
    if (local !== null && local !== except && (local.notices & kind) !== 0) local.notice(`*** ${text}`);
}

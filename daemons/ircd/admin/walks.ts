/**
 * The admin commands that walk over all clients, channels or members: they take their turns, so that looking at a full
 * server or sending everybody a notice delays nobody. Called by handlers.ts.
 */
import type { TableCell } from '../../../contract/stream.ts';
import { compileAddressMask, coversAddress } from '../../irc/address-mask.ts';
import { fold } from '../../irc/casemapping.ts';
import { compileMask } from '../../irc/mask.ts';
import { workPrices } from '../../runtime/async/work-prices.ts';
import { hasWildcard } from '../../runtime/net/mask.ts';
import { kickUnseen } from '../actions/kick.ts';
import { toClients } from '../broadcast.ts';
import { Delivery } from '../client/delivery.ts';
import type { IrcServer } from '../irc-server.ts';
import { endWaiting } from '../journal/restored-channels.ts';
import type { Channel } from '../state/channel.ts';
import type { LocalClient } from '../state/local-client.ts';
import { deliver, type StepsWith } from '../work-steps.ts';
import { channelRow, connectionRow } from './rows.ts';

/** What one row of an answer costs, in nanoseconds of work. */
const ROW_NS = 2 * workPrices.row.ns;

type Rows = { readonly rows: readonly Record<string, TableCell>[] };

/** Whom a list of clients is narrowed to; what is missing narrows nothing. */
export interface ClientFilter {
  readonly text: string;
  /** An address or network. */
  readonly address?: string | undefined;
  readonly account?: string | undefined;
}

export function* listClients(server: IrcServer, filter: ClientFilter, limit: number): StepsWith<Rows> {
  const { text } = filter;
  const from = filter.address === undefined ? null : compileAddressMask(`*@${filter.address}`);
  const account = filter.account === undefined ? null : fold(filter.account);
  const wanted = compileMask(hasWildcard(text) ? text : `*${text}*`);
  const network = compileAddressMask(text.includes('@') ? text : `*@${text}`);
  const now = Date.now();
  const rows: Record<string, TableCell>[] = [];
  for (const client of server.state.localClients) {
    if (rows.length === limit) break;
    const { user } = client;
    const matches =
      (account === null || fold(user.account ?? '') === account) &&
      (from === null || coversAddress(from, '', user.addressGroups)) &&
      (clientMatches(client, wanted) ||
        (network !== null && coversAddress(network, fold(user.username), user.addressGroups)));
    if (matches) rows.push(connectionRow(client, now));
    if (server.host.work.spend(matches ? ROW_NS : 3 * wanted.priceNs)) yield null;
  }
  return { rows };
}

export function* listChannels(server: IrcServer, mask: string, limit: number): StepsWith<Rows> {
  const wanted = compileMask(mask);
  const rows: Record<string, TableCell>[] = [];
  for (const channel of server.state.channels.values()) {
    if (rows.length === limit) break;
    const matches = wanted.matches(channel.key);
    if (matches) rows.push(channelRow(channel));
    if (server.host.work.spend(matches ? ROW_NS : wanted.priceNs)) yield null;
  }
  return { rows };
}

export function* clearChannel(
  server: IrcServer,
  channel: Channel,
  reason: string,
): StepsWith<{ channel: string; removed: number }> {
  const { work } = server.host;
  while (work.mustWait(channel.gate)) yield channel.gate;
  work.hold(channel.gate);
  const members = [...channel.members];
  let removed = 0;
  try {
    for (const member of members) {
      const { user } = member;
      // Somebody may have gone while it took its turns.
      if (user.memberships.get(channel) !== member) continue;
      kickUnseen(server, server.state.me, member, reason);
      removed++;
      if (work.spend(workPrices.row.ns + server.host.writeNs)) yield null;
    }
    endWaiting(server, channel);
  } finally {
    work.leave(channel.gate);
  }
  server.host.log('info', 'channel_cleared', `${channel.name} was cleared: ${reason}`, {
    channel: channel.name,
  });
  return { channel: channel.name, removed };
}

export function* broadcast(server: IrcServer, text: string): StepsWith<{ clients: number }> {
  const message = new Delivery(server.host.outbox, `:${server.name} NOTICE $* :${text}`);
  const entries = [...server.state.localClients].filter(({ user }) => user.registered);
  yield* deliver(server.host, { entries, send: toClients(message, () => true) }, message, []);
  return { clients: entries.length };
}

function clientMatches(client: LocalClient, mask: { matches(folded: string): boolean }): boolean {
  const { user } = client;
  return (
    mask.matches(fold(client.target)) ||
    mask.matches(fold(`${user.username}@${user.host}`)) ||
    mask.matches(user.address)
  );
}

/** Rows of the live tables and of the list commands. */
import type { TableCell } from '../../../contract/stream.ts';
import { cellsOf } from '../../runtime/telemetry/table-cells.ts';
import type { ServerRow } from '../link-control.ts';
import { channelModeString } from '../modes/channel-modes.ts';
import type { FilterState } from '../spam-filters/spam-filters.ts';
import type { Channel } from '../state/channel.ts';
import type { LocalClient } from '../state/local-client.ts';
import { channelColumns, connectionColumns, filterColumns, serverColumns } from './columns.ts';

/** What is said of one thing, by column key. */
export type Row = Readonly<Record<string, TableCell>>;

/** A client by column key. */
export function connectionRow(client: LocalClient, nowMs: number): Record<string, TableCell> {
  const { connection, user } = client;
  return {
    nick: client.target,
    userHost: `${user.username === '' ? '*' : user.username}@${user.host}`,
    address: connection.remoteAddress,
    account: user.account,
    class: connection.connectionClass.name,
    tls: connection.tls === null ? '' : connection.tls.version,
    channels: user.memberships.size,
    connectedAt: connection.connectedAtMs,
    idle: Math.max(0, Math.floor((nowMs - client.lastMessageMs) / 1000)),
    queueBytes: connection.sendQueueBytes,
    bytesIn: connection.bytesIn,
    bytesOut: connection.bytesOut,
    id: connection.id,
  };
}

/** A channel by column key; an administrator sees the key. */
export function channelRow(channel: Channel): Record<string, TableCell> {
  return {
    channel: channel.name,
    users: channel.members.length,
    modes: channelModeString(channel, true),
    topic: channel.topic,
    createdAt: channel.createdMs,
  };
}

/** The cells of a client in the order of the manifest. */
export function connectionCells(client: LocalClient, nowMs: number): TableCell[] {
  const row = connectionRow(client, nowMs);
  return cellsOf(connectionColumns, row);
}

/** The cells of a channel in the order of the manifest. */
export function channelCells(channel: Channel): TableCell[] {
  const row = channelRow(channel);
  return cellsOf(channelColumns, row);
}

/** A spam filter by column key. */
export function filterRow({ filter, hits, lastMs }: FilterState): Record<string, TableCell> {
  const { pattern, targets, action, minutes, reason, by, setMs } = filter;
  return {
    pattern,
    targets: targets.join(','),
    action,
    minutes: action === 'kline' || action === 'gline' ? minutes : null,
    met: hits,
    lastMetAt: lastMs,
    reason,
    by,
    createdAt: setMs,
  };
}

/** The cells of a spam filter in the order of the manifest. */
export function filterCells(state: FilterState): TableCell[] {
  const row = filterRow(state);
  return cellsOf(filterColumns, row);
}

/** The cells of a server in the order of the manifest. */
export function serverCells(server: ServerRow): TableCell[] {
  const row: Record<string, TableCell> = { ...server };
  return cellsOf(serverColumns, row);
}

/** Columns that tables of clients, bans and the throttle have in common: one thing has one key and one title in every daemon. */
import type { RowAction, TableColumn } from '../../../contract/manifest.ts';
import type { ConnectThrottle } from './connect-throttle.ts';

/** What is known of any client, by key. */
export const clientColumn = {
  address: { key: 'address', title: 'Address', type: 'text', rank: 2 },
  class: { key: 'class', title: 'Class', type: 'text', rank: 3 },
  /** The version, empty without TLS. */
  tls: { key: 'tls', title: 'TLS', type: 'text', rank: 3 },
  connectedAt: { key: 'connectedAt', title: 'Connected', type: 'time', rank: 2 },
  idle: { key: 'idle', title: 'Idle', type: 'seconds' },
  queueBytes: { key: 'queueBytes', title: 'SendQ', type: 'bytes' },
  bytesIn: { key: 'bytesIn', title: 'In', type: 'bytes', counter: true },
  bytesOut: { key: 'bytesOut', title: 'Out', type: 'bytes', counter: true },
} satisfies Record<string, TableColumn>;

export const banColumns: readonly TableColumn[] = [
  { key: 'kind', title: 'Kind', type: 'text' },
  { key: 'mask', title: 'Mask', type: 'text' },
  { key: 'reason', title: 'Reason', type: 'text' },
  { key: 'by', title: 'By', type: 'text', rank: 2 },
  { key: 'createdAt', title: 'Created', type: 'time', rank: 2 },
  { key: 'expiresAt', title: 'Expires', type: 'time' },
];

/** The same in the live table, where a row is called by its mask. */
export const banTableColumns: readonly TableColumn[] = [
  banColumns[1]!,
  banColumns[0]!,
  ...banColumns.slice(2),
];

export const banActions: readonly RowAction[] = [
  { title: 'Unban', command: 'remove-ban', args: { kind: 'kind', mask: 'mask' }, noun: 'ban' },
];

export const throttleColumns: readonly TableColumn[] = [
  { key: 'network', title: 'Network', type: 'text' },
  { key: 'open', title: 'Open', type: 'number' },
  { key: 'recovers', title: 'Recovers in', type: 'seconds' },
];

export const throttleActions: readonly RowAction[] = [
  { title: 'Let in', command: 'reset-throttle', args: { address: 'network' }, noun: 'network' },
];

/** The rows of `throttle`. */
export function throttleRows(throttle: ConnectThrottle, limit: number) {
  return throttle
    .entries()
    .slice(0, limit)
    .map(({ network, open, recoversInMs }) => ({ network, open, recovers: Math.ceil(recoversInMs / 1_000) }));
}

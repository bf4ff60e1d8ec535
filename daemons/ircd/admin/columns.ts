/** Columns of the live tables and of table results, shared by the manifest and the code that fills them. */
import type { TableColumn } from '../../../contract/manifest.ts';

export const connectionColumns: readonly TableColumn[] = [
  { key: 'nick', title: 'Nick', type: 'text' },
  { key: 'mask', title: 'User@host', type: 'text' },
  { key: 'address', title: 'Address', type: 'text', rank: 2 },
  { key: 'class', title: 'Class', type: 'text', rank: 3 },
  { key: 'tls', title: 'TLS', type: 'text', rank: 3 },
  { key: 'channels', title: 'Channels', type: 'number', rank: 2 },
  { key: 'since', title: 'Connected', type: 'time', rank: 2 },
  { key: 'idle', title: 'Idle', type: 'seconds' },
  { key: 'sendq', title: 'SendQ', type: 'bytes' },
  { key: 'bytes_in', title: 'In', type: 'bytes' },
  { key: 'bytes_out', title: 'Out', type: 'bytes' },
  { key: 'id', title: 'Id', type: 'number', rank: 3 },
];

/** What is said of one client beside its row. */
export const clientFields: readonly TableColumn[] = [
  ...connectionColumns,
  { key: 'realname', title: 'Real name', type: 'text' },
  { key: 'modes', title: 'Modes', type: 'text' },
  { key: 'oper', title: 'Operator block', type: 'text' },
  { key: 'account', title: 'Account', type: 'text' },
  { key: 'away', title: 'Away', type: 'text' },
  { key: 'registered', title: 'Registered', type: 'boolean' },
  { key: 'cipher', title: 'Cipher', type: 'text' },
  { key: 'fingerprint', title: 'Certificate fingerprint', type: 'text' },
  { key: 'on', title: 'On channels', type: 'text' },
];

export const channelColumns: readonly TableColumn[] = [
  { key: 'channel', title: 'Channel', type: 'text' },
  { key: 'users', title: 'Users', type: 'number' },
  { key: 'modes', title: 'Modes', type: 'text' },
  { key: 'topic', title: 'Topic', type: 'text' },
  { key: 'created', title: 'Created', type: 'time', rank: 2 },
];

export const memberColumns: readonly TableColumn[] = [
  { key: 'nick', title: 'Nick', type: 'text' },
  { key: 'status', title: 'Status', type: 'text' },
  { key: 'mask', title: 'User@host', type: 'text' },
];

export const banColumns: readonly TableColumn[] = [
  { key: 'kind', title: 'Kind', type: 'text' },
  { key: 'mask', title: 'Mask', type: 'text' },
  { key: 'reason', title: 'Reason', type: 'text' },
  { key: 'by', title: 'Set by', type: 'text', rank: 2 },
  { key: 'set', title: 'Set', type: 'time', rank: 2 },
  { key: 'expires', title: 'Expires', type: 'time' },
];

export const throttleColumns: readonly TableColumn[] = [
  { key: 'network', title: 'Network', type: 'text' },
  { key: 'recovers', title: 'Recovers in', type: 'seconds' },
];

export const cacheColumns: readonly TableColumn[] = [
  { key: 'cache', title: 'Cache', type: 'text' },
  { key: 'entries', title: 'Entries', type: 'number' },
  { key: 'hits', title: 'Hits', type: 'number' },
  { key: 'misses', title: 'Misses', type: 'number' },
];

export const limitColumns: readonly TableColumn[] = [
  { key: 'limit', title: 'Limit', type: 'text' },
  { key: 'value', title: 'Value', type: 'number' },
];

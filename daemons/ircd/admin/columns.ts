/** Columns of the live tables and of table results, shared by the manifest and the code that fills them. */
import type { TableColumn } from '../../../contract/manifest.ts';
import { clientColumn } from '../../runtime/net/client-columns.ts';

export const connectionColumns: readonly TableColumn[] = [
  { key: 'nick', title: 'Nick', type: 'text' },
  { key: 'userHost', title: 'User@host', type: 'text' },
  clientColumn.address,
  clientColumn.class,
  clientColumn.tls,
  { key: 'channels', title: 'Channels', type: 'number', rank: 2 },
  clientColumn.connectedAt,
  clientColumn.idle,
  clientColumn.queueBytes,
  clientColumn.bytesIn,
  clientColumn.bytesOut,
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
  { key: 'createdAt', title: 'Created', type: 'time', rank: 2 },
];

export const memberColumns: readonly TableColumn[] = [
  { key: 'nick', title: 'Nick', type: 'text' },
  { key: 'status', title: 'Status', type: 'text' },
  { key: 'userHost', title: 'User@host', type: 'text' },
];

/** Servers that are linked to this one, or may be. */
export const linkColumns: readonly TableColumn[] = [
  { key: 'name', title: 'Server', type: 'text' },
  { key: 'numeric', title: 'Numeric', type: 'number', rank: 2 },
  { key: 'kind', title: 'Kind', type: 'text', rank: 2 },
  { key: 'state', title: 'State', type: 'text' },
  { key: 'direction', title: 'Called', type: 'text', rank: 3 },
  { key: 'users', title: 'Users', type: 'number' },
  { key: 'lagSeconds', title: 'Lag', type: 'seconds' },
  { key: 'since', title: 'Since', type: 'time' },
  { key: 'reason', title: 'Reason', type: 'text', rank: 2 },
];

export const cacheColumns: readonly TableColumn[] = [
  { key: 'cache', title: 'Cache', type: 'text' },
  { key: 'entries', title: 'Entries', type: 'number' },
  { key: 'hits', title: 'Hits', type: 'number' },
  { key: 'misses', title: 'Misses', type: 'number' },
];

/** Columns of the live tables and of table results, shared by the manifest and the code that fills them. */
import type { TableColumn } from '../../../contract/manifest.ts';
import type { TableGraph } from '../../../contract/manifest-views.ts';
import { clientColumn, banColumns as commonBanColumns } from '../../runtime/net/client-columns.ts';

export const connectionColumns: readonly TableColumn[] = [
  { key: 'nick', title: 'Nick', type: 'text' },
  { key: 'userHost', title: 'User@host', type: 'text' },
  clientColumn.address,
  { key: 'account', title: 'Account', type: 'text', rank: 2 },
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
  { key: 'away', title: 'Away', type: 'text' },
  { key: 'registered', title: 'Registered', type: 'boolean' },
  { key: 'cipher', title: 'Cipher', type: 'text' },
  { key: 'fingerprint', title: 'Certificate fingerprint', type: 'text' },
  { key: 'listed', title: 'On a list of bad addresses', type: 'text' },
  { key: 'on', title: 'On channels', type: 'text' },
];

export const channelColumns: readonly TableColumn[] = [
  { key: 'channel', title: 'Channel', type: 'text' },
  { key: 'users', title: 'Users', type: 'number' },
  { key: 'modes', title: 'Modes', type: 'text' },
  { key: 'topic', title: 'Topic', type: 'text' },
  { key: 'createdAt', title: 'Created', type: 'time', rank: 2 },
];

export const filterColumns: readonly TableColumn[] = [
  { key: 'pattern', title: 'Pattern', type: 'text' },
  { key: 'targets', title: 'In', type: 'text' },
  { key: 'action', title: 'Action', type: 'text' },
  { key: 'minutes', title: 'Minutes', type: 'number', rank: 2 },
  { key: 'met', title: 'Met', type: 'number', counter: true },
  { key: 'lastMetAt', title: 'Last met', type: 'time', rank: 2 },
  { key: 'reason', title: 'Reason', type: 'text', rank: 2 },
  { key: 'by', title: 'By', type: 'text', rank: 3 },
  { key: 'createdAt', title: 'Created', type: 'time', rank: 3 },
];

/** What a spam filter would have met. */
export const trialColumns: readonly TableColumn[] = [
  { key: 'saidAt', title: 'Said', type: 'time' },
  { key: 'nick', title: 'Nick', type: 'text' },
  { key: 'target', title: 'In', type: 'text' },
  { key: 'place', title: 'Channel', type: 'text' },
  { key: 'text', title: 'Text', type: 'text', secret: true },
];

export const memberColumns: readonly TableColumn[] = [
  { key: 'nick', title: 'Nick', type: 'text' },
  { key: 'status', title: 'Status', type: 'text' },
  { key: 'userHost', title: 'User@host', type: 'text' },
  { key: 'channel', title: 'Channel', type: 'text', rank: 2 },
];

/** Where a client is. */
export const membershipColumns: readonly TableColumn[] = [
  { key: 'channel', title: 'Channel', type: 'text' },
  { key: 'status', title: 'Status', type: 'text', rank: 1 },
  { key: 'users', title: 'Users', type: 'number', rank: 2 },
  { key: 'modes', title: 'Modes', type: 'text', rank: 2 },
  { key: 'topic', title: 'Topic', type: 'text' },
  { key: 'nick', title: 'Nick', type: 'text', rank: 3 },
];

/** Masks of the lists of a channel. */
export const listColumns: readonly TableColumn[] = [
  { key: 'mask', title: 'Mask', type: 'text' },
  { key: 'list', title: 'List', type: 'text', rank: 1 },
  { key: 'by', title: 'By', type: 'text', rank: 2 },
  { key: 'createdAt', title: 'Created', type: 'time', rank: 2 },
  { key: 'letter', title: 'Mode', type: 'text', rank: 3 },
  { key: 'channel', title: 'Channel', type: 'text', rank: 3 },
];

/** What a link is and how it fares, by key. */
const linkColumn = {
  name: { key: 'name', title: 'Server', type: 'text' },
  numeric: { key: 'numeric', title: 'Numeric', type: 'number', rank: 3 },
  kind: { key: 'kind', title: 'Kind', type: 'text', rank: 2 },
  state: { key: 'state', title: 'State', type: 'text' },
  direction: { key: 'direction', title: 'Called', type: 'text', rank: 3 },
  users: { key: 'users', title: 'Users', type: 'number' },
  lag: { key: 'lagSeconds', title: 'Lag', type: 'seconds' },
  since: { key: 'since', title: 'Since', type: 'time' },
  reason: { key: 'reason', title: 'Reason', type: 'text' },
  burst: { key: 'burstSeconds', title: 'Burst', type: 'seconds', rank: 3 },
  linesIn: { key: 'linesIn', title: 'Lines in', type: 'number', rank: 2, counter: true },
  linesOut: { key: 'linesOut', title: 'Lines out', type: 'number', rank: 2, counter: true },
  bytesIn: { key: 'bytesIn', title: 'In', type: 'bytes', rank: 3, counter: true },
  bytesOut: { key: 'bytesOut', title: 'Out', type: 'bytes', rank: 3, counter: true },
  sendQueue: { key: 'sendQueueBytes', title: 'SendQ', type: 'bytes', rank: 2 },
} as const satisfies Readonly<Record<string, TableColumn>>;

const trafficColumns: readonly TableColumn[] = [
  linkColumn.burst,
  linkColumn.sendQueue,
  linkColumn.linesIn,
  linkColumn.linesOut,
  linkColumn.bytesIn,
  linkColumn.bytesOut,
];

/** Servers that are linked to this one, or may be. */
export const linkColumns: readonly TableColumn[] = [
  linkColumn.name,
  linkColumn.numeric,
  linkColumn.kind,
  linkColumn.state,
  linkColumn.direction,
  linkColumn.users,
  linkColumn.lag,
  linkColumn.since,
  linkColumn.reason,
  ...trafficColumns,
];

/** All servers of the network, and those that may be linked to this one. */
export const serverColumns: readonly TableColumn[] = [
  linkColumn.name,
  linkColumn.state,
  { key: 'uplink', title: 'Linked to', type: 'text', rank: 2 },
  { key: 'ownUsers', title: 'Users on it', type: 'number' },
  { ...linkColumn.users, rank: 2 },
  linkColumn.lag,
  linkColumn.since,
  linkColumn.reason,
  { key: 'startedAt', title: 'Started', type: 'time', rank: 2 },
  ...trafficColumns,
  linkColumn.kind,
  linkColumn.direction,
  { key: 'hops', title: 'Hops', type: 'number', rank: 3 },
  linkColumn.numeric,
];

/** Who is linked to whom. */
export const networkGraph: TableGraph = {
  noun: 'server',
  parent: 'uplink',
  state: 'state',
  tones: {
    here: 'self',
    linked: 'good',
    bursting: 'busy',
    connecting: 'busy',
    waiting: 'idle',
    failed: 'bad',
  },
  weight: { column: 'ownUsers', noun: 'user' },
  line: 'lagSeconds',
  note: 'reason',
};

/** Bans and exceptions; only exceptions spare something. */
export const banColumns: readonly TableColumn[] = [
  ...commonBanColumns.slice(0, 2),
  { key: 'spares', title: 'Spares', type: 'text', rank: 2 },
  ...commonBanColumns.slice(2),
];

/** The same in the live table, where a row is called by its mask. */
export const banTableColumns: readonly TableColumn[] = [
  banColumns[1]!,
  banColumns[0]!,
  ...banColumns.slice(2),
];

export const certificateFields: readonly TableColumn[] = [
  { key: 'subject', title: 'Certificate of', type: 'text' },
  { key: 'names', title: 'Names', type: 'text' },
  { key: 'issuer', title: 'Issued by', type: 'text' },
  { key: 'validFrom', title: 'Valid from', type: 'time' },
  { key: 'validTo', title: 'Valid to', type: 'time' },
  { key: 'remaining', title: 'Still valid for', type: 'seconds' },
  { key: 'fingerprint', title: 'Certificate fingerprint', type: 'text' },
];

export const cacheColumns: readonly TableColumn[] = [
  { key: 'cache', title: 'Cache', type: 'text' },
  { key: 'entries', title: 'Entries', type: 'number' },
  { key: 'hits', title: 'Hits', type: 'number' },
  { key: 'misses', title: 'Misses', type: 'number' },
];

/** Declares the admin commands (SPEC I11): names, arguments, danger, results. The code is beside it in handlers.ts. */
import { z } from 'zod';
import { accountCommands } from '../../../contract/account-commands.ts';
import { MOST_ACCOUNT_NAME } from '../../../contract/accounts.ts';
import { addressWord, lineText, lineWord } from '../../../contract/line-texts.ts';
import { type CommandSpec, defineCommand, type Renamed } from '../../../contract/manifest.ts';
import { limitArguments, limitColumns } from '../../runtime/host/live-limits.ts';
import { throttleCommands } from '../../runtime/net/throttle-commands.ts';
import { limits } from '../limits.ts';
import { ADJUSTABLE_LIMITS } from '../tuning.ts';
import { banCommands } from './ban-commands.ts';
import { channelOwnerCommands } from './channel-owner-commands.ts';
import {
  cacheColumns,
  certificateFields,
  channelColumns,
  clientFields,
  connectionColumns,
  memberColumns,
} from './columns.ts';
import { filterCommands } from './filter-commands.ts';
import { historyCommands } from './history-commands.ts';
import { linkCommands } from './link-commands.ts';
import { presenceCommands } from './presence-commands.ts';
import { channelActions, clientActions, memberActions } from './row-actions.ts';

const CONNECTIONS = 'signalbox_ircd_connections';
const CHANNELS = 'signalbox_ircd_channels';

const client = lineWord({ max: limits.nickLength.default }).describe('Nickname of the client');
const channel = lineWord({ min: 2, max: limits.channelNameBytes.default })
  .startsWith('#')
  .describe('Name of the channel');
const reason = lineText({ min: 0, max: 300 }).describe('Reason that users see');
const limit = z.number().int().min(1).max(10_000).default(500).describe('Most rows');
export const adminCommands = {
  clients: defineCommand({
    summary: 'List or find clients',
    sentence: 'list|listed the clients[ with “{text}”][ from {address}][ of account {account}]',
    reads: true,
    danger: 'safe',
    access: 'operate',
    unrecorded: 'run',
    args: z.object({
      text: lineText({ min: 0, max: limits.maskBytes.default })
        .default('')
        .describe(
          'Only those with this text in nick, user@host or address; also a mask, or a network such as 10.0.0.0/8',
        ),
      address: addressWord({ max: limits.maskBytes.default })
        .optional()
        .describe('Only those from this address or network'),
      account: lineWord({ max: MOST_ACCOUNT_NAME })
        .optional()
        .describe('Only those who are logged in to this account'),
      limit,
    }),
    result: 'table',
    columns: connectionColumns,
    rowActions: clientActions,
  }),
  client: defineCommand({
    summary: 'Show everything about one client',
    sentence: 'look|looked at client {client}',
    reads: true,
    danger: 'safe',
    access: 'operate',
    unrecorded: 'run',
    args: z.object({ client }),
    result: 'json',
    columns: clientFields,
  }),
  kill: defineCommand({
    summary: 'Disconnect a client',
    sentence: 'disconnect|disconnected {client}[ (“{reason}”)]',
    danger: 'disruptive',
    access: 'operate',
    unrecorded: 'run',
    args: z.object({ client, reason: reason.default('Killed by an administrator') }),
    result: 'json',
    effects: [CONNECTIONS],
  }),
  channels: defineCommand({
    summary: 'List channels, secret ones included',
    sentence: 'list|listed the channels[ that match {mask}]',
    reads: true,
    danger: 'safe',
    access: 'operate',
    unrecorded: 'run',
    args: z.object({
      mask: lineText({ min: 0, max: limits.channelNameBytes.default })
        .default('*')
        .describe('Mask on the name'),
      limit,
    }),
    result: 'table',
    columns: channelColumns,
    rowActions: channelActions,
  }),
  channel: defineCommand({
    summary: 'List the members of a channel',
    sentence: 'list|listed the members of {channel}',
    reads: true,
    danger: 'safe',
    access: 'operate',
    unrecorded: 'run',
    args: z.object({ channel }),
    result: 'table',
    columns: memberColumns,
    rowActions: memberActions,
  }),
  ...presenceCommands({ client, channel, reason }),
  'clear-channel': defineCommand({
    summary: 'Remove everybody from a channel, which ends it unless it belongs to an account',
    sentence: 'clear|cleared {channel}[, {=removed} removed][ (“{reason}”)]',
    danger: 'irreversible',
    access: 'operate',
    args: z.object({ channel, reason: reason.default('Channel cleared by an administrator') }),
    result: 'json',
    confirmArg: 'channel',
    effects: [CHANNELS],
  }),
  ...banCommands(reason),
  ...filterCommands(limit),
  ...historyCommands,
  rehash: defineCommand({
    summary: 'Read configuration, MOTD and certificates again; nobody is dropped',
    sentence: 'read|read configuration, MOTD and certificates again',
    danger: 'safe',
    access: 'admin',
    args: z.object({}),
    result: 'text',
  }),
  broadcast: defineCommand({
    summary: 'Send a notice to every registered client',
    sentence: 'send|sent “{text}” to everybody[, {=clients} clients]',
    danger: 'disruptive',
    access: 'operate',
    args: z.object({ text: lineText({ max: 400 }).describe('The notice') }),
    result: 'json',
    effects: ['signalbox_ircd_deliveries_total'],
  }),
  certificate: defineCommand({
    summary: 'Show the certificate of TLS listeners and when it ends',
    sentence: 'look|looked at the certificate',
    reads: true,
    danger: 'safe',
    access: 'read',
    unrecorded: 'run',
    args: z.object({}),
    result: 'json',
    columns: certificateFields,
  }),
  caches: defineCommand({
    summary: 'Show the caches and their hit counts',
    sentence: 'look|looked at the caches',
    reads: true,
    danger: 'safe',
    access: 'read',
    unrecorded: 'run',
    args: z.object({}),
    result: 'table',
    columns: cacheColumns,
  }),
  'clear-caches': defineCommand({
    summary: 'Forget every cached host name',
    sentence: 'empty|emptied the cache of host names',
    danger: 'safe',
    access: 'operate',
    args: z.object({}),
    result: 'json',
    effects: ['signalbox_ircd_cache_depth{cache="dns"}'],
  }),
  ...linkCommands,
  ...accountCommands,
  ...channelOwnerCommands,
  ...throttleCommands(limit),
  limits: defineCommand({
    summary: 'Show the limits in force and why they are there',
    sentence: 'look|looked at the limits',
    reads: true,
    danger: 'safe',
    access: 'read',
    unrecorded: 'run',
    args: z.object({}),
    result: 'table',
    columns: limitColumns,
  }),
  'set-limits': defineCommand({
    summary: 'Change limits until the next restart',
    sentence: 'set|set {*}',
    danger: 'safe',
    access: 'admin',
    args: z.object(limitArguments(ADJUSTABLE_LIMITS)),
    result: 'json',
  }),
} satisfies Record<string, CommandSpec>;

/** What IRC operators do by commands of the protocol. */
export const operatorDeeds = {
  OPER: 'become|became operator {name}',
  KILL: 'disconnect|disconnected {nick}[ (“{reason}”)]',
  KLINE: 'ban|banned {mask}[ {minutes}][ (“{reason}”)]',
  DLINE: 'ban|banned {mask}[ {minutes}][ (“{reason}”)]',
  GLINE: 'ban|banned {mask} from the network[ {minutes}][ (“{reason}”)]',
  JUPE: 'ban|banned the server {mask} from the network[ {minutes}][ (“{reason}”)]',
  SHUN: 'silence|silenced {mask} on the network[ {minutes}][ (“{reason}”)]',
  UNSHUN: 'let|let {mask} speak again',
  UNGLINE: 'lift|lifted the ban of the network on {mask}',
  UNJUPE: 'lift|lifted the ban of the network on the server {mask}',
  UNKLINE: 'lift|lifted the ban on {mask}',
  UNDLINE: 'lift|lifted the ban on {mask}',
  SPAMFILTER: 'use|used SPAMFILTER to {change} “{pattern}”',
  RESV: 'reserve|reserved {mask}[ {minutes}][ (“{reason}”)]',
  UNRESV: 'release|released the name {mask}',
  ELINE: 'spare|spared {mask}[ {minutes}][ (“{reason}”)]',
  UNELINE: 'end|ended the exception for {mask}',
  REHASH: 'read|read configuration, MOTD and certificates again',
  CONNECT: 'call|called {server}[ from {remote}]',
  SQUIT: 'split|took {server} off the network[ (“{reason}”)]',
  DIE: 'stop|stopped the server[ (“{reason}”)]',
  RESTART: 'restart|restarted the server[ (“{reason}”)]',
};

/** Names of before. */
export const renamed: Renamed = {
  commands: { 'set-limit': 'set-limits' },
  metrics: {
    signalbox_ircd_throttled_total: 'signalbox_ircd_refused_throttled_total',
    signalbox_ircd_write_calls_total: 'signalbox_ircd_writes_total',
    signalbox_ircd_send_queue_kills_total: 'signalbox_ircd_slow_reader_disconnects_total',
    signalbox_ircd_memory_kills_total: 'signalbox_ircd_memory_disconnects_total',
    signalbox_ircd_dns_cache_entries: 'signalbox_ircd_cache_depth{cache="dns"}',
    signalbox_ircd_dns_cache_hits_total: 'signalbox_ircd_cache_hits_total{cache="dns"}',
    signalbox_ircd_dns_cache_misses_total: 'signalbox_ircd_cache_misses_total{cache="dns"}',
  },
  columns: {
    since: 'connectedAt',
    sendq: 'queueBytes',
    bytes_in: 'bytesIn',
    bytes_out: 'bytesOut',
    created: 'createdAt',
    set: 'createdAt',
    expires: 'expiresAt',
    mask: 'userHost',
  },
};

/** The admin commands of the object server as its manifest declares them, with the columns of their answers. */
import { z } from 'zod';
import { lineText } from '../../../contract/line-texts.ts';
import {
  type CommandSpec,
  defineCommand,
  type RowAction,
  type TableColumn,
} from '../../../contract/manifest.ts';
import { limitArguments, limitColumns } from '../../runtime/host/live-limits.ts';
import { connectionsMetric } from '../../runtime/net/acceptor-metrics.ts';
import { clientColumn } from '../../runtime/net/client-columns.ts';
import { throttleCommands } from '../../runtime/net/throttle-commands.ts';
import { CONCURRENCY_MODELS, threadCount } from '../config.ts';
import { FIXED_LIMITS, LIMITS } from '../limits.ts';
import { banCommands } from './ban-commands.ts';

const uri = lineText({ max: FIXED_LIMITS.uri_bytes.default }).describe(
  'URI of the object; a "/" in front changes nothing',
);
const limit = z
  .number()
  .int()
  .min(1)
  .max(FIXED_LIMITS.command_rows.default)
  .default(200)
  .describe('Most rows');
const client = z.number().int().min(1).describe('Number of the client');
const reason = lineText({ min: 0, max: 200 }).default('').describe('For the log');

const objectColumns: readonly TableColumn[] = [
  { key: 'uri', title: 'Object', type: 'text' },
  { key: 'size', title: 'Size', type: 'bytes' },
  { key: 'modifiedAt', title: 'Modified', type: 'time' },
  { key: 'contentType', title: 'Type', type: 'text', rank: 2 },
  { key: 'etag', title: 'Etag', type: 'text', rank: 3 },
];

const objectActions: readonly RowAction[] = [
  { title: 'Details', command: 'stat', args: { uri: 'uri' }, immediate: true },
  { title: 'Delete', command: 'delete', args: { uri: 'uri' }, noun: 'object' },
];

export const connectionColumns: readonly TableColumn[] = [
  { key: 'client', title: 'Client', type: 'number' },
  clientColumn.address,
  { key: 'peer', title: 'Who', type: 'text' },
  { key: 'listener', title: 'Listener', type: 'text', rank: 3 },
  { key: 'version', title: 'Version', type: 'number', rank: 2 },
  { key: 'dialect', title: 'Dialect', type: 'text', rank: 3 },
  { key: 'writable', title: 'Writable', type: 'boolean', rank: 3 },
  clientColumn.class,
  clientColumn.tls,
  clientColumn.connectedAt,
  clientColumn.idle,
  { key: 'requests', title: 'Requests', type: 'number', counter: true },
  { key: 'waiting', title: 'Waiting', type: 'number', rank: 2 },
  clientColumn.bytesIn,
  clientColumn.bytesOut,
  clientColumn.queueBytes,
];

export const clientActions: readonly RowAction[] = [
  { title: 'Details', command: 'client', args: { client: 'client' }, immediate: true },
  { title: 'Kill', command: 'kill', args: { client: 'client' }, noun: 'client' },
  {
    title: 'Ban address',
    command: 'add-ban',
    args: { mask: 'address' },
    given: { minutes: '1440' },
    choose: 'minutes',
    noun: 'client',
  },
];

const cacheColumns: readonly TableColumn[] = [
  { key: 'uri', title: 'Object', type: 'text' },
  { key: 'size', title: 'Size', type: 'bytes' },
  { key: 'hits', title: 'Hits', type: 'number' },
  { key: 'pinned', title: 'Pinned', type: 'boolean' },
];

const cacheActions: readonly RowAction[] = [
  { title: 'Pin', command: 'cache-pin', args: { uri: 'uri' }, noun: 'object' },
  { title: 'Unpin', command: 'cache-unpin', args: { uri: 'uri' }, noun: 'object' },
];

const poolColumns: readonly TableColumn[] = [
  { key: 'pool', title: 'Pool', type: 'text' },
  { key: 'threads', title: 'Threads', type: 'number' },
  { key: 'setting', title: 'Setting', type: 'number' },
  { key: 'connections', title: 'Connections', type: 'number' },
  { key: 'why', title: 'Why', type: 'text' },
];

const connections = connectionsMetric('objects');

export const commands = {
  list: defineCommand({
    summary: 'List objects',
    sentence: 'list|listed objects[ that begin with {prefix}]',
    reads: true,
    danger: 'safe',
    access: 'operate',
    unrecorded: 'run',
    args: z.object({
      prefix: lineText({ min: 0, max: FIXED_LIMITS.uri_bytes.default })
        .default('')
        .describe('Only those whose URI begins with it'),
      after: lineText({ min: 0, max: FIXED_LIMITS.uri_bytes.default })
        .default('')
        .describe('Only those behind this URI, to go on where an answer ended'),
      folders: z
        .boolean()
        .default(false)
        .describe('Whether folders are named, with a "/" at their end, instead of all that is in them'),
      limit: z.number().int().min(1).max(LIMITS.list_entries.max).default(200).describe('Most rows'),
    }),
    result: 'table',
    columns: objectColumns,
    rowActions: objectActions,
  }),
  stat: defineCommand({
    summary: 'Show what is known of an object',
    sentence: 'look|looked at {uri}',
    reads: true,
    danger: 'safe',
    access: 'operate',
    unrecorded: 'run',
    args: z.object({ uri }),
    result: 'json',
    columns: objectColumns,
  }),
  delete: defineCommand({
    summary: 'Delete an object',
    sentence: 'delete|deleted {uri}',
    danger: 'irreversible',
    access: 'admin',
    args: z.object({ uri }),
    result: 'json',
    confirmArg: 'uri',
    effects: ['signalbox_objects_objects'],
  }),
  cache: defineCommand({
    summary: 'Show the objects that are kept open',
    sentence: 'look|looked at the cache',
    reads: true,
    danger: 'safe',
    access: 'operate',
    unrecorded: 'run',
    args: z.object({ limit }),
    result: 'table',
    columns: cacheColumns,
    rowActions: cacheActions,
  }),
  'cache-clear': defineCommand({
    summary: 'Close all objects that are kept open, but for those that are pinned',
    sentence: 'close|closed the objects that were kept open',
    danger: 'safe',
    access: 'operate',
    args: z.object({}),
    result: 'json',
  }),
  'cache-pin': defineCommand({
    summary: 'Keep an object open until the server restarts or it is unpinned',
    sentence: 'pin|pinned {uri}',
    danger: 'safe',
    access: 'operate',
    args: z.object({ uri }),
    result: 'json',
  }),
  'cache-unpin': defineCommand({
    summary: 'Let an object be closed again to make room for others',
    sentence: 'unpin|unpinned {uri}',
    danger: 'safe',
    access: 'operate',
    args: z.object({ uri }),
    result: 'json',
  }),
  clients: defineCommand({
    summary: 'List or find clients',
    sentence: 'list|listed the clients[ with “{text}”]',
    reads: true,
    danger: 'safe',
    access: 'operate',
    unrecorded: 'run',
    args: z.object({
      text: lineText({ min: 0, max: 100 })
        .default('')
        .describe('Only those with this text in their address or in who they are'),
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
    columns: connectionColumns,
  }),
  kill: defineCommand({
    summary: 'Disconnect a client',
    sentence: 'disconnect|disconnected client {client}[ from {=address}][ (“{reason}”)]',
    danger: 'disruptive',
    access: 'operate',
    unrecorded: 'run',
    args: z.object({ client, reason }),
    result: 'json',
    effects: [connections],
  }),
  drain: defineCommand({
    summary: 'Let nobody in and close each connection when its requests are answered, until resume',
    sentence: 'drain|drained the server[ of {=clients} clients]',
    danger: 'disruptive',
    access: 'operate',
    unrecorded: 'run',
    args: z.object({}),
    result: 'json',
    effects: [connections],
  }),
  resume: defineCommand({
    summary: 'Let clients in again after drain',
    sentence: 'let|let clients in again',
    danger: 'safe',
    access: 'operate',
    args: z.object({}),
    result: 'json',
  }),
  threads: defineCommand({
    summary: 'Show the threads that serve connections, and why there are so many',
    sentence: 'look|looked at the threads',
    reads: true,
    danger: 'safe',
    access: 'read',
    unrecorded: 'run',
    args: z.object({}),
    result: 'table',
    columns: poolColumns,
  }),
  'set-threads': defineCommand({
    summary: 'Change how work is shared out until the configuration is reloaded or the server restarts',
    sentence: 'set|set {*}',
    danger: 'safe',
    access: 'admin',
    args: z.object({
      model: z
        .enum(CONCURRENCY_MODELS)
        .optional()
        .describe('For connections that come from now on; those that are open stay where they are'),
      fdpass_threads: threadCount()
        .optional()
        .describe('Threads that own connections and pass descriptors; 0 is one for each core'),
      splice_threads: threadCount()
        .optional()
        .describe('Threads that read ahead for SPLICE; 0 is two for each core'),
    }),
    result: 'json',
  }),
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
    summary: 'Change limits until the configuration is reloaded or the server restarts',
    sentence: 'set|set {*}',
    danger: 'safe',
    access: 'admin',
    args: z.object(limitArguments(LIMITS)),
    result: 'json',
  }),
  ...banCommands,
  ...throttleCommands(limit),
} satisfies Record<string, CommandSpec>;

/** The commands, for the type of their handlers. */
export type ObjectsCommands = typeof commands;

/** What the relay measures, which commands it takes and how it is configured. Read by hosts, windows and the CLI. */
import { z } from 'zod';
import { lineText, lineWord } from '../../contract/line-texts.ts';
import { listenPlaces } from '../../contract/listen-setting.ts';
import {
  type CommandSpec,
  defineCommand,
  defineManifest,
  type RowAction,
  type TableColumn,
} from '../../contract/manifest.ts';
import { FLUSH_REASONS } from '../runtime/async/flush-hold.ts';
import { limitArguments, limitColumns } from '../runtime/host/live-limits.ts';
import { fileActions } from '../runtime/list-files/list-commands.ts';
import { connectionsMetric, refusalMetrics } from '../runtime/net/acceptor-metrics.ts';
import { banActions, banTableColumns, clientColumn } from '../runtime/net/client-columns.ts';
import { throttleCommands } from '../runtime/net/throttle-commands.ts';
import { banCommands, banFile } from './admin/ban-commands.ts';
import { relayConfig } from './config.ts';
import { LIMITS } from './limits.ts';
import { relayMetrics } from './metrics.ts';
import { verbSpecs } from './verb-specs.ts';

const peerId = lineWord({ max: LIMITS.peer_id_bytes.max });
const roomName = lineText({ max: LIMITS.room_name_bytes.max });
const reason = lineText({ min: 0, max: 200 }).default('').describe('What those affected are told');
const text = lineText({ min: 0, max: 100 })
  .default('')
  .describe('Only those with this text in the name or address');
const limit = z.number().int().min(1).max(10_000).default(200).describe('Most rows');

const connectionColumns: readonly TableColumn[] = [
  { key: 'peer', title: 'Peer', type: 'text' },
  clientColumn.address,
  { key: 'mode', title: 'Mode', type: 'text' },
  clientColumn.class,
  clientColumn.tls,
  { key: 'security', title: 'Security', type: 'text' },
  { key: 'identity', title: 'Identity', type: 'text', rank: 2 },
  { key: 'cipher', title: 'Cipher', type: 'text', rank: 3 },
  { key: 'keyAge', title: 'Key age', type: 'seconds', rank: 3 },
  { key: 'rooms', title: 'Rooms', type: 'number', rank: 2 },
  clientColumn.connectedAt,
  clientColumn.idle,
  { key: 'framesIn', title: 'Frames in', type: 'number', rank: 2, counter: true },
  { key: 'framesOut', title: 'Frames out', type: 'number', rank: 2, counter: true },
  clientColumn.bytesIn,
  clientColumn.bytesOut,
  { key: 'queueFrames', title: 'Queued frames', type: 'number', rank: 2 },
  clientColumn.queueBytes,
  { key: 'dropped', title: 'Dropped', type: 'number', rank: 2 },
];

const roomColumns: readonly TableColumn[] = [
  { key: 'room', title: 'Room', type: 'text' },
  { key: 'members', title: 'Members', type: 'number' },
  { key: 'frames', title: 'Frames', type: 'number', counter: true },
  { key: 'createdAt', title: 'Created', type: 'time' },
  { key: 'createdBy', title: 'Created by', type: 'text' },
];

const knownColumns: readonly TableColumn[] = [
  { key: 'peer', title: 'Peer', type: 'text' },
  { key: 'identity', title: 'Identity', type: 'text' },
  { key: 'connections', title: 'Connections', type: 'number' },
  { key: 'firstSeen', title: 'First seen', type: 'time', rank: 2 },
  { key: 'lastSeen', title: 'Last seen', type: 'time' },
];

const knownActions: readonly RowAction[] = [
  { title: 'Forget', command: 'forget-peer', args: { peer: 'peer' }, noun: 'peer' },
];

const identityFields: readonly TableColumn[] = [
  { key: 'identity', title: 'Identity', type: 'text' },
  { key: 'identityFingerprint', title: 'Identity fingerprint', type: 'text' },
  { key: 'security', title: 'Security', type: 'text' },
];

const peerFields: readonly TableColumn[] = [
  // Their names stand below instead of their number.
  ...connectionColumns.filter(({ key }) => key !== 'rooms'),
  { key: 'port', title: 'Port', type: 'text' },
  { key: 'stage', title: 'Stage', type: 'text' },
  { key: 'presence', title: 'Presence', type: 'boolean' },
  { key: 'rooms', title: 'In rooms', type: 'text' },
];

const peerActions: readonly RowAction[] = [
  { title: 'Details', command: 'client', args: { client: 'peer' }, immediate: true },
  { title: 'Kill', command: 'kill', args: { client: 'peer' }, noun: 'client' },
  {
    title: 'Ban address',
    command: 'add-ban',
    args: { mask: 'address' },
    given: { kind: 'cidr', minutes: '1440' },
    choose: 'minutes',
    noun: 'client',
  },
];

const roomActions: readonly RowAction[] = [
  { title: 'Members', command: 'room', args: { room: 'room' }, immediate: true },
  { title: 'Close room', command: 'close-room', args: { room: 'room' }, noun: 'room' },
];

const connectionMetric = connectionsMetric('relay');
const roomMetric = 'signalbox_relay_rooms';

const commands = {
  clients: defineCommand({
    summary: 'List or find clients',
    sentence: 'list|listed the clients[ with “{text}”]',
    reads: true,
    danger: 'safe',
    access: 'operate',
    unrecorded: 'run',
    args: z.object({ text, limit }),
    result: 'table',
    columns: connectionColumns,
    rowActions: peerActions,
  }),
  client: defineCommand({
    summary: 'Show everything about one client',
    sentence: 'look|looked at client {client}',
    reads: true,
    danger: 'safe',
    access: 'operate',
    unrecorded: 'run',
    args: z.object({ client: peerId.describe('Peer id of the client') }),
    result: 'json',
    columns: peerFields,
  }),
  kill: defineCommand({
    summary: 'Disconnect a client',
    sentence: 'disconnect|disconnected {client}[ (“{reason}”)]',
    danger: 'disruptive',
    access: 'operate',
    unrecorded: 'run',
    args: z.object({ client: peerId.describe('Peer id of the client'), reason }),
    result: 'json',
    effects: [connectionMetric],
  }),
  rooms: defineCommand({
    summary: 'List or find rooms',
    sentence: 'list|listed the rooms[ with “{text}”]',
    reads: true,
    danger: 'safe',
    access: 'read',
    unrecorded: 'run',
    args: z.object({ text, limit }),
    result: 'table',
    columns: roomColumns,
    rowActions: roomActions,
  }),
  room: defineCommand({
    summary: 'List the members of a room',
    sentence: 'list|listed the members of room {room}',
    reads: true,
    danger: 'safe',
    access: 'operate',
    unrecorded: 'run',
    args: z.object({ room: roomName.describe('Room name'), limit }),
    result: 'table',
    columns: connectionColumns,
    rowActions: peerActions,
  }),
  'close-room': defineCommand({
    summary: 'Take everybody out of a room, which ends it',
    sentence: 'close|closed room {room}[, {=members} taken out][ (“{reason}”)]',
    danger: 'disruptive',
    access: 'operate',
    args: z.object({ room: roomName.describe('Room name'), reason }),
    result: 'json',
    effects: [roomMetric],
  }),
  broadcast: defineCommand({
    summary: 'Send a notice to all clients that said hello, or to one room',
    sentence: 'send|sent “{text}”[ to room {room}][, {=delivered} reached]',
    danger: 'disruptive',
    access: 'operate',
    args: z.object({
      text: lineText({ max: 2_000 }).describe('The notice'),
      room: lineText({ min: 0, max: LIMITS.room_name_bytes.max })
        .default('')
        .describe('Only the members of this room'),
      plain: z
        .boolean()
        .default(false)
        .describe('Also as a bare payload to clients in broadcast mode that never said hello'),
    }),
    result: 'json',
    effects: ['signalbox_relay_frames_out_total'],
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
    summary: 'Change limits until the configuration is reloaded or the relay restarts',
    sentence: 'set|set {*}',
    danger: 'safe',
    access: 'admin',
    args: z.object(limitArguments(LIMITS)),
    result: 'json',
  }),
  ...banCommands,
  identity: defineCommand({
    summary: 'Show the identity of the relay, which clients of sealed sessions compare',
    sentence: 'look|looked at the identity of the relay',
    reads: true,
    danger: 'safe',
    access: 'read',
    unrecorded: 'run',
    args: z.object({}),
    result: 'json',
    columns: identityFields,
  }),
  'rotate-identity': defineCommand({
    summary: 'Give the relay another identity; sessions that are open keep the one before',
    sentence: 'give|gave the relay the identity {=identity}',
    danger: 'disruptive',
    access: 'admin',
    args: z.object({}),
    result: 'json',
    columns: identityFields,
  }),
  peers: defineCommand({
    summary: 'List peer ids of which it is known whose they are',
    sentence: 'list|listed the known peers[ with “{text}”]',
    reads: true,
    danger: 'safe',
    access: 'operate',
    unrecorded: 'run',
    args: z.object({ text: text.describe('Only those with this text in the peer id or identity'), limit }),
    result: 'table',
    columns: knownColumns,
    rowActions: knownActions,
  }),
  'forget-peer': defineCommand({
    summary: 'Forget whose a peer id is: the next identity that takes it has it',
    sentence: 'forget|forgot whose {peer} is',
    danger: 'safe',
    access: 'admin',
    args: z.object({ peer: peerId.describe('Peer id') }),
    result: 'json',
  }),
  ...throttleCommands(limit),
} satisfies Record<string, CommandSpec>;

export const manifest = defineManifest({
  id: 'relay',
  title: 'Relay',
  summary:
    'Passes framed messages between peer-to-peer chat clients: echo, broadcast or rooms, and direct for a client that says hello',
  config: relayConfig,
  places: listenPlaces,
  metrics: relayMetrics,
  commands,
  verbs: verbSpecs,
  renamed: {
    commands: { peer: 'client', kick: 'kill', ban: 'add-ban', unban: 'remove-ban' },
    metrics: {
      signalbox_relay_throttled_total: 'signalbox_relay_receive_pauses_total',
      signalbox_relay_held_receive_bytes: 'signalbox_relay_receive_queue_bytes',
    },
    columns: { value: 'mask' },
  },
  tables: {
    connections: {
      title: 'Connections',
      access: 'operate',
      rowKey: 'peer',
      columns: connectionColumns,
      rowActions: peerActions,
    },
    rooms: {
      title: 'Rooms',
      access: 'read',
      rowKey: 'room',
      columns: roomColumns,
      rowActions: roomActions,
    },
    members: {
      title: 'Members',
      access: 'operate',
      of: 'rooms',
      rowKey: 'peer',
      columns: connectionColumns,
      rowActions: peerActions,
    },
    bans: {
      title: 'Bans',
      access: 'operate',
      rowKey: 'mask',
      columns: banTableColumns,
      rowActions: banActions,
      actions: [{ title: 'Ban', command: 'add-ban' }, ...fileActions(banFile)],
    },
  },
  charts: [
    { title: 'Connections', metrics: [connectionMetric, 'signalbox_relay_peers_greeted'] },
    { title: 'Rooms', metrics: [roomMetric, 'signalbox_relay_room_memberships'] },
    {
      title: 'Frames',
      metrics: ['signalbox_relay_frames_in_total', 'signalbox_relay_frames_out_total'],
    },
    { title: 'Bytes', metrics: ['signalbox_relay_bytes_in_total', 'signalbox_relay_bytes_out_total'] },
    {
      title: 'Why frames were written',
      metrics: FLUSH_REASONS.map((reason) => `signalbox_relay_flushes_${reason}_total`),
    },
    { title: 'Frame latency', metrics: ['signalbox_relay_frame_latency_seconds'] },
    {
      title: 'Sealed sessions',
      metrics: [
        'signalbox_relay_sealed_clients',
        'signalbox_relay_handshakes_total',
        'signalbox_relay_handshake_failures_total',
        'signalbox_relay_handshakes_refused_total',
      ],
    },
    { title: 'STUN', metrics: ['signalbox_relay_stun_requests_total', 'signalbox_relay_stun_limited_total'] },
    {
      title: 'Send queues',
      metrics: ['signalbox_relay_send_queue_bytes', 'signalbox_relay_send_queue_max_bytes'],
    },
    {
      title: 'Offenders',
      metrics: [
        'signalbox_relay_dropped_frames_total',
        'signalbox_relay_slow_reader_disconnects_total',
        'signalbox_relay_oversized_frames_total',
        'signalbox_relay_receive_pauses_total',
        ...refusalMetrics('relay'),
        'signalbox_relay_bad_records_total',
        'signalbox_relay_protocol_errors_total',
      ],
    },
  ],
  highlights: {
    connections: connectionMetric,
    messages: 'signalbox_relay_frames_in_total',
    latency: 'signalbox_relay_frame_latency_seconds',
    queue: 'signalbox_relay_send_queue_bytes',
  },
});

/** The commands, for the type of their handlers. */
export type RelayCommands = typeof commands;

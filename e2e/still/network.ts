/**
 * The daemons of the regression images: small ones that never change with those that ship, so that an image changes with the
 * window alone. Read by still-host.ts and scenes.ts.
 */
import { z } from 'zod';
import type { Catalog } from '../../contract/link/catalog.ts';
import {
  defineCommand,
  defineManifest,
  describeManifest,
  type Manifest,
  type ManifestDescription,
} from '../../contract/manifest.ts';
import { metricSpecs, processMetrics } from '../../contract/metric-specs.ts';

const irc = metricSpecs('ircd');
const relay = metricSpecs('relay');
const objects = metricSpecs('objects');
const recorder = metricSpecs('recorder');

const ircd = defineManifest({
  id: 'ircd',
  title: 'IRC server',
  summary: 'Takes IRC clients: RFC 1459/2812 with IRCv3.',
  config: z.object({}),
  metrics: [
    irc.gauge('connections', 'Clients connected'),
    irc.gauge('registered_users', 'Clients that completed registration'),
    irc.gauge('channels', 'Channels with at least one member'),
    irc.gauge('send_queue_bytes', 'Bytes waiting for clients', 'bytes'),
    irc.counter('messages_in', 'Lines received from clients'),
    irc.counter('deliveries', 'Lines appended to the queue of a client'),
    irc.counter('bytes_in', 'Bytes received from clients', 'bytes'),
    irc.counter('bytes_out', 'Bytes handed to sockets', 'bytes'),
    irc.counter('refused', 'Connections refused'),
    irc.histogram('command_latency', 'Time from the parsed line to the end of its handler'),
  ],
  commands: {
    clients: defineCommand({
      summary: 'List or find clients',
      danger: 'safe',
      access: 'operate',
      reads: true,
      result: 'table',
      args: z.object({
        text: z.string().optional().describe('Only those with this text in nick or address'),
      }),
    }),
    kill: defineCommand({
      summary: 'Disconnect a client',
      sentence: 'disconnect|disconnected {client}[ (“{reason}”)]',
      danger: 'disruptive',
      access: 'operate',
      result: 'json',
      effects: [irc.name('connections')],
      args: z.object({
        client: z.string().min(1).describe('Nick or id'),
        reason: z.string().default('Disconnected by an administrator').describe('What the client is told'),
      }),
    }),
    'add-ban': defineCommand({
      summary: 'Ban a mask from the server',
      sentence: 'ban|banned {mask} for {minutes} minutes',
      danger: 'disruptive',
      access: 'operate',
      result: 'json',
      args: z.object({ mask: z.string().min(1).describe('user@host'), minutes: z.number().int().min(0) }),
    }),
    'clear-channel': defineCommand({
      summary: 'Remove everybody from a channel',
      danger: 'irreversible',
      access: 'admin',
      result: 'json',
      args: z.object({ channel: z.string().min(2).describe('With its #') }),
    }),
  },
  tables: {
    connections: {
      title: 'Connections',
      access: 'operate',
      rowKey: 'id',
      columns: [
        { key: 'nick', title: 'Nick', type: 'text' },
        { key: 'user', title: 'User@host', type: 'text' },
        { key: 'class', title: 'Class', type: 'text' },
        { key: 'channels', title: 'Channels', type: 'number' },
        { key: 'connected', title: 'Connected', type: 'time' },
        { key: 'idle', title: 'Idle', type: 'seconds' },
        { key: 'sendq', title: 'SendQ', type: 'bytes' },
        { key: 'in', title: 'In', type: 'bytes', counter: true },
        { key: 'out', title: 'Out', type: 'bytes', counter: true, rank: 2 },
        { key: 'tls', title: 'TLS', type: 'boolean', rank: 2 },
        { key: 'id', title: 'Id', type: 'number', rank: 3 },
      ],
      rowActions: [
        { title: 'Details', command: 'clients', args: { text: 'nick' }, immediate: true },
        { title: 'Kill', command: 'kill', args: { client: 'id' }, noun: 'client' },
      ],
    },
  },
  charts: [
    { title: 'Clients', metrics: [irc.name('connections'), irc.name('registered_users')] },
    { title: 'Messages', metrics: [irc.name('messages_in_total'), irc.name('deliveries_total')] },
    { title: 'Command latency', metrics: [irc.name('command_latency_seconds')] },
    { title: 'Traffic', metrics: [irc.name('bytes_in_total'), irc.name('bytes_out_total')] },
    { title: 'Send queues', metrics: [irc.name('send_queue_bytes')] },
    { title: 'Channels', metrics: [irc.name('channels')] },
    { title: 'Refusals', metrics: [irc.name('refused_total')] },
  ],
  highlights: {
    connections: irc.name('connections'),
    messages: irc.name('messages_in_total'),
    latency: irc.name('command_latency_seconds'),
    queue: irc.name('send_queue_bytes'),
  },
});

/** A daemon that hands something on, with what the Overview shows of it. */
function passing(
  { name, gauge, counter, histogram }: ReturnType<typeof metricSpecs>,
  about: Pick<Manifest, 'id' | 'title' | 'summary'>,
): Manifest {
  return defineManifest({
    ...about,
    config: z.object({}),
    metrics: [
      gauge('connections', 'Connections now'),
      gauge('queue_bytes', 'Bytes waiting', 'bytes'),
      counter('handled', 'What was handed on'),
      histogram('latency', 'Time that it took'),
    ],
    commands: {},
    charts: [{ title: 'Connections', metrics: [name('connections')] }],
    highlights: {
      connections: name('connections'),
      messages: name('handled_total'),
      latency: name('latency_seconds'),
      queue: name('queue_bytes'),
    },
  });
}

export const MANIFESTS: readonly ManifestDescription[] = [
  ircd,
  passing(relay, {
    id: 'relay',
    title: 'Relay',
    summary: 'Passes framed messages between peer-to-peer chat clients.',
  }),
  passing(objects, { id: 'objects', title: 'Objects', summary: 'Hands out the objects of a folder.' }),
  defineManifest({
    id: 'recorder',
    title: 'Recorder',
    summary: 'Keeps history.',
    internal: true,
    role: 'recorder',
    config: z.object({}),
    metrics: [recorder.counter('written', 'Entries written')],
    commands: {},
    highlights: { messages: recorder.name('written_total') },
  }),
].map((manifest) => describeManifest(manifest as Manifest));

/** What each process measures, by its id. */
export const CATALOGS: Readonly<Record<string, Catalog>> = {
  main: { revision: 1, metrics: processMetrics('main') },
  ...Object.fromEntries(MANIFESTS.map(({ id, metrics }) => [id, { revision: 1, metrics }])),
};

/** What each metric is about, a second for counters; what is not here is zero. */
export const TYPICAL: Readonly<Record<string, number>> = {
  [irc.name('connections')]: 1_840,
  [irc.name('registered_users')]: 1_812,
  [irc.name('channels')]: 214,
  [irc.name('send_queue_bytes')]: 48_000,
  [irc.name('messages_in_total')]: 1_260,
  [irc.name('deliveries_total')]: 38_400,
  [irc.name('bytes_in_total')]: 96_000,
  [irc.name('bytes_out_total')]: 4_100_000,
  [irc.name('command_latency_seconds')]: 0.0004,
  [relay.name('connections')]: 320,
  [relay.name('queue_bytes')]: 12_000,
  [relay.name('handled_total')]: 640,
  [relay.name('latency_seconds')]: 0.0011,
  [objects.name('connections')]: 18,
  [objects.name('handled_total')]: 95,
  [objects.name('latency_seconds')]: 0.00006,
  [recorder.name('written_total')]: 42,
  ...Object.fromEntries(
    Object.keys(CATALOGS).flatMap((id, place) => {
      const { name } = metricSpecs(id);
      return [
        [name('cpu_ratio'), 0.31 / (place + 1)],
        [name('cpu_seconds_total'), 0.31 / (place + 1)],
        [name('resident_memory_bytes'), (90 + 22 * place) << 20],
        [name('heap_used_bytes'), (24 + 5 * place) << 20],
        [name('loop_delay_seconds'), 0.0031 / (place + 1)],
        [name('gc_pause_seconds'), 0.0009 / (place + 1)],
        [name('monitoring_cpu_ratio'), 0.002],
        [name('monitoring_bytes_total'), 5_200],
      ];
    }),
  ),
};

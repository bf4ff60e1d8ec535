/** What the object server measures, which commands it takes and how it is configured. Read by hosts, windows and the CLI. */
import { defineManifest } from '../../contract/manifest.ts';
import { fileActions } from '../runtime/list-files/list-commands.ts';
import { connectionsMetric, refusalMetrics } from '../runtime/net/acceptor-metrics.ts';
import { banFile, objectBanActions, objectBanColumns } from './admin/ban-commands.ts';
import { clientActions, commands, connectionColumns } from './admin/commands.ts';
import { objectsConfig } from './config.ts';
import { objectPlaces } from './listen-entries.ts';
import { CONTENT_MODES, objectsMetrics } from './metrics.ts';
import { verbSpecs } from './verb-specs.ts';

const connections = connectionsMetric('objects');
const metric = (suffix: string) => `signalbox_objects_${suffix}`;

export const manifest = defineManifest({
  id: 'objects',
  title: 'Objects',
  summary: 'Hands out the objects of a folder as descriptors, copies or streams',
  config: objectsConfig,
  places: objectPlaces,
  metrics: objectsMetrics,
  commands,
  deeds: { put: 'store|stored {uri}' },
  verbs: verbSpecs,
  tables: {
    connections: {
      title: 'Connections',
      access: 'operate',
      rowKey: 'client',
      columns: connectionColumns,
      rowActions: clientActions,
    },
    bans: {
      title: 'Bans',
      access: 'operate',
      rowKey: 'mask',
      columns: objectBanColumns,
      rowActions: objectBanActions,
      actions: [{ title: 'Ban', command: 'add-ban' }, ...fileActions(banFile)],
    },
  },
  comparisons: [
    {
      title: 'Modes',
      of: 'Mode',
      columns: ['Requests', 'Content', 'Latency (p50 · p99)', 'Waiting', 'Failed'],
      rows: CONTENT_MODES.map((mode) => ({
        title: mode.toUpperCase(),
        metrics: [
          metric(`requests_${mode}_total`),
          metric(`bytes_${mode}_total`),
          metric(`${mode}_latency_seconds`),
          metric(`queue_${mode}`),
          metric(`failed_${mode}_total`),
        ],
      })),
    },
  ],
  pages: {
    cache: {
      title: 'Cache',
      hint: 'The objects that are kept open, those that are asked for most on top.',
      command: 'cache',
      actions: [{ title: 'Close those that are not pinned', command: 'cache-clear' }],
    },
  },
  files: { title: 'Objects', noun: 'object', list: 'list', stat: 'stat', remove: 'delete', write: 'admin' },
  charts: [
    { title: 'Requests', metrics: CONTENT_MODES.map((mode) => metric(`requests_${mode}_total`)) },
    ...CONTENT_MODES.map((mode) => ({
      title: `${mode.toUpperCase()} latency`,
      metrics: [metric(`${mode}_latency_seconds`)],
    })),
    { title: 'Content', metrics: CONTENT_MODES.map((mode) => metric(`bytes_${mode}_total`)) },
    { title: 'Connections', metrics: [connections] },
    { title: 'Requests that wait', metrics: CONTENT_MODES.map((mode) => metric(`queue_${mode}`)) },
    { title: 'Stored', metrics: [metric('stored_bytes')] },
    { title: 'Queue wait', metrics: [metric('queue_wait_seconds')] },
    {
      title: 'Refusals',
      metrics: [
        metric('failed_requests_total'),
        metric('denied_requests_total'),
        metric('protocol_errors_total'),
        metric('slow_reader_disconnects_total'),
        ...refusalMetrics('objects'),
      ],
    },
  ],
  highlights: {
    connections,
    messages: metric('requests_total'),
    latency: metric('fdpass_latency_seconds'),
    queue: metric('send_queue_bytes'),
  },
});

export type { ObjectsCommands } from './admin/commands.ts';

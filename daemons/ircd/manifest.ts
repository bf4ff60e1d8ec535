/** The IRC server as Signalbox sees it: its metrics, admin commands, tables and configuration, declared once. */
import { accountActions, accountColumns } from '../../contract/account-commands.ts';
import { listenPlaces } from '../../contract/listen-setting.ts';
import { defineManifest, type MetricSpec } from '../../contract/manifest.ts';
import { metricSpecs } from '../../contract/metric-specs.ts';
import { acceptorMetrics, refusalMetrics } from '../runtime/net/acceptor-metrics.ts';
import { banActions } from '../runtime/net/client-columns.ts';
import {
  banTableColumns,
  channelColumns,
  connectionColumns,
  filterColumns,
  networkGraph,
  serverColumns,
} from './admin/columns.ts';
import { adminCommands, operatorDeeds, renamed } from './admin/commands.ts';
import { channelActions, clientActions, filterActions, linkActions } from './admin/row-actions.ts';
import { ircdConfigSchema } from './config.ts';
import { verbSpecs } from './verb-specs.ts';

const { name, gauge, counter, histogram } = metricSpecs('ircd');

const metrics: readonly MetricSpec[] = [
  ...acceptorMetrics('ircd'),
  gauge('registered_users', 'Clients that completed registration'),
  gauge('opers', 'Registered IRC operators'),
  gauge('channels', 'Channels with at least one member'),
  gauge(
    'send_queue_bytes',
    'Bytes waiting for clients that do not read as fast as they are sent to',
    'bytes',
  ),
  gauge('receive_queue_bytes', 'Bytes of unfinished and waiting lines of all clients', 'bytes'),
  gauge('send_queue_max_bytes', 'Longest send queue of a single client', 'bytes'),
  gauge('server_bans', 'K-lines, D-lines, reserved names and exceptions that are kept'),
  gauge('network_bans', 'G-lines and jupes that are remembered, lifted ones included'),
  gauge('spam_filters', 'Spam filters'),
  gauge('recent_texts', 'Texts that are kept for trying spam filters'),
  gauge('history_messages', 'Messages that are kept for those who ask for what was said before'),
  gauge('history_bytes', 'Memory that they take', 'bytes'),
  counter('registrations', 'Clients that completed registration'),
  counter('messages_in', 'Lines received from clients'),
  counter('deliveries', 'Lines appended to the queue of a client'),
  counter('writes', 'Writes to sockets; each carries many lines'),
  counter('ticks', 'Rounds of the event loop that had something to write'),
  counter('flushes_idle', 'Times that clients were written to because nothing more came for them'),
  counter('flushes_time', 'Times that they were because a line had waited as long as it may (batch_ms)'),
  counter('flushes_bytes', 'Times that they were because there was enough for a write'),
  counter('flushes_size', 'Times that they were because there were enough of them for a turn'),
  counter('bytes_in', 'Bytes received from clients', 'bytes'),
  counter('bytes_out', 'Bytes handed to sockets', 'bytes'),
  counter('refused_proxy', 'Connections refused for the header of a proxy, or for want of it'),
  counter('websocket_handshake_failures', 'WebSocket handshakes that failed'),
  counter('flood_kills', 'Clients dropped with "Excess Flood"'),
  counter('slow_reader_disconnects', 'Clients disconnected because they did not read ("SendQ exceeded")'),
  counter('memory_disconnects', 'Clients disconnected because all clients together held too much memory'),
  counter('oversized_lines', 'Lines discarded for their length'),
  counter('kline_matches', 'Clients refused or dropped because a K-line or D-line matched'),
  counter('spam_matches', 'Texts that met a spam filter'),
  counter('dnsbl_lookups', 'Questions that lists of bad addresses were asked'),
  counter('dnsbl_hits', 'Newcomers whose address was on such a list'),
  counter('dnsbl_failures', 'Questions to such lists that had no answer in time, or an error instead'),
  counter('dnsbl_skipped', 'Questions that were not asked, because too many waited for an answer'),
  counter('refused_listed', 'Newcomers refused because a list of bad addresses had theirs'),
  counter('refused_clones', 'Newcomers refused because the network had enough users from their address'),
  counter('oper_failures', 'OPER attempts that failed'),
  counter('logins', 'Clients that logged in to an account'),
  counter('login_failures', 'Logins to accounts that were refused'),
  counter('account_registrations', 'Accounts that clients registered'),
  gauge('links', 'Servers that are linked to this one'),
  counter('link_lines_in', 'Lines received from other servers'),
  counter('link_lines_out', 'Lines sent to other servers'),
  counter('netsplits', 'Servers that left the network with all behind them'),
  counter('handler_errors', 'Commands that failed by a defect of the server'),
  histogram('command_latency', 'Time from the parsed line to the end of its handler'),
];

export const manifest = defineManifest({
  id: 'ircd',
  title: 'IRC server',
  summary: 'Takes IRC clients: RFC 1459/2812 with IRCv3.',
  config: ircdConfigSchema,
  verbs: verbSpecs,
  helpers: ({ accounts }) => (accounts.authority === 'embedded' ? ['accounts'] : []),
  places: listenPlaces,
  metrics,
  commands: adminCommands,
  deeds: operatorDeeds,
  marks: { link_established: 'linked', link_ended: 'split', link_failed: 'unreachable' },
  renamed,
  tables: {
    connections: {
      title: 'Connections',
      access: 'operate',
      rowKey: 'id',
      columns: connectionColumns,
      logged: 'nick',
      rowActions: clientActions,
    },
    channels: {
      title: 'Channels',
      access: 'operate',
      rowKey: 'channel',
      columns: channelColumns,
      logged: 'channel',
      rowActions: channelActions,
    },
    bans: {
      title: 'Bans',
      access: 'operate',
      rowKey: 'mask',
      columns: banTableColumns,
      rowActions: banActions,
      actions: [
        { title: 'Ban', command: 'add-ban' },
        { title: 'Add an exception', command: 'add-ban', given: { kind: 'except' } },
        { title: 'Whom a mask names', command: 'clients' },
      ],
    },
    accounts: {
      title: 'Accounts',
      access: 'operate',
      rowKey: 'account',
      columns: accountColumns,
      rowActions: accountActions,
    },
    filters: {
      title: 'Spam filters',
      access: 'operate',
      rowKey: 'pattern',
      columns: filterColumns,
      rowActions: filterActions,
      actions: [
        { title: 'Add a filter', command: 'add-filter' },
        { title: 'Test a pattern', command: 'test-filter' },
      ],
    },
    network: {
      title: 'Network',
      access: 'read',
      rowKey: 'name',
      columns: serverColumns,
      logged: 'name',
      rowActions: linkActions,
      graph: networkGraph,
    },
  },
  charts: [
    { title: 'Clients', metrics: [name('connections'), name('registered_users')] },
    { title: 'Messages', metrics: [name('messages_in_total'), name('deliveries_total')] },
    { title: 'Command latency', metrics: [name('command_latency_seconds')] },
    { title: 'Traffic', metrics: [name('bytes_in_total'), name('bytes_out_total')] },
    { title: 'Send queues', metrics: [name('send_queue_bytes'), name('send_queue_max_bytes')] },
    { title: 'Arrivals', metrics: [name('accepted_total'), name('registrations_total')] },
    { title: 'Channels', metrics: [name('channels')] },
    { title: 'Links', metrics: [name('links'), name('netsplits_total')] },
    {
      title: 'Lines of links',
      metrics: [name('link_lines_in_total'), name('link_lines_out_total')],
    },
    { title: 'Writes', metrics: [name('writes_total'), name('ticks_total')] },
    {
      title: 'Why lines were written',
      metrics: ['idle', 'time', 'bytes', 'size'].map((reason) => name(`flushes_${reason}_total`)),
    },
    {
      title: 'Logins to accounts',
      metrics: [name('logins_total'), name('login_failures_total')],
    },
    {
      title: 'Refusals',
      metrics: [
        ...refusalMetrics('ircd'),
        name('flood_kills_total'),
        name('refused_listed_total'),
        name('refused_clones_total'),
      ],
    },
  ],
  highlights: {
    connections: name('connections'),
    messages: name('messages_in_total'),
    latency: name('command_latency_seconds'),
    queue: name('send_queue_bytes'),
  },
});

/** Copies the counters of network path and protocol into the metric registry just before each sample. */
import { instrumentCache } from '../runtime/async/async-cache.ts';
import { FLUSH_REASONS } from '../runtime/async/flush-hold.ts';
import { instrumentPool } from '../runtime/async/pool-instrument.ts';
import { instrumentAccepting } from '../runtime/net/acceptor-instruments.ts';
import { publishAcceptor } from '../runtime/net/acceptor-metrics.ts';
import { CertificateWatch } from '../runtime/net/certificate-watch.ts';
import { instrumentCounts } from '../runtime/telemetry/counted-instrument.ts';
import type { MetricRegistry } from '../runtime/telemetry/metric-registry.ts';
import { countsOf, instrumentQueue } from '../runtime/telemetry/queue-instrument.ts';
import type { IrcServer } from './irc-server.ts';
import type { Dnsbl } from './net/dnsbl.ts';
import { instrumentFront, type ThreadFigures } from './net/front/front-figures.ts';
import type { Lookup } from './net/lookup.ts';
import type { NetServer } from './net/net-server.ts';
import type { NetStats } from './net/stats.ts';
import type { LocalClient } from './state/local-client.ts';

type NetStatName = Parameters<NetStats['get']>[0];

/** Counters of the network path under the names of the manifest. */
const NET_COUNTERS: Readonly<Record<string, NetStatName>> = {
  deliveries: 'deliveries',
  writes: 'writes',
  ticks: 'ticks',
  flushes_idle: 'idleFlushes',
  flushes_time: 'timeFlushes',
  flushes_bytes: 'bytesFlushes',
  flushes_size: 'sizeFlushes',
  bytes_in: 'bytesIn',
  bytes_out: 'bytesOut',
  flood_kills: 'floodKills',
  slow_reader_disconnects: 'sendQueueKills',
  memory_disconnects: 'memoryKills',
  oversized_lines: 'oversizedLines',
};

/** Registers what waits between the sockets and the protocol. */
function instrumentNet(registry: MetricRegistry, net: NetServer<LocalClient>): void {
  instrumentQueue(registry, 'read rounds', () => countsOf(net.readRounds.tally));
  instrumentQueue(registry, 'work of clients', () => net.work.stats());
  instrumentQueue(registry, 'flood control', () => ({
    ...net.floodQueue.counts,
    dropped: net.stats.get('floodKills'),
  }));
  instrumentQueue(registry, 'writes', () => net.writer.counts);
  instrumentCounts(registry, 'queue', 'send queue bytes', () => net.heldToSend);
  instrumentCounts(registry, 'queue', 'receive queue bytes', () => net.heldOfInput);
  instrumentCounts(registry, 'slab', 'lines of a tick', () => net.arena);
  instrumentFront(registry, () => net.threadFigures);
}

const sumOf = (threads: readonly ThreadFigures[], figure: 'bytesTo' | 'bytesFrom'): number =>
  threads.reduce((sum, one) => sum + one[figure], 0);

/** Registers the sampling; nothing on the hot path writes a metric itself but the latency histogram. */
export function publishMetrics(
  registry: MetricRegistry,
  server: IrcServer,
  net: NetServer<LocalClient>,
  lookup: Lookup,
  dnsbl: Dnsbl,
): void {
  const counter = (suffix: string) => registry.counter(`signalbox_ircd_${suffix}_total`);
  const gauge = (suffix: string) => registry.gauge(`signalbox_ircd_${suffix}`);
  const netCounters = Object.entries(NET_COUNTERS).map(([suffix, stat]) => ({
    handle: counter(suffix),
    stat,
  }));
  const messagesIn = counter('messages_in');
  const threadsTo = gauge('thread_bytes_to');
  const threadsFrom = gauge('thread_bytes_from');
  const threadWaits = counter('thread_waits');
  const threadsLost = counter('threads_lost');
  const registrations = counter('registrations');
  const klineMatches = counter('kline_matches');
  const spamMatches = counter('spam_matches');
  const listLookups = counter('dnsbl_lookups');
  const listHits = counter('dnsbl_hits');
  const listFailures = counter('dnsbl_failures');
  const listSkipped = counter('dnsbl_skipped');
  const refusedListed = counter('refused_listed');
  const refusedClones = counter('refused_clones');
  const operFailures = counter('oper_failures');
  const handlerErrors = counter('handler_errors');
  const proxyRefusals = counter('refused_proxy');
  const webSocketFailures = counter('websocket_handshake_failures');
  const logins = counter('logins');
  const loginFailures = counter('login_failures');
  const accountRegistrations = counter('account_registrations');
  const links = gauge('links');
  const linkLinesIn = counter('link_lines_in');
  const linkLinesOut = counter('link_lines_out');
  const linkFlushes = FLUSH_REASONS.map((reason) => ({ reason, handle: counter(`link_flushes_${reason}`) }));
  const netsplits = counter('netsplits');
  const users = gauge('registered_users');
  const opers = gauge('opers');
  const channels = gauge('channels');
  const sendQueue = gauge('send_queue_bytes');
  const receiveQueue = gauge('receive_queue_bytes');
  const sendQueueMax = gauge('send_queue_max_bytes');
  const serverBans = gauge('server_bans');
  const networkBans = gauge('network_bans');
  const spamFilters = gauge('spam_filters');
  const recentTexts = gauge('recent_texts');
  const historyMessages = gauge('history_messages');
  const historyBytes = gauge('history_bytes');
  const historyUnwritten = counter('history_unwritten');

  instrumentCache(registry, lookup.names);
  instrumentCache(registry, dnsbl.answers);
  instrumentPool(registry, server.passwords.pool);
  instrumentQueue(registry, 'registrations', () => server.registrationTurns.stats());
  const certificates = new CertificateWatch('ircd.tls', (event, text) =>
    server.host.log('warn', event, text),
  );
  publishAcceptor(registry, net.admission, () => net.stats.get('connections'), certificates);
  instrumentAccepting(registry, net.admission);
  instrumentCounts(registry, 'correlation', 'ident', () => lookup.idents);
  instrumentNet(registry, net);
  registry.onSample(() => {
    for (const { handle, stat } of netCounters) handle.setTotal(net.stats.get(stat));
    messagesIn.setTotal(net.stats.get('linesIn') + net.stats.get('oversizedLines'));
    registrations.setTotal(server.counters.registrations);
    klineMatches.setTotal(server.counters.serverBanMatches);
    spamMatches.setTotal(server.counters.spamMatches);
    listLookups.setTotal(dnsbl.counts.lookups);
    listHits.setTotal(dnsbl.counts.hits);
    listFailures.setTotal(dnsbl.counts.failures);
    listSkipped.setTotal(dnsbl.counts.skipped);
    refusedListed.setTotal(server.counters.refusedListed);
    refusedClones.setTotal(server.counters.refusedClones);
    operFailures.setTotal(server.counters.operFailures);
    handlerErrors.setTotal(server.counters.handlerErrors);
    proxyRefusals.setTotal(net.failures.proxy);
    webSocketFailures.setTotal(net.failures.webSocket);
    logins.setTotal(server.accounts.counts.logins);
    loginFailures.setTotal(server.accounts.counts.failures);
    accountRegistrations.setTotal(server.accounts.counts.registrations);
    links.set(server.linkControl?.standing ?? 0);
    linkLinesIn.setTotal(server.counters.linkLinesIn);
    linkLinesOut.setTotal(server.counters.linkLinesOut);
    for (const { reason, handle } of linkFlushes) handle.setTotal(server.counters.linkFlushes[reason]);
    netsplits.setTotal(server.counters.netsplits);
    users.set(server.state.localUserCount);
    opers.set(server.state.opers.size);
    channels.set(server.state.channels.size);
    const queues = net.sampleSendQueues();
    sendQueue.set(queues.totalBytes);
    sendQueueMax.set(queues.maxBytes);
    receiveQueue.set(net.stats.get('inputHeld'));
    const { threads, waits, lost } = net.threadFigures;
    threadsTo.set(sumOf(threads, 'bytesTo'));
    threadsFrom.set(sumOf(threads, 'bytesFrom'));
    threadWaits.setTotal(waits);
    threadsLost.setTotal(lost);
    serverBans.set(server.bans.size);
    networkBans.set(server.networkBans.size);
    spamFilters.set(server.spamFilters.size);
    server.recentTexts.expire();
    recentTexts.set(server.recentTexts.size);
    // What is kept for too long goes also while nothing is said.
    server.history?.expire();
    historyMessages.set(server.history?.totals.messages ?? 0);
    historyBytes.set(server.history?.totals.bytes ?? 0);
    if (server.history?.disk != null) historyUnwritten.setTotal(server.history.disk.lost);
  });
}

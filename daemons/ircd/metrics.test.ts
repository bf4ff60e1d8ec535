import { afterEach, beforeEach, expect, it } from 'vitest';
import { MetricRegistry } from '../runtime/telemetry/metric-registry.ts';
import { shownInstruments } from '../runtime/telemetry/test-fixtures/shown-instruments.ts';
import type { MessageHistory } from './history/message-history.ts';
import type { LinkControl } from './link-control.ts';
import { manifest } from './manifest.ts';
import { MemoryServer } from './memory-server.ts';
import { publishMetrics } from './metrics.ts';
import type { Dnsbl } from './net/dnsbl.ts';
import type { Lookup } from './net/lookup.ts';
import type { NetServer } from './net/net-server.ts';
import { NetStats } from './net/stats.ts';
import type { LocalClient } from './state/local-client.ts';

let irc: MemoryServer;
beforeEach(() => {
  irc = new MemoryServer();
});
afterEach(() => irc.close());

it('shows each figure under its own name', () => {
  const netStats = new NetStats();
  // In the order of `netStat`: no two alike.
  netStats.counts.set([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18]);
  const counts = {
    accepted: 101,
    acceptFailures: 102,
    refusedThrottled: 103,
    refusedAddress: 104,
    refusedFull: 105,
    refusedBanned: 106,
    tlsHandshakeFailures: 107,
  };
  const net = {
    stats: netStats,
    failures: { webSocket: 404, proxy: 405 },
    admission: {
      counts,
      certificateEnd: 0,
      throttle: { absent: { remembered: 0, most: 1 } },
      places: { depth: 501 },
      refusedClients: { depth: 502 },
    },
    readRounds: { tally: { depth: 503, highWater: 503, submitted: 504 } },
    work: { stats: () => ({ depth: 505, highWater: 506, submitted: 507 }) },
    floodQueue: { counts: { depth: 508, highWater: 509, submitted: 600 } },
    writer: { counts: { depth: 510, highWater: 511, submitted: 512 } },
    heldToSend: { depth: 513 },
    heldOfInput: { depth: 514 },
    arena: { active: 515 },
    threadFigures: {
      threads: [
        {
          to: { depth: 701, highWater: 702, capacity: 64, submitted: 703 },
          from: { depth: 704, highWater: 705, capacity: 64, submitted: 706 },
          unheard: { depth: 707, highWater: 708, submitted: 709 },
          connections: { active: 710, opened: 711 },
          bytesTo: 800,
          bytesFrom: 900,
        },
        {
          to: { depth: 0, highWater: 0, capacity: 64, submitted: 0 },
          from: { depth: 0, highWater: 0, capacity: 64, submitted: 0 },
          unheard: { depth: 0, highWater: 0, submitted: 0 },
          connections: { active: 712, opened: 713 },
          bytesTo: 12,
          bytesFrom: 13,
        },
      ],
      waits: 714,
      lost: 715,
    },
    sampleSendQueues: () => ({ totalBytes: 201, maxBytes: 202 }),
  } as unknown as NetServer<LocalClient>;
  const stats = {
    depth: 303,
    capacity: 304,
    hits: 301,
    misses: 302,
    failed: 305,
    evicted: 306,
    expired: 307,
  };
  const lookup = { names: { name: 'dns', stats: () => stats }, idents: { depth: 516 } } as unknown as Lookup;
  const registry = new MetricRegistry('ircd', manifest.metrics);
  const dnsbl = {
    answers: { name: 'dnsbl', stats: () => ({ ...stats, depth: 616 }) },
    counts: { lookups: 610, hits: 611, failures: 612, skipped: 613 },
  } as unknown as Dnsbl;
  publishMetrics(registry, irc.server, net, lookup, dnsbl);
  for (const nick of ['a', 'b', 'c']) irc.join(nick);
  irc.connect();
  const oper = irc.join('oper');
  irc.promote(oper, []);
  oper.send('JOIN #x,#y');
  const ban = { kind: 'kline', reason: 'r', by: 'x', setMs: 0, expiresMs: null } as const;
  for (const mask of ['a@1', 'b@2', 'c@3', 'd@4', 'e@5']) irc.server.bans.add({ ...ban, mask });
  Object.assign(irc.server.accounts.counts, { logins: 405, failures: 406, registrations: 407 });
  Object.assign(irc.server.counters, { serverBanMatches: 401, operFailures: 402, handlerErrors: 403 });
  Object.assign(irc.server.counters.linkFlushes, { idle: 621, time: 622, bytes: 623, size: 624 });
  Object.assign(irc.server.counters, { linkLinesIn: 601, linkLinesOut: 602, netsplits: 603 });
  Object.assign(irc.server, { spamFilters: { size: 607 }, recentTexts: { size: 608, expire: () => {} } });
  Object.assign(irc.server.counters, { spamMatches: 609, refusedListed: 614, refusedClones: 615 });
  irc.server.linkControl = { standing: 604 } as LinkControl;
  let expired = 0;
  const totals = { messages: 605, bytes: 606 };
  irc.server.history = {
    totals,
    disk: { lost: 609 },
    expire: () => void expired++,
  } as unknown as MessageHistory;
  registry.sample();
  // What is kept for too long goes also while nobody says anything.
  expect(expired).toBe(1);
  const value = (name: string) => registry.values[registry.layout.slot(`signalbox_ircd_${name}`)];
  const shown = Object.fromEntries(
    manifest.metrics
      .filter(({ kind }) => kind !== 'histogram')
      .map(({ name }) => name.replace('signalbox_ircd_', ''))
      .map((name) => [name, value(name)]),
  );
  expect(shown).toEqual({
    connections: 1,
    certificate_remaining_seconds: 0,
    accepted_total: 101,
    accept_failures_total: 102,
    refused_throttled_total: 103,
    refused_address_total: 104,
    refused_full_total: 105,
    refused_banned_total: 106,
    tls_handshake_failures_total: 107,
    registered_users: 4,
    opers: 1,
    channels: 2,
    send_queue_bytes: 201,
    receive_queue_bytes: 13,
    send_queue_max_bytes: 202,
    network_bans: 0,
    spam_filters: 607,
    recent_texts: 608,
    history_messages: 605,
    history_bytes: 606,
    history_unwritten_total: 609,
    server_bans: 5,
    registrations_total: 4,
    // Lines that were too long are lines, too.
    messages_in_total: 5 + 4,
    deliveries_total: 8,
    writes_total: 9,
    ticks_total: 10,
    flushes_idle_total: 15,
    flushes_time_total: 16,
    flushes_bytes_total: 17,
    flushes_size_total: 18,
    bytes_in_total: 6,
    bytes_out_total: 7,
    thread_bytes_to: 812,
    thread_bytes_from: 913,
    thread_waits_total: 714,
    threads_lost_total: 715,
    refused_proxy_total: 405,
    websocket_handshake_failures_total: 404,
    flood_kills_total: 2,
    slow_reader_disconnects_total: 3,
    memory_disconnects_total: 14,
    oversized_lines_total: 4,
    kline_matches_total: 401,
    spam_matches_total: 609,
    dnsbl_lookups_total: 610,
    dnsbl_hits_total: 611,
    dnsbl_failures_total: 612,
    dnsbl_skipped_total: 613,
    refused_listed_total: 614,
    refused_clones_total: 615,
    oper_failures_total: 402,
    logins_total: 405,
    login_failures_total: 406,
    account_registrations_total: 407,
    handler_errors_total: 403,
    link_lines_in_total: 601,
    link_lines_out_total: 602,
    link_flushes_idle_total: 621,
    link_flushes_time_total: 622,
    link_flushes_bytes_total: 623,
    link_flushes_size_total: 624,
    netsplits_total: 603,
    links: 604,
  });
  const {
    'queue tls handshakes': _handshakes,
    'pool passwords': _passwords,
    ...others
  } = shownInstruments(registry);
  expect(others).toEqual({
    'cache dnsbl': expect.objectContaining({ depth: 616 }),
    'cache dns': expect.objectContaining({ depth: 303, hits: 301, failed: 305 }),
    'connections socket thread 1': { active: 710, opened: 711 },
    'connections socket thread 2': { active: 712, opened: 713 },
    'correlation ident': { depth: 516 },
    'limiter client connections': { depth: 501 },
    'limiter connects': { depth: 0, capacity: 1, completed: 101 - 103, rejected: 103 },
    'limiter refused clients': { depth: 502 },
    'queue from socket thread 1': {
      depth: 704,
      highWater: 705,
      capacity: 64,
      submitted: 706,
      completed: 2,
    },
    'queue from socket thread 2': expect.objectContaining({ depth: 0, capacity: 64 }),
    'queue to socket thread 1': { depth: 701, highWater: 702, capacity: 64, submitted: 703, completed: 2 },
    'queue to socket thread 2': expect.objectContaining({ depth: 0, capacity: 64 }),
    'queue unheard at socket thread 1': { depth: 707, highWater: 708, submitted: 709, completed: 2 },
    'queue unheard at socket thread 2': expect.objectContaining({ depth: 0 }),
    'queue flood control': { depth: 508, highWater: 509, submitted: 600, completed: 90, dropped: 2 },
    'queue read rounds': { depth: 503, highWater: 503, submitted: 504, completed: 1 },
    'queue receive queue bytes': { depth: 514 },
    'queue registrations': { depth: 0, highWater: 0, submitted: 4, completed: 4 },
    'queue send queue bytes': { depth: 513 },
    'queue work of clients': { depth: 505, highWater: 506, submitted: 507, completed: 2 },
    'queue writes': { depth: 510, highWater: 511, submitted: 512, completed: 2 },
    'slab lines of a tick': { active: 515 },
  });
});

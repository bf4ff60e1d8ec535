/** The network path in words, for STATS T, C, B and t. Called by daemon.ts. */
import type { Lookup } from './net/lookup.ts';
import type { NetServer } from './net/net-server.ts';
import type { StatsSection } from './server-host.ts';
import type { LocalClient } from './state/local-client.ts';

/** Addresses shown by STATS T. */
const MAX_THROTTLE_LINES = 50;

/** Lines for one STATS letter. */
export function networkReport(
  section: StatsSection,
  net: NetServer<LocalClient>,
  lookup: Lookup,
): readonly string[] {
  if (section === 'throttle') return throttleReport(net);
  if (section === 'caches') return cacheReport(lookup);
  return batchingReport(net);
}

/** Totals since start. */
export function trafficReport({ stats, admission }: NetServer<LocalClient>): readonly string[] {
  return [
    `accepted ${admission.counts.accepted} connections, open ${stats.get('connections')}`,
    `received ${stats.get('linesIn')} lines, ${stats.get('bytesIn')} bytes`,
    `sent ${stats.get('deliveries')} lines, ${stats.get('bytesOut')} bytes`,
    `dropped ${stats.get('floodKills')} for flooding, ${stats.get('sendQueueKills')} for their send queue`,
  ];
}

function throttleReport(net: NetServer<LocalClient>): readonly string[] {
  const { throttle, counts } = net.admission;
  const entries = throttle.entries();
  const lines = entries
    .slice(0, MAX_THROTTLE_LINES)
    .map(({ network, recoversInMs }) => `${network} recovers in ${Math.ceil(recoversInMs / 1000)} s`);
  return [`${entries.length} addresses remembered, ${counts.refusedThrottled} refused`, ...lines];
}

function cacheReport(lookup: Lookup): readonly string[] {
  const { dnsTimeouts, dnsFailures } = lookup.stats;
  const { depth, hits, misses } = lookup.names.stats();
  const asked = hits + misses;
  const rate = asked === 0 ? 0 : Math.round((hits / asked) * 100);
  return [
    `dns ${depth} entries, ${hits} hits, ${misses} misses, ${rate} % hit rate`,
    `dns ${dnsFailures} without a name, ${dnsTimeouts} of them timeouts`,
  ];
}

function batchingReport({ stats }: NetServer<LocalClient>): readonly string[] {
  const writes = stats.get('writes');
  const deliveries = stats.get('deliveries');
  const each = deliveries === 0 ? 0 : writes / deliveries;
  return [
    `${deliveries} lines in ${writes} writes over ${stats.get('ticks')} ticks`,
    `${each.toFixed(4)} writes a line, ${stats.get('bytesDeferred')} bytes deferred`,
  ];
}

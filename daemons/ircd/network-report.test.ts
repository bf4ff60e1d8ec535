import { expect, it } from 'vitest';
import type { Lookup } from './net/lookup.ts';
import type { NetServer } from './net/net-server.ts';
import { NetStats } from './net/stats.ts';
import { networkReport, trafficReport } from './network-report.ts';
import type { LocalClient } from './state/local-client.ts';

const stats = new NetStats();
const remembered = Array.from({ length: 51 }, (_, i) => ({
  network: `192.0.2.${i}`,
  open: 1,
  recoversInMs: 1000 * i + 1,
}));
const net = {
  stats,
  admission: {
    counts: { accepted: 7, refusedThrottled: 3 },
    throttle: { entries: () => remembered },
  },
} as unknown as NetServer<LocalClient>;

function lookup(hits: number, misses: number): Lookup {
  return {
    stats: { dnsTimeouts: 1, dnsFailures: 2 },
    names: { stats: () => ({ depth: 4, hits, misses }) },
  } as unknown as Lookup;
}

it('tells with STATS T which addresses have to wait, and for how many seconds, at most fifty', () => {
  const lines = networkReport('throttle', net, lookup(0, 0));
  expect(lines.slice(0, 3)).toEqual([
    '51 addresses remembered, 3 refused',
    '192.0.2.0 recovers in 1 s',
    '192.0.2.1 recovers in 2 s',
  ]);
  expect(lines).toHaveLength(51);
});

it('tells with STATS C how well names are remembered', () => {
  expect(networkReport('caches', net, lookup(1, 2))).toEqual([
    'dns 4 entries, 1 hits, 2 misses, 33 % hit rate',
    'dns 2 without a name, 1 of them timeouts',
  ]);
  expect(networkReport('caches', net, lookup(0, 0))[0]).toBe('dns 4 entries, 0 hits, 0 misses, 0 % hit rate');
  expect(networkReport('caches', net, lookup(5, 0))[0]).toBe(
    'dns 4 entries, 5 hits, 0 misses, 100 % hit rate',
  );
});

it('tells with STATS B how many lines share a write, and with STATS t what came and went', () => {
  expect(networkReport('batching', net, lookup(0, 0))).toEqual([
    '0 lines in 0 writes over 0 ticks',
    '0.0000 writes a line, 0 bytes deferred',
  ]);
  // In the order of `netStat`.
  stats.counts.set([1, 2, 3, 4, 5, 6, 7, 800, 20, 10, 11, 12, 13, 14]);
  expect(networkReport('batching', net, lookup(0, 0))).toEqual([
    '800 lines in 20 writes over 10 ticks',
    '0.0250 writes a line, 11 bytes deferred',
  ]);
  expect(trafficReport(net)).toEqual([
    'accepted 7 connections, open 1',
    'received 5 lines, 6 bytes',
    'sent 800 lines, 7 bytes',
    'dropped 2 for flooding, 3 for their send queue',
  ]);
});

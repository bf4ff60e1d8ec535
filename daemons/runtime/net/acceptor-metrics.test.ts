import { afterEach, expect, test, vi } from 'vitest';
import { MetricRegistry } from '../telemetry/metric-registry.ts';
import { acceptorMetrics, connectionsMetric, publishAcceptor, refusalMetrics } from './acceptor-metrics.ts';
import { AcceptCounts } from './admission.ts';
import { CertificateWatch } from './certificate-watch.ts';

const silent = new CertificateWatch('echo.tls', () => {});

afterEach(() => {
  vi.useRealTimers();
});

test.each([
  ['six days and a bit', 6 * 86_400 + 10, 6 * 86_400 + 3_600],
  ['a minute', 60, 3_600],
  ['no time any more', -60, -3_600],
  ['no time for a day', -86_400, -86_400],
])('says to the hour that the certificate is valid for %s', (_, seconds, shown) => {
  vi.useFakeTimers({ now: 1_800_000_000_000 });
  const registry = new MetricRegistry('echo', acceptorMetrics('echo'));
  const admission = { counts: new AcceptCounts(), certificateEnd: 0 };
  publishAcceptor(registry, admission, () => 0, silent);
  const remaining = registry.gauge('signalbox_echo_certificate_remaining_seconds');
  registry.sample();
  expect(remaining.value).toBe(0);
  admission.certificateEnd = 1_800_000_000 + seconds;
  registry.sample();
  expect(remaining.value).toBe(shown);
});

test('shows how many connections are open and what was refused, as they are at each sample', () => {
  const registry = new MetricRegistry('echo', acceptorMetrics('echo'));
  const counts = new AcceptCounts();
  let open = 2;
  publishAcceptor(registry, { counts, certificateEnd: 0 }, () => open, silent);
  const connections = registry.gauge(connectionsMetric('echo'));
  const banned = registry.counter('signalbox_echo_refused_banned_total');
  registry.sample();
  expect([connections.value, banned.value]).toEqual([2, 0]);
  open = 1;
  counts.refusedBanned = 3;
  registry.sample();
  expect([connections.value, banned.value]).toEqual([1, 3]);
  expect(connectionsMetric('echo')).toBe('signalbox_echo_connections');
});

test('has the same names in every daemon, each for its own count, which begins with nothing', () => {
  const registry = new MetricRegistry('echo', acceptorMetrics('echo'));
  const counts = new AcceptCounts();
  expect(Object.values(counts).every((count) => count === 0)).toBe(true);
  publishAcceptor(registry, { counts, certificateEnd: 0 }, () => 0, silent);
  const names: [keyof AcceptCounts, string][] = [
    ['accepted', 'accepted'],
    ['acceptFailures', 'accept_failures'],
    ['refusedThrottled', 'refused_throttled'],
    ['refusedAddress', 'refused_address'],
    ['refusedFull', 'refused_full'],
    ['refusedBanned', 'refused_banned'],
    ['tlsHandshakeFailures', 'tls_handshake_failures'],
  ];
  names.forEach(([count], at) => {
    counts[count] = at + 1;
  });
  registry.sample();
  expect(acceptorMetrics('echo').map(({ name, kind, unit }) => [name, kind, unit])).toEqual([
    ['signalbox_echo_connections', 'gauge', 'count'],
    ['signalbox_echo_certificate_remaining_seconds', 'gauge', 'seconds'],
    ...names.map(([, name]) => [`signalbox_echo_${name}_total`, 'counter', 'count']),
  ]);
  expect(names.map(([, name]) => registry.counter(`signalbox_echo_${name}_total`).value)).toEqual([
    1, 2, 3, 4, 5, 6, 7,
  ]);
  expect(refusalMetrics('echo')).toEqual(
    ['throttled', 'address', 'full', 'banned'].map((why) => `signalbox_echo_refused_${why}_total`),
  );
});

test('has somebody speak of a certificate that ends', () => {
  vi.useFakeTimers({ now: 1_800_000_000_000 });
  const registry = new MetricRegistry('echo', acceptorMetrics('echo'));
  const told: string[] = [];
  const watch = new CertificateWatch('echo.tls', (event) => told.push(event));
  publishAcceptor(registry, { counts: new AcceptCounts(), certificateEnd: 1_800_000_060 }, () => 0, watch);
  registry.sample();
  registry.sample();
  expect(told).toEqual(['certificate_ends']);
});

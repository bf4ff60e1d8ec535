import { expect, test } from 'vitest';
import { MetricRegistry } from '../telemetry/metric-registry.ts';
import { acceptorMetrics, connectionsMetric, publishAcceptor } from './acceptor-metrics.ts';
import { AcceptCounts } from './admission.ts';

test('shows how many connections are open and what was refused, as they are at each sample', () => {
  const registry = new MetricRegistry('echo', acceptorMetrics('echo'));
  const counts = new AcceptCounts();
  let open = 2;
  publishAcceptor(registry, counts, () => open);
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

import { expect, test } from 'vitest';
import { layoutOf } from '../../contract/metric-frame.ts';
import type { DaemonSnapshot } from '../../contract/states.ts';
import { renderPrometheus } from './prometheus.ts';

const layout = layoutOf([
  { name: 'signalbox_x_connections', kind: 'gauge', unit: 'count', help: 'Now' },
  { name: 'signalbox_x_latency_seconds', kind: 'histogram', unit: 'seconds', help: 'With a \\ and a\nline' },
  { name: 'signalbox_x_in_total', kind: 'counter', unit: 'count', help: 'So far' },
]);

test('every metric has help, a type and its values; histograms are summaries with a maximum beside', () => {
  const values = Float64Array.of(42, 1000, 3.5, 0.001, 0.002, 0.003, 0.004, 0.005, 7);
  const up = { id: 'x', state: 'running', restarts: 2 } as DaemonSnapshot;
  expect(
    renderPrometheus([{ layout, values }], [up]),
  ).toBe(`# HELP signalbox_daemon_up Whether the daemon is running
# TYPE signalbox_daemon_up gauge
signalbox_daemon_up{daemon="x"} 1
# HELP signalbox_daemon_restarts_total Restarts after a crash since Signalbox started
# TYPE signalbox_daemon_restarts_total counter
signalbox_daemon_restarts_total{daemon="x"} 2
# HELP signalbox_x_connections Now
# TYPE signalbox_x_connections gauge
signalbox_x_connections 42
# HELP signalbox_x_latency_seconds With a \\\\ and a\\nline
# TYPE signalbox_x_latency_seconds summary
signalbox_x_latency_seconds{quantile="0.5"} 0.001
signalbox_x_latency_seconds{quantile="0.95"} 0.002
signalbox_x_latency_seconds{quantile="0.99"} 0.003
signalbox_x_latency_seconds{quantile="0.999"} 0.004
signalbox_x_latency_seconds_sum 3.5
signalbox_x_latency_seconds_count 1000
# HELP signalbox_x_latency_seconds_max With a \\\\ and a\\nline (largest of the last ten seconds)
# TYPE signalbox_x_latency_seconds_max gauge
signalbox_x_latency_seconds_max 0.005
# HELP signalbox_x_in_total So far
# TYPE signalbox_x_in_total counter
signalbox_x_in_total 7
`);
});

test('values that JSON has no words for have some here', () => {
  const values = new Float64Array(layout.size);
  values[0] = Number.POSITIVE_INFINITY;
  values[8] = Number.NaN;
  const text = renderPrometheus([{ layout, values }], []);
  expect(text).toContain('signalbox_x_connections +Inf');
  expect(text).toContain('signalbox_x_in_total NaN');
});

test('series of one name stand together under one head, with labels escaped', () => {
  const labelled = layoutOf(
    ['a', 'b"\\\n'].flatMap((cache) => [
      { name: 'x_hits_total', kind: 'counter', unit: 'count', help: 'Hits', labels: { cache } } as const,
      {
        name: 'x_wait_seconds',
        kind: 'histogram',
        unit: 'seconds',
        help: 'Wait',
        labels: { cache },
      } as const,
    ]),
  );
  const values = Float64Array.of(1, 10, 1, 0.1, 0.2, 0.3, 0.4, 0.5, 2, 20, 2, 1.1, 1.2, 1.3, 1.4, 1.5);
  const text = renderPrometheus([{ layout: labelled, values }], []);
  expect(text.slice(text.indexOf('# HELP x_hits_total'))).toBe(`# HELP x_hits_total Hits
# TYPE x_hits_total counter
x_hits_total{cache="a"} 1
x_hits_total{cache="b\\"\\\\\\n"} 2
# HELP x_wait_seconds Wait
# TYPE x_wait_seconds summary
x_wait_seconds{cache="a",quantile="0.5"} 0.1
x_wait_seconds{cache="a",quantile="0.95"} 0.2
x_wait_seconds{cache="a",quantile="0.99"} 0.3
x_wait_seconds{cache="a",quantile="0.999"} 0.4
x_wait_seconds_sum{cache="a"} 1
x_wait_seconds_count{cache="a"} 10
x_wait_seconds{cache="b\\"\\\\\\n",quantile="0.5"} 1.1
x_wait_seconds{cache="b\\"\\\\\\n",quantile="0.95"} 1.2
x_wait_seconds{cache="b\\"\\\\\\n",quantile="0.99"} 1.3
x_wait_seconds{cache="b\\"\\\\\\n",quantile="0.999"} 1.4
x_wait_seconds_sum{cache="b\\"\\\\\\n"} 2
x_wait_seconds_count{cache="b\\"\\\\\\n"} 20
# HELP x_wait_seconds_max Wait (largest of the last ten seconds)
# TYPE x_wait_seconds_max gauge
x_wait_seconds_max{cache="a"} 0.5
x_wait_seconds_max{cache="b\\"\\\\\\n"} 1.5
`);
});

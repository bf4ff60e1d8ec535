import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, it, onTestFinished } from 'vitest';
import type { SignalboxError } from '../../../contract/errors.ts';
import { MetricRegistry } from '../telemetry/metric-registry.ts';
import { until } from '../test-fixtures/until.ts';
import { instrumentConnections } from './connection-instrument.ts';
import { ConnectionPool } from './connection-pool.ts';

const codeOf = (call: Promise<unknown>) =>
  call.then(
    () => 'ok',
    (error: SignalboxError) => error.code,
  );

it('shows the figures of connections until they are taken away', async () => {
  const answers: (() => void)[] = [];
  const server = createServer((_request, response) => answers.push(() => response.end()));
  await once(server.listen(0, '127.0.0.1'), 'listening');
  onTestFinished(() => void server.close());
  const { port } = server.address() as AddressInfo;
  const pool = new ConnectionPool(`http://127.0.0.1:${port}`, { connections: 1, waiting: 1 });
  const metrics = new MetricRegistry('t', []);
  const { close } = instrumentConnections(metrics, 'login', pool);
  const asked = [pool.request({ path: '/' }), pool.request({ path: '/' })];
  await codeOf(pool.request({ path: '/' }));
  const shown = (...figures: string[]) =>
    figures.map(
      (figure) =>
        metrics.values[metrics.layout.slot(`signalbox_t_connections_${figure}{connections="login"}`)],
    );
  metrics.sample();
  expect(shown('depth', 'active', 'idle', 'max')).toEqual([1, 1, 0, 1]);
  for (let i = 0; i < 2; i++) {
    await until(() => answers.length > i);
    answers[i]!();
  }
  await Promise.all(asked);
  const left = new AbortController();
  const leaving = codeOf(pool.request({ path: '/', signal: left.signal }));
  left.abort();
  expect(await leaving).toBe('cancelled');
  await pool.destroy();
  await codeOf(pool.request({ path: '/' }));
  metrics.sample();
  const totals = ['submitted', 'completed', 'failed', 'rejected', 'opened'];
  expect(shown(...totals.map((figure) => `${figure}_total`))).toEqual([3, 2, 1, 1, 1]);
  const histograms = metrics.rotate().map(({ metric, buckets }) => {
    const count = buckets.filter((_, at) => at % 2 === 1).reduce((sum, one) => sum + one, 0);
    return `${metric.replace(/^.*connections_(\w+)\{.*$/, '$1')} ${count}`;
  });
  expect(histograms.sort()).toEqual(['run_seconds 3', 'wait_seconds 3']);
  close();
  metrics.sample();
  expect(metrics.catalog.metrics.some(({ instrument }) => instrument === 'connections')).toBe(false);
  expect([pool.onWait, pool.onRun]).toEqual([null, null]);
});

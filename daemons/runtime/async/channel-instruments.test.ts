import { duplexPair, PassThrough, Writable } from 'node:stream';
import { expect, it } from 'vitest';
import { MetricRegistry } from '../telemetry/metric-registry.ts';
import { instrumentChannel } from './channel-instruments.ts';
import { DuplexChannel } from './duplex-channel.ts';
import { lines } from './framing.ts';

it('shows both ways of a channel as queues until it has ended', async () => {
  const metrics = new MetricRegistry('t', []);
  const [here, there] = duplexPair();
  const channel = new DuplexChannel(here, { framing: lines(), messages: 2 });
  instrumentChannel(metrics, 'mail', channel);
  const shown = (figure: string, way: string) =>
    metrics.values[metrics.layout.slot(`signalbox_t_queue_${figure}{queue="mail ${way}"}`)];
  there.write('a\nb\nc\n');
  await channel.write('x');
  await new Promise<void>((resolve) => setImmediate(resolve));
  metrics.sample();
  const totals = ['submitted', 'completed', 'dropped', 'rejected'].map((figure) => `${figure}_total`);
  const figures = ['depth', 'high_water', 'capacity', ...totals];
  expect(figures.map((figure) => shown(figure, 'in'))).toEqual([2, 2, 2, 2, 0, 0, 0]);
  expect(figures.map((figure) => shown(figure, 'out'))).toEqual([0, 1, 2, 1, 1, 0, 0]);
  expect([await channel.read(), await channel.read(), await channel.read()]).toEqual(['a', 'b', 'c']);
  metrics.sample();
  const waited = metrics.rotate().map(({ metric, buckets }) => {
    const counts = buckets.filter((_, at) => at % 2 === 1);
    return `${metric} ${counts.reduce((sum, count) => sum + count, 0)}`;
  });
  expect(waited).toEqual([
    'signalbox_t_queue_wait_seconds{queue="mail in"} 3',
    'signalbox_t_queue_wait_seconds{queue="mail out"} 1',
  ]);
  expect(shown('completed_total', 'in')).toBe(3);
  channel.close();
  await channel.closed;
  metrics.sample();
  expect(metrics.catalog.metrics.filter(({ instrument }) => instrument !== undefined)).toEqual([]);
});

it('shows what was refused and what was thrown away', async () => {
  const metrics = new MetricRegistry('t', []);
  const sides = {
    readable: new PassThrough(),
    // Takes one message and never says that it has it.
    writable: new Writable({ highWaterMark: 1, write() {} }),
  };
  const channel = new DuplexChannel(sides, { framing: lines(), messages: 2 });
  instrumentChannel(metrics, 'mail', channel);
  sides.readable.write('unread\n');
  const answers = ['sent', 'one', 'two', 'three'].map((line) => channel.tryWrite(line));
  expect(answers).toEqual(['queued', 'queued', 'queued', 'full']);
  await new Promise<void>((resolve) => setImmediate(resolve));
  channel.close();
  metrics.sample();
  const shown = (figure: string, way: string) =>
    metrics.values[metrics.layout.slot(`signalbox_t_queue_${figure}_total{queue="mail ${way}"}`)];
  expect([shown('rejected', 'out'), shown('dropped', 'out'), shown('dropped', 'in')]).toEqual([1, 2, 1]);
  await channel.closed;
});

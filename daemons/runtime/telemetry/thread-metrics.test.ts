import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { expect, it } from 'vitest';
import { readMetrics } from '../../../contract/metric-frame.ts';
import { metricSpecs } from '../../../contract/metric-specs.ts';
import { limits } from '../limits.ts';
import { MetricRegistry } from './metric-registry.ts';
import { ThreadMetrics } from './thread-metrics.ts';

const { name, gauge, counter, histogram } = metricSpecs('t');
const specs = [counter('things', 'Things'), gauge('level', 'Level'), histogram('wait', 'Wait')];
const cache = { hits: { kind: 'counter', help: 'Hits' }, wait: { kind: 'histogram', help: 'Wait' } } as const;
const HITS = 'signalbox_t_cache_hits_total{cache="a"}';

function sampled(registry: MetricRegistry) {
  registry.rotate();
  registry.sample();
  return readMetrics(registry.layout, registry.values);
}

it('loses nothing that two threads add to one counter at the same time', async () => {
  const registry = new MetricRegistry('t', specs);
  const things = registry.counter(name('things_total'));
  registry.gauge(name('level')).set(2);
  const thread = registry.forThread();
  const times = 2_000_000;
  const file = new URL('./test-fixtures/counting-thread.ts', import.meta.url);
  const worker = new Worker(file, { workerData: { description: thread.description(), times } });
  const exited = once(worker, 'exit');
  await once(worker, 'message');
  for (let i = 0; i < times; i++) things.add();
  await exited;
  const readings = sampled(registry);
  expect(readings[name('things_total')]).toBe(2 * times);
  expect(readings[name('level')]).toBe(7);
  expect(readings[name('wait_seconds')]).toMatchObject({ count: 1_000 });
  const slot = registry.layout.slot(name('wait_seconds'));
  expect(registry.values[slot + 1]).toBeCloseTo(0.5005, 6);
});

it('keeps what a thread has counted when it ends, and drops its part of a gauge', () => {
  const registry = new MetricRegistry('t', specs);
  const thread = registry.forThread();
  const metrics = ThreadMetrics.attach(structuredClone(thread.description()));
  metrics.counter(name('things_total')).add(3);
  metrics.gauge(name('level')).set(4);
  metrics.histogram(name('wait_seconds')).record(5e6);
  expect(sampled(registry)).toMatchObject({ [name('things_total')]: 3, [name('level')]: 4 });
  metrics.counter(name('things_total')).add(2);
  metrics.histogram(name('wait_seconds')).record(5e6);
  thread.close();
  thread.close();
  const readings = sampled(registry);
  expect(readings).toMatchObject({ [name('things_total')]: 5, [name('level')]: 0 });
  expect(readings[name('wait_seconds')]).toMatchObject({ count: 2 });
});

it('gives slots of a closed instrument to another only when the thread has let go of them', () => {
  const registry = new MetricRegistry('t', specs);
  const thread = registry.forThread();
  const first = registry.instrument('cache', { cache: 'a' }, cache);
  const metrics = ThreadMetrics.attach(thread.description());
  const stale = metrics.counter(HITS);
  const staleWait = metrics.histogram('signalbox_t_cache_wait_seconds{cache="a"}');
  stale.add(10);
  first.close();
  const second = registry.instrument('cache', { cache: 'a' }, cache);
  second.handles.hits.add(1);
  // The worker has not heard of it yet and goes on.
  stale.add(100);
  staleWait.record(1);
  expect(sampled(registry)[HITS]).toBe(1);
  metrics.update(thread.description());
  stale.add(1_000);
  metrics.counter(HITS).add(1);
  expect(sampled(registry)).toMatchObject({
    [HITS]: 2,
    'signalbox_t_cache_wait_seconds{cache="a"}': { count: 0 },
  });
  const third = registry.instrument('cache', { cache: 'b' }, cache);
  expect(third.handles.hits.value).toBe(0);
  expect(sampled(registry)['signalbox_t_cache_hits_total{cache="b"}']).toBe(0);
});

it('keeps a worker that was given a chunk writing to it while the catalog grows', () => {
  const registry = new MetricRegistry('t', specs);
  const thread = registry.forThread();
  const things = ThreadMetrics.attach(thread.description()).counter(name('things_total'));
  for (let i = 0; i < 100; i++) registry.instrument('cache', { cache: `c${i}` }, cache);
  things.add(7);
  expect(sampled(registry)[name('things_total')]).toBe(7);
});

it('does not let instruments grow without end where a thread never lets go', () => {
  const registry = new MetricRegistry('t', specs);
  const thread = registry.forThread();
  const make = () => registry.instrument('cache', { cache: 'a' }, cache);
  for (let i = 0; i <= limits.instruments.default; i++) {
    const made = make();
    thread.description();
    made.close();
  }
  const hits = [name('cache_hits_total{cache="a"}')];
  const unread = make();
  expect(sampled(registry)).not.toHaveProperty(hits);
  unread.close();
  // Its end frees them.
  thread.close();
  make();
  expect(sampled(registry)).toHaveProperty(hits);
});

it('has as many threads as the limit says', () => {
  const registry = new MetricRegistry('t', specs);
  const threads = Array.from({ length: limits.metricThreads.default }, () => registry.forThread());
  expect(() => registry.forThread()).toThrow('threads have slots');
  threads[0]?.close();
  expect(() => registry.forThread()).not.toThrow();
});

it('refuses a handle on a metric that the description does not have', () => {
  const metrics = ThreadMetrics.attach(new MetricRegistry('t', specs).forThread().description());
  expect(() => metrics.counter(name('level'))).toThrow('no counter');
  expect(() => metrics.gauge('absent')).toThrow('no gauge');
  expect(() => metrics.histogram(name('level'))).toThrow('no histogram');
});

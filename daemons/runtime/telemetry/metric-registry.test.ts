import { expect, it } from 'vitest';
import { Histogram } from '../../../contract/histogram.ts';
import { readMetrics } from '../../../contract/metric-frame.ts';
import { MetricRegistry } from './metric-registry.ts';

const specs = [
  { name: 'signalbox_t_things_total', kind: 'counter', unit: 'count', help: 'Things' },
  { name: 'signalbox_t_level', kind: 'gauge', unit: 'count', help: 'Level' },
  { name: 'signalbox_t_wait_seconds', kind: 'histogram', unit: 'seconds', help: 'Wait' },
] as const;

it('shows counters, gauges and histogram totals in the next sample', () => {
  const registry = new MetricRegistry('t', specs);
  const things = registry.counter('signalbox_t_things_total');
  things.add();
  things.add(4);
  registry.gauge('signalbox_t_level').set(7);
  const wait = registry.histogram('signalbox_t_wait_seconds');
  wait.record(1e6);
  wait.record(3e6);
  registry.sample();
  const readings = readMetrics(registry.layout, registry.values);
  expect(readings.signalbox_t_things_total).toBe(5);
  expect(readings.signalbox_t_level).toBe(7);
  expect(readings.signalbox_t_wait_seconds).toMatchObject({ count: 2 });
});

it('runs sample hooks before it reads', () => {
  const registry = new MetricRegistry('t', specs);
  registry.onSample(() => registry.gauge('signalbox_t_level').set(11));
  registry.sample();
  expect(registry.gauge('signalbox_t_level').value).toBe(11);
});

it('covers the last ten intervals with values, and keeps the total count', () => {
  const registry = new MetricRegistry('t', specs);
  const wait = registry.histogram('signalbox_t_wait_seconds');
  wait.record(5e9);
  for (let second = 0; second < 10; second++) {
    registry.rotate();
    wait.record(1e6);
  }
  // An interval without values does not push the others out.
  registry.rotate();
  expect(registry.rotate()).toEqual([]);
  registry.sample();
  const reading = readMetrics(registry.layout, registry.values).signalbox_t_wait_seconds;
  expect(reading).toMatchObject({ count: 11 });
  // The first interval, with the 5 s value, has left the window.
  expect(typeof reading === 'object' && reading.max).toBeCloseTo(0.001, 4);
});

it('hands over intervals that add up to everything recorded', () => {
  const registry = new MetricRegistry('t', specs);
  const wait = registry.histogram('signalbox_t_wait_seconds');
  const sum = new Histogram();
  for (let round = 0; round < 3; round++) {
    for (let i = 0; i < 100; i++) wait.record(i * 1000 * (round + 1));
    for (const { metric, buckets } of registry.rotate()) {
      expect(metric).toBe('signalbox_t_wait_seconds');
      sum.addSparse(buckets);
    }
  }
  expect(sum.count).toBe(300);
});

it('refuses a handle on a metric that the catalog does not have', () => {
  const registry = new MetricRegistry('t', specs);
  expect(() => registry.counter('signalbox_t_level')).toThrow('no counter');
  expect(() => registry.gauge('signalbox_t_absent')).toThrow('no gauge');
  expect(() => registry.histogram('signalbox_t_level')).toThrow('no histogram');
});

it('says that there is news where a value of the daemon has changed, and with every second', () => {
  const registry = new MetricRegistry('t', specs);
  const level = registry.gauge('signalbox_t_level');
  const wait = registry.histogram('signalbox_t_wait_seconds');
  const news = (work: () => void) => {
    const before = registry.revision;
    work();
    registry.sample();
    return registry.revision !== before;
  };
  expect(news(() => level.set(1))).toBe(true);
  expect(news(() => level.set(1))).toBe(false);
  expect(news(() => wait.record(5))).toBe(true);
  expect(news(() => registry.gauge('signalbox_t_cpu_ratio').set(0.5))).toBe(false);
  expect(news(() => registry.counter('signalbox_t_monitoring_bytes_total').add(9))).toBe(false);
  expect(news(() => registry.rotate())).toBe(true);
});

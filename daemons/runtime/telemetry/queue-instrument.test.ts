import { expect, it } from 'vitest';
import { MetricRegistry } from './metric-registry.ts';
import { type QueueCounts, queueInstrument } from './queue-instrument.ts';

it('shows what a queue counts, and what its readers have had of it, until it is closed', () => {
  const metrics = new MetricRegistry('t', []);
  let counts: QueueCounts = { depth: 2, highWater: 5, submitted: 10 };
  const queue = queueInstrument(metrics, 'mail', () => counts);
  const latest = () => {
    metrics.sample();
    const of = (figure: string) =>
      metrics.values[metrics.layout.slot(`signalbox_t_queue_${figure}{queue="mail"}`)];
    return [
      'depth',
      'high_water',
      'capacity',
      'submitted_total',
      'completed_total',
      'dropped_total',
      'rejected_total',
    ].map(of);
  };
  expect(latest()).toEqual([2, 5, 0, 10, 8, 0, 0]);
  counts = { depth: 3, highWater: 6, capacity: 9, submitted: 20, dropped: 4, rejected: 1 };
  expect(latest()).toEqual([3, 6, 9, 20, 13, 4, 1]);
  queue.close();
  expect(latest()[0]).toBeUndefined();
});

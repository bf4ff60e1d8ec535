import { expect, it } from 'vitest';
import { MetricRegistry } from './metric-registry.ts';
import { instrumentQueue, type QueueCounts } from './queue-instrument.ts';
import { shownInstruments } from './test-fixtures/shown-instruments.ts';

it('shows what a queue counts, and what its readers have had of it, until it is closed', () => {
  const metrics = new MetricRegistry('t', []);
  let counts: QueueCounts = { depth: 2, highWater: 5, capacity: 9, submitted: 10, dropped: 0, rejected: 0 };
  const queue = instrumentQueue(metrics, 'mail', () => counts);
  const shown = { depth: 2, highWater: 5, capacity: 9, submitted: 10, completed: 8, rejected: 0, dropped: 0 };
  expect(shownInstruments(metrics)).toEqual({ 'queue mail': shown });
  counts = { depth: 3, highWater: 6, capacity: 9, submitted: 20, dropped: 4, rejected: 1 };
  expect(shownInstruments(metrics)['queue mail']).toEqual({
    ...{ depth: 3, highWater: 6, capacity: 9, submitted: 20, completed: 13, rejected: 1, dropped: 4 },
  });
  queue.close();
  expect(shownInstruments(metrics)).toEqual({});
});

it('has no figures for what it does not count: no place in catalog and history is taken', () => {
  const metrics = new MetricRegistry('t', []);
  instrumentQueue(metrics, 'mail', () => ({ depth: 2, highWater: 5, submitted: 10 }));
  expect(shownInstruments(metrics)['queue mail']).toEqual({
    ...{ depth: 2, highWater: 5, submitted: 10, completed: 8 },
  });
  expect(metrics.catalog.metrics.filter(({ instrument }) => instrument === 'queue')).toHaveLength(4);
});

import { expect, it } from 'vitest';
import { instrumentCounts } from './counted-instrument.ts';
import { MetricRegistry } from './metric-registry.ts';
import { shownInstruments } from './test-fixtures/shown-instruments.ts';

it('shows the figures that are counted, as they are at each sample, under a name that fits a label', () => {
  const metrics = new MetricRegistry('t', []);
  const counts = { depth: 1, completed: 5 };
  const { close } = instrumentCounts(metrics, 'limiter', 'n'.repeat(80), () => counts);
  const name = `limiter ${'n'.repeat(64)}`;
  expect(shownInstruments(metrics)).toEqual({ [name]: { depth: 1, completed: 5 } });
  counts.depth = 2;
  counts.completed = 7;
  expect(shownInstruments(metrics)).toEqual({ [name]: { depth: 2, completed: 7 } });
  close();
  close();
  expect(shownInstruments(metrics)).toEqual({});
});

it('does not read what is closed', () => {
  const metrics = new MetricRegistry('t', []);
  let reads = 0;
  const { close } = instrumentCounts(metrics, 'queue', 'a', () => ({ depth: reads++ }));
  close();
  metrics.sample();
  expect(reads).toBe(1);
});

it('refuses a second of the kind and name', () => {
  const metrics = new MetricRegistry('t', []);
  instrumentCounts(metrics, 'queue', 'a', () => ({ depth: 0 }));
  expect(() => instrumentCounts(metrics, 'queue', 'a', () => ({ depth: 0 }))).toThrow('is open already');
});

it('brings no news between two seconds of what watching moves', () => {
  const metrics = new MetricRegistry('t', []);
  let depth = 1;
  instrumentCounts(metrics, 'queue', 'a', () => ({ depth }), 'second');
  metrics.sample();
  const before = metrics.revision;
  depth = 2;
  metrics.sample();
  expect(metrics.revision).toBe(before);
  expect(shownInstruments(metrics)['queue a']).toEqual({ depth: 2 });
});

it('ends with the process that made it, whenever it is read', () => {
  const metrics = new MetricRegistry('t', []);
  let reads = 0;
  instrumentCounts(metrics, 'queue', 'a', () => ({ depth: reads++ }), 'second').close();
  metrics.rotate();
  expect(reads).toBe(1);
});

import { expect, test } from 'vitest';
import type { MetricSpec } from '../../../contract/link/catalog.ts';
import { FakeClock } from '../../../kit/fake-clock.ts';
import { MetricsStore } from './metrics-store.ts';

const gauge = (name: string): MetricSpec => ({ name, kind: 'gauge', unit: 'count', help: name });
const make = () => new MetricsStore(new FakeClock(), [{ source: 'ircd', metrics: [gauge('declared')] }]);
const summary = (revision: number, ...values: number[]) => ({
  time: 1,
  revision,
  values: new Float64Array(values),
  intervals: [],
});

test('figures are named as the process said, not as its manifest declares', () => {
  const store = make();
  expect(store.catalogs().ircd?.metrics.map(({ name }) => name)).toEqual(['declared']);
  store.describe('ircd', { revision: 1, metrics: [gauge('said'), gauge('too')] });
  expect(store.update('ircd', summary(1, 4, 5))).toBe(true);
  expect(store.readings('ircd')).toMatchObject({
    catalog: { revision: 1, metrics: [{ name: 'said' }, { name: 'too' }] },
    metrics: { said: 4, too: 5 },
  });
});

test('a sample of a revision that nobody described is refused, one that was on its way is not', () => {
  const store = make();
  store.describe('ircd', { revision: 2, metrics: [gauge('a'), gauge('b')] });
  expect(store.update('ircd', summary(3, 1, 2))).toBe(false);
  expect(store.update('ircd', summary(1, 7))).toBe(true);
  expect(store.readings('ircd')?.metrics).toEqual({ declared: 7 });
  expect(store.update('ircd', summary(2, 1, 2))).toBe(true);
  expect(store.readings('ircd')?.metrics).toEqual({ a: 1, b: 2 });
  store.describe('ircd', { revision: 3, metrics: [gauge('c')] });
  expect(store.update('ircd', summary(1, 7))).toBe(false);
});

test('a new process begins with its first revision, whatever the one before had', () => {
  const store = make();
  store.describe('ircd', { revision: 2, metrics: [gauge('a'), gauge('b')] });
  store.clear('ircd');
  store.describe('ircd', { revision: 1, metrics: [gauge('new')] });
  expect(store.catalogs().ircd?.metrics).toEqual([gauge('new')]);
  expect(store.update('ircd', summary(2, 1, 2))).toBe(false);
});

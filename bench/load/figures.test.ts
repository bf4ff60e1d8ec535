import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Durations, measuredMs, measuredOf, percentile, printed } from './figures.ts';

test('percentiles are values that were measured, by nearest rank', () => {
  const values = Array.from({ length: 100 }, (_, i) => i + 1);
  expect([0, 0.01, 0.5, 0.95, 0.99, 1].map((share) => percentile(values, share))).toEqual([
    1, 1, 50, 95, 99, 100,
  ]);
  expect(percentile([7], 0.5)).toBe(7);
  expect(percentile([], 0.5)).toBeNaN();
  fc.assert(
    fc.property(
      fc.array(fc.nat(), { minLength: 1 }),
      fc.double({ min: 0, max: 1, noNaN: true }),
      (some, share) => {
        const sorted = some.toSorted((a, b) => a - b);
        const value = percentile(sorted, share);
        expect(sorted.filter((other) => other <= value).length).toBeGreaterThanOrEqual(
          Math.floor(share * some.length),
        );
        expect(sorted.filter((other) => other < value).length).toBeLessThanOrEqual(share * some.length);
      },
    ),
  );
});

test('values are sorted before they are told', () => {
  expect(measuredOf('x', [3, 1, 2])).toEqual({ name: 'x', count: 3, p50: 2, p95: 3, p99: 3, max: 3 });
  expect(measuredOf('x', []).p50).toBeNaN();
});

test('durations are kept by what took them, in milliseconds', () => {
  const durations = new Durations(['never', 'often']);
  for (let ms = 1; ms <= 100; ms++) durations.record('often', ms);
  durations.record('new', 0);
  const [never, often, added] = durations.measured();
  expect(never).toMatchObject({ name: 'never, ms', count: 0, p50: Number.NaN, max: Number.NaN });
  expect(often).toMatchObject({ name: 'often, ms', count: 100, max: 100 });
  expect(often!.p50 / 50).toBeCloseTo(1, 1);
  expect(often!.p99 / 99).toBeCloseTo(1, 1);
  expect(added).toMatchObject({ name: 'new, ms', count: 1 });
  const summary = { count: 1, p50: 0.002, p95: 0.003, p99: 0.004, p999: 0.005, max: 0.006 };
  expect(measuredMs('x', summary)).toEqual({ name: 'x, ms', count: 1, p50: 2, p95: 3, p99: 4, max: 6 });
});

test('the table has a line for each, and a dash for what was not measured', () => {
  const text = printed({
    title: 'a load',
    measured: [measuredOf('things, ms', [1.5]), measuredOf('none, ms', [])],
    facts: { 'clients/s': 1_234 },
  });
  expect(text.split('\n').map((line) => line.trim().split(/ {2,}/))).toEqual([
    ['a load'],
    ['count', 'p50', 'p95', 'p99', 'max'],
    ['things, ms', '1', '1.500', '1.500', '1.500', '1.500'],
    ['none, ms', '0', '-', '-', '-', '-'],
    ['clients/s', '1,234'],
  ]);
});

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { brokenSpans, lonePlaces } from './line-gaps.ts';

describe('a chart', () => {
  it('shows a run of one point in a day as a dot', () => {
    const times = [0, 60, 120, 180, 240];
    expect(lonePlaces(times, [null, null, 7, null, null], null, 0, 4)).toEqual([2]);
    expect(lonePlaces(times, [1, 2, null, 3, null], null, 0, 4)).toEqual([3]);
    expect(lonePlaces(times, [9, null, null, null, 9], null, 0, 4)).toEqual([0, 4]);
    expect(lonePlaces(times, [1, 2, 3, 4, 5], null, 0, 4)).toBeNull();
  });

  it('joins no samples that are too far apart, and leaves none of them out', () => {
    const times = [0, 1, 10, 20, 21];
    expect(lonePlaces(times, [1, 1, 1, 1, 1], 2.5, 0, 4)).toEqual([2]);
    expect(brokenSpans(times, [1, 1, 1, 1, 1], 2.5, 0, 4)).toEqual([
      [1, 2],
      [2, 3],
    ]);
  });

  it('draws nothing across samples at which nothing was measured', () => {
    const values = [1, Number.NaN, Number.NaN, 2];
    expect(brokenSpans([0, 1, 2, 3], values, 2.5, 0, 3)).toEqual([[0, 3]]);
    expect(lonePlaces([0, 1, 2, 3], values, 2.5, 0, 3)).toEqual([0, 3]);
  });

  it('shows every sample that has a value, as a dot or at the end of a line', () => {
    const value = fc.oneof(fc.nat(9), fc.constant(null));
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.integer({ min: 1, max: 5 }), value)), (steps) => {
        let now = 0;
        const times = steps.map(([step]) => (now += step));
        const values = steps.map(([, one]) => one);
        const lone = new Set(lonePlaces(times, values, 3, 0, values.length - 1) ?? []);
        const near = (a: number, b: number) =>
          (values[a] ?? null) !== null &&
          (values[b] ?? null) !== null &&
          Math.abs(times[a]! - times[b]!) <= 3;
        for (const [place, one] of values.entries()) {
          expect(lone.has(place)).toBe(one !== null && !near(place, place - 1) && !near(place, place + 1));
        }
      }),
    );
  });
});

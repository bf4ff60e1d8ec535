import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { brokenSpans, unseenPlaces } from './line-gaps.ts';

describe('a chart', () => {
  it('shows a run of one point in a day as a dot', () => {
    const times = [0, 60, 120, 180, 240];
    expect(unseenPlaces(times, [null, null, 7, null, null], null, [0, 4], 0)).toEqual([2]);
    expect(unseenPlaces(times, [1, 2, null, 3, null], null, [0, 4], 0)).toEqual([3]);
    expect(unseenPlaces(times, [9, null, null, null, 9], null, [0, 4], 0)).toEqual([0, 4]);
    expect(unseenPlaces(times, [1, 2, 3, 4, 5], null, [0, 4], 0)).toBeNull();
  });

  it('shows a run of two points as dots where its line would be a pixel long', () => {
    const times = [0, 108, 216, 324, 432, 540];
    const values = [null, 7, 8, null, 9, 9];
    expect(unseenPlaces(times, values, null, [0, 5], 500)).toEqual([1, 2, 4, 5]);
    expect(unseenPlaces(times, values, null, [0, 5], 100)).toBeNull();
    // It goes on beyond what is looked at.
    expect(unseenPlaces([...times, 648], [...values, 9], null, [0, 5], 500)).toEqual([1, 2]);
    expect(unseenPlaces(times, values, null, [2, 3], 500)).toBeNull();
  });

  it('joins no samples that are too far apart, and leaves none of them out', () => {
    const times = [0, 1, 10, 20, 21];
    expect(unseenPlaces(times, [1, 1, 1, 1, 1], 2.5, [0, 4], 0)).toEqual([2]);
    expect(brokenSpans(times, [1, 1, 1, 1, 1], 2.5, 0, 4)).toEqual([
      [1, 2],
      [2, 3],
    ]);
  });

  it('draws nothing across samples at which nothing was measured', () => {
    const values = [1, Number.NaN, Number.NaN, 2];
    expect(brokenSpans([0, 1, 2, 3], values, 2.5, 0, 3)).toEqual([[0, 3]]);
    expect(unseenPlaces([0, 1, 2, 3], values, 2.5, [0, 3], 0)).toEqual([0, 3]);
  });

  it('shows every sample that has a value, as a dot or at the end of a line', () => {
    const value = fc.oneof(fc.nat(9), fc.constant(null));
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.integer({ min: 1, max: 5 }), value)), (steps) => {
        let now = 0;
        const times = steps.map(([step]) => (now += step));
        const values = steps.map(([, one]) => one);
        const lone = new Set(unseenPlaces(times, values, 3, [0, values.length - 1], 0) ?? []);
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

  it('looks at no more than it was told to, and knows what goes on beyond it', () => {
    const times = [0, 1, 2, 3, 4, 5, 6];
    const all = [1, 1, 1, 1, 1, 1, 1];
    expect(unseenPlaces(times, all, 2, [3, 3], 0)).toBeNull();
    expect(unseenPlaces(times, [1, 1, null, 1, null, 1, 1], 2, [3, 3], 0)).toEqual([3]);
    expect(unseenPlaces(times, [1, 1, null, 1, null, 1, 1], 2, [1, 5], 0)).toEqual([3]);
    expect(unseenPlaces([0, 1, 9, 10], [1, 1, 1, 1], 2, [1, 2], 5)).toBeNull();
    expect(unseenPlaces([0, 9, 10, 19], [1, 1, 1, 1], 2, [1, 2], 1)).toEqual([1, 2]);
    expect(unseenPlaces([0, 9, 10, 19], [1, 1, 1, 1], 2, [1, 2], 0.5)).toBeNull();
    expect(unseenPlaces([], [], 2, [0, -1], 0)).toBeNull();
  });

  it('names each pair between which its line is broken, and none before the first value', () => {
    const spans = (values: (number | null | undefined)[], times = [0, 1, 2, 3, 4]) =>
      brokenSpans(times, values, 1, 0, 4);
    expect(spans([null, 1, 1, undefined, 1])).toEqual([[2, 4]]);
    expect(spans([1, 1, 1, 1, 1])).toEqual([]);
    expect(spans([1, 1, 1, 1, 1], [0, 1, 2.5, 3, 4])).toEqual([[1, 2]]);
    expect(brokenSpans([0, 9, 18], [1, 1, 1], 1, 1, 2)).toEqual([[1, 2]]);
    expect(brokenSpans([0, 9, 18], [1, 1, 1], 1, 0, 1)).toEqual([[0, 1]]);
  });
});

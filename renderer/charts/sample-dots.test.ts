import { describe, expect, it } from 'vitest';
import { outlierPlaces, valuePlaces } from './sample-dots.ts';

describe('all samples', () => {
  it('are those with a value', () => {
    expect(valuePlaces([1, null, 2, Number.NaN, 3], [0, 4])).toEqual([0, 2, 4]);
    expect(valuePlaces([1, 2, 3], [1, 2])).toEqual([1, 2]);
  });

  it('are none where nothing was measured', () => {
    expect(valuePlaces([null, Number.NaN], [0, 1])).toBeNull();
    expect(valuePlaces([], [0, -1])).toBeNull();
  });
});

describe('outliers', () => {
  const p99 = [10, 10, 10, 10];

  it('are what is more than twice the p99 of its moment', () => {
    expect(outlierPlaces([20, 21, 5, 50], p99, [0, 3], 100)).toEqual([1, 3]);
    expect(outlierPlaces([20, 21, 5, 50], p99, [2, 3], 100)).toEqual([3]);
    expect(outlierPlaces([20, 10, 5, 1], p99, [0, 3], 100)).toBeNull();
  });

  it('are not told where there is no p99 to tell them by', () => {
    expect(outlierPlaces([50, 50, null, 50], [null, Number.NaN, 1, 10], [0, 3], 100)).toEqual([3]);
    expect(outlierPlaces([50], [], [0, 0], 100)).toBeNull();
  });

  it('are the highest of those that would lie on each other', () => {
    expect(outlierPlaces([30, 60, 40, 50], p99, [0, 3], 2)).toEqual([1, 3]);
    expect(outlierPlaces([30, 60, 40, 50], p99, [0, 3], 1)).toEqual([1]);
  });
});

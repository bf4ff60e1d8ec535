import { expect, test } from 'vitest';
import { valueRange } from './value-range.ts';

test('what was not measured yet does not flatten what was', () => {
  const latency = Float64Array.of(Number.NaN, Number.NaN, 0.004, 0.002);
  expect(valueRange([latency, Float64Array.of(Number.NaN, 0, 0.001, 0.001)], [0, 3])).toEqual([0, 0.004]);
  expect(valueRange([Float64Array.of(Number.NaN)], [0, 0])).toEqual([0, 0]);
});

test('only what is looked at counts', () => {
  expect(valueRange([[9, 1, null, 2, 9]], [1, 3])).toEqual([0, 2]);
  expect(valueRange([[1, -3, 2]], [0, 2])).toEqual([-3, 2]);
  expect(valueRange([], [0, -1])).toEqual([0, 0]);
});

test('neither what is missing nor a tie changes the range', () => {
  expect(valueRange([[undefined, -2, null, Number.NaN, -2]], [0, 4])).toEqual([-2, 0]);
  expect(
    valueRange(
      [
        [5, 5],
        [7, 5],
        [-1, -3],
      ],
      [0, 1],
    ),
  ).toEqual([-3, 7]);
  expect(valueRange([[1, 2, 3]], [0, 9])).toEqual([0, 3]);
});

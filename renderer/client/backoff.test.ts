import { expect, it } from 'vitest';
import { backoffMs } from './backoff.ts';

it.each([
  [0, 1, 250],
  [0, 0, 125],
  [0, 0.5, 188],
  [1, 1, 500],
  [3, 1, 2_000],
  [5, 1, 8_000],
  [6, 1, 10_000],
  [6, 0, 5_000],
  [5_000, 1, 10_000],
])('attempt %i waits, by a throw of %d, for %i ms', (attempt, random, ms) => {
  expect(backoffMs(attempt, random)).toBe(ms);
});

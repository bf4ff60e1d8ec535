/** The table of limits: what is in it is within its own range, and every limit has a reason that operators can read. */
import { expect, it } from 'vitest';
import { defaultLimits, FIXED_LIMITS, LIMIT_NAMES, LIMITS } from './limits.ts';

it.each(LIMIT_NAMES)('%s begins within its range, and says why', (name) => {
  const { default: value, min, max, reason } = LIMITS[name];
  expect(value).toBeGreaterThanOrEqual(min);
  expect(value).toBeLessThanOrEqual(max);
  expect(defaultLimits()[name]).toBe(value);
  expect(reason).toMatch(/^[A-Z].+\.$/);
});

it('has the numbers that the protocol fixes in no range that anybody could set', () => {
  expect(FIXED_LIMITS.uri_bytes.default).toBe(4_096);
  expect(Object.keys(LIMITS).filter((name) => name in FIXED_LIMITS)).toEqual([]);
});

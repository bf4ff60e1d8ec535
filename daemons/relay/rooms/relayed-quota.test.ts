import { expect, it } from 'vitest';
import { RelayedQuota } from './relayed-quota.ts';

it('is shared by all connections of an identity, comes back with time, and changes with the setting', () => {
  const limits = { relayed_bytes_per_second: 1_000 };
  const quota = new RelayedQuota(limits);
  expect(quota.take('ann', 3_000, 0)).toBe(0);
  expect(quota.take('ann', 1_000, 0)).toBe(0);
  expect(quota.take('ann', 500, 0)).toBe(500);
  expect(quota.take('bob', 4_000, 0)).toBe(0);
  expect(quota.take(null, 1e9, 0)).toBe(0);
  expect(quota.take('ann', 500, 499)).toBe(1);
  expect(quota.take('ann', 500, 500)).toBe(0);
  expect(quota.instrument()).toEqual({ depth: 2, capacity: 65_536, completed: 4, rejected: 2 });
  limits.relayed_bytes_per_second = 0;
  expect(quota.take('ann', 1e9, 500)).toBe(0);
  limits.relayed_bytes_per_second = 2_000;
  expect(quota.take('new', 8_000, 500)).toBe(0);
  expect(quota.take('new', 1, 500)).toBeGreaterThan(0);
});

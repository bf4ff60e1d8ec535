import { expect, it } from 'vitest';
import { throttleRows } from './client-columns.ts';
import type { ConnectThrottle } from './connect-throttle.ts';

const throttleOf = (count: number) =>
  ({
    entries: () =>
      Array.from({ length: count }, (_, n) => ({ network: `n${n}`, open: n, recoversInMs: 1_500 * n })),
  }) as unknown as ConnectThrottle;

it('says in seconds when an address may connect again, rounded up', () => {
  expect(throttleRows(throttleOf(3), 10)).toEqual([
    { network: 'n0', open: 0, recovers: 0 },
    { network: 'n1', open: 1, recovers: 2 },
    { network: 'n2', open: 2, recovers: 3 },
  ]);
});

it('has no more rows than were asked for', () => {
  expect(throttleRows(throttleOf(50), 7)).toHaveLength(7);
});

import { afterEach, expect, it, vi } from 'vitest';
import { MOST_TASKS_A_POST, makePoolMemory, SLOTS } from './pool-memory.ts';

afterEach(() => vi.restoreAllMocks());

it('has for each of 2,048 tasks a state and two times, all of them zero', () => {
  const { states, times } = makePoolMemory();
  expect([SLOTS, states.length, times.length]).toEqual([2_048, 2_048, 4_096]);
  expect([states.buffer, times.buffer]).toEqual([
    expect.any(SharedArrayBuffer),
    expect.any(SharedArrayBuffer),
  ]);
  expect([...states, ...times].every((value) => value === 0)).toBe(true);
});

it('has several messages of tasks under way before a thread has all that it may have', () => {
  expect(SLOTS / MOST_TASKS_A_POST).toBe(4);
});

it('tells the same time in every thread, whenever that was started', async () => {
  vi.resetModules();
  vi.spyOn(process.hrtime, 'bigint').mockReturnValue(9_000_500_000n);
  const now = vi.spyOn(performance, 'now').mockReturnValue(2_000);
  const { sharedNow } = await import('./pool-memory.ts');
  expect(sharedNow()).toBe(9_000.5);
  now.mockReturnValue(2_250);
  expect(sharedNow()).toBe(9_250.5);
});

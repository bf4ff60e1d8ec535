/** When what has time is done. */
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { whenIdle } from './when-idle.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.unstubAllGlobals();
  vi.useRealTimers();
});

it('waits until the browser has time, but not forever, and can be taken back', () => {
  const ask = vi.fn((_call: () => void, _options: object) => 7);
  const takeBack = vi.fn();
  vi.stubGlobal('requestIdleCallback', ask);
  vi.stubGlobal('cancelIdleCallback', takeBack);
  const call = vi.fn();
  const end = whenIdle(call);
  expect(ask).toHaveBeenCalledWith(call, { timeout: 250 });
  expect(call).not.toHaveBeenCalled();
  end();
  expect(takeBack).toHaveBeenCalledWith(7);
});

it('is done soon in a browser that does not tell', () => {
  vi.stubGlobal('requestIdleCallback', undefined);
  const [done, taken] = [vi.fn(), vi.fn()];
  whenIdle(done);
  whenIdle(taken)();
  expect(done).not.toHaveBeenCalled();
  vi.runAllTimers();
  expect([done.mock.calls.length, taken.mock.calls.length]).toEqual([1, 0]);
});

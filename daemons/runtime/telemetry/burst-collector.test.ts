import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { limits } from '../limits.ts';
import { BurstCollector } from './burst-collector.ts';

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
});

afterEach(() => {
  vi.useRealTimers();
});

function burst(collector: BurstCollector, count: number): void {
  for (let i = 0; i < count; i++) collector.connectionGone();
}

test('memory is given back once, when a burst of disconnects is over', () => {
  const collect = vi.fn();
  const collector = new BurstCollector(() => 0, collect);
  burst(collector, limits.burstClosed.default);
  vi.advanceTimersByTime(limits.burstQuietMs.default - 1);
  burst(collector, 1);
  vi.advanceTimersByTime(limits.burstQuietMs.default - 1);
  expect(collect).not.toHaveBeenCalled();
  vi.advanceTimersByTime(1);
  expect(collect).toHaveBeenCalledTimes(1);
  burst(collector, 1);
  vi.advanceTimersByTime(60_000);
  expect(collect).toHaveBeenCalledTimes(1);
});

test('memory is given back after a few clients for which megabytes were held', () => {
  const collect = vi.fn();
  const collector = new BurstCollector(() => 0, collect);
  for (let i = 0; i < 2; i++) collector.connectionGone(2 << 20);
  vi.advanceTimersByTime(limits.burstQuietMs.default);
  expect(collect).toHaveBeenCalledTimes(1);
});

test('ordinary comings and goings arm no timer, nor does a closed server', () => {
  const collector = new BurstCollector(() => 0, vi.fn());
  burst(collector, limits.burstClosed.default - 1);
  expect(vi.getTimerCount()).toBe(0);
  burst(collector, 1);
  expect(vi.getTimerCount()).toBe(1);
  collector.close();
  expect(vi.getTimerCount()).toBe(0);
});

test('a server with many clients is not paused', () => {
  const collect = vi.fn();
  const collector = new BurstCollector(() => limits.burstMaxOpen.default + 1, collect);
  burst(collector, limits.burstClosed.default);
  vi.advanceTimersByTime(60_000);
  expect(collect).not.toHaveBeenCalled();
});

test('what was held for clients counts as the disconnects that leave as much garbage, 8 KiB each', () => {
  const collect = vi.fn();
  const most = (limits.burstClosed.default - 1) * 8 * 1024;
  const little = new BurstCollector(() => 0, collect);
  little.connectionGone(most - 1_000);
  vi.advanceTimersByTime(60_000);
  expect(collect).not.toHaveBeenCalled();
  const much = new BurstCollector(() => 0, collect);
  much.connectionGone(most);
  vi.advanceTimersByTime(60_000);
  expect(collect).toHaveBeenCalledTimes(1);
});

test('a server with as many clients as may be is paused still', () => {
  const collect = vi.fn();
  const collector = new BurstCollector(() => limits.burstMaxOpen.default, collect);
  burst(collector, limits.burstClosed.default);
  vi.advanceTimersByTime(limits.burstQuietMs.default);
  expect(collect).toHaveBeenCalledTimes(1);
  // The next burst is counted from nothing.
  burst(collector, limits.burstClosed.default - 1);
  expect(vi.getTimerCount()).toBe(0);
});

test('what nobody holds is gone after a burst, each time', async () => {
  const collector = new BurstCollector(() => 0);
  for (let times = 0; times < 2; times++) {
    const garbage = (() => new WeakRef({ held: new Array(1_000).fill(times) }))();
    await new Promise((resolve) => setImmediate(resolve));
    burst(collector, limits.burstClosed.default);
    vi.advanceTimersByTime(limits.burstQuietMs.default);
    expect(garbage.deref()).toBeUndefined();
  }
});

import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { systemClock } from './clock.ts';
import { FakeClock } from './fake-clock.ts';

beforeEach(() => {
  vi.useFakeTimers({ now: 1_700_000_000_000 });
});
afterEach(() => {
  vi.restoreAllMocks();
  vi.useRealTimers();
});

test('the clock of the machine tells the time and what has passed, and calls back once', () => {
  const called = vi.fn();
  const started = systemClock.monotonic();
  systemClock.after(1_000, called);
  const cancelled = systemClock.after(1_000, () => expect.unreachable());
  cancelled.cancel();
  cancelled.cancel();
  vi.advanceTimersByTime(999);
  expect(called).not.toHaveBeenCalled();
  vi.advanceTimersByTime(5_001);
  expect(called).toHaveBeenCalledOnce();
  expect([systemClock.now(), systemClock.monotonic() - started]).toEqual([1_700_000_006_000, 6_000]);
  expect(vi.getTimerCount()).toBe(0);
});

test('its timers do not keep a process alive', () => {
  const timers = vi.spyOn(globalThis, 'setTimeout');
  const timer = systemClock.after(1_000, () => {});
  expect((timers.mock.results[0]!.value as NodeJS.Timeout).hasRef()).toBe(false);
  timer.cancel();
});

test.each([[5], [null], [{}], [{ unref: true }]])('a timer may be what a browser has: %o', (handle) => {
  vi.spyOn(globalThis, 'setTimeout').mockReturnValue(handle as never);
  expect(() => systemClock.after(1_000, () => {})).not.toThrow();
});

test('the clock of tests stands still, and fires what comes due in the order of its time, then of its making', async () => {
  vi.useRealTimers();
  const clock = new FakeClock();
  const fired: string[] = [];
  const tell = (name: string) => () => fired.push(`${name} at ${clock.monotonic()}`);
  expect([clock.now(), clock.monotonic()]).toEqual([1_700_000_000_000, 0]);
  clock.after(20, tell('b'));
  clock.after(10, tell('a'));
  clock.after(20, tell('c'));
  clock.after(-5, tell('now'));
  clock.after(31, tell('late'));
  clock.after(20, tell('never')).cancel();
  expect(clock.pendingTimers).toBe(5);
  await clock.advance(30);
  expect(fired).toEqual(['now at 0', 'a at 10', 'b at 20', 'c at 20']);
  expect([clock.pendingTimers, clock.monotonic(), clock.now()]).toEqual([1, 30, 1_700_000_000_030]);
});

test('the clock of tests lets promises settle before and after each timer, and sleeps without firing in between', async () => {
  vi.useRealTimers();
  const clock = new FakeClock();
  const fired: number[] = [];
  const again = () => {
    fired.push(clock.monotonic());
    void Promise.resolve().then(() => clock.after(10, again));
  };
  void Promise.resolve().then(() => clock.after(10, again));
  await clock.advance(30);
  expect(fired).toEqual([10, 20, 30]);
  await clock.jump(100);
  // What was due meanwhile comes at the end of the sleep, once; the next is made then.
  expect(fired).toEqual([10, 20, 30, 130]);
  let settled = false;
  clock.after(10, () => {
    void Promise.resolve()
      .then(() => {})
      .then(() => {
        settled = true;
      });
  });
  await clock.advance(10);
  expect(settled).toBe(true);
});

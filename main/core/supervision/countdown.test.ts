/** Deadlines that count only time in which this process ran. */
import { beforeEach, expect, test, vi } from 'vitest';
import { FakeClock } from '../../../kit/fake-clock.ts';
import { Countdown } from './countdown.ts';

let clock: FakeClock;
let countdown: Countdown;
const expired = vi.fn();

beforeEach(() => {
  vi.clearAllMocks();
  clock = new FakeClock();
  countdown = new Countdown(clock, 100);
});

test('it expires when its time is over, once, and not before', async () => {
  countdown.start(250, expired);
  await clock.advance(249);
  expect(expired).not.toHaveBeenCalled();
  await clock.advance(1);
  expect(expired).toHaveBeenCalledOnce();
  await clock.advance(10_000);
  expect(expired).toHaveBeenCalledOnce();
  expect(clock.pendingTimers).toBe(0);
});

test('one that is shorter than a step is no longer than it says', async () => {
  countdown.start(30, expired);
  await clock.advance(30);
  expect(expired).toHaveBeenCalledOnce();
});

test('one that is cancelled never expires, also not after a pause', async () => {
  countdown.start(250, expired);
  await clock.advance(120);
  countdown.cancel();
  countdown.pause();
  countdown.resume();
  expect(clock.pendingTimers).toBe(0);
  await clock.advance(10_000);
  expect(expired).not.toHaveBeenCalled();
});

test('one that is set again forgets the one before', async () => {
  const second = vi.fn();
  countdown.start(250, expired);
  await clock.advance(200);
  countdown.start(250, second);
  expect(clock.pendingTimers).toBe(1);
  await clock.advance(249);
  expect(second).not.toHaveBeenCalled();
  await clock.advance(1);
  expect(second).toHaveBeenCalledOnce();
  expect(expired).not.toHaveBeenCalled();
});

test('time in which nothing ran counts as two steps', async () => {
  countdown.start(350, expired);
  await clock.jump(1_000_000);
  expect(expired).not.toHaveBeenCalled();
  await clock.advance(149);
  expect(expired).not.toHaveBeenCalled();
  await clock.advance(1);
  expect(expired).toHaveBeenCalledOnce();
});

test('a pause costs nothing, whether it began before or after', async () => {
  countdown.start(250, expired);
  await clock.advance(100);
  countdown.pause();
  expect(clock.pendingTimers).toBe(0);
  await clock.advance(10_000);
  countdown.resume();
  countdown.resume();
  expect(clock.pendingTimers).toBe(1);
  await clock.advance(149);
  expect(expired).not.toHaveBeenCalled();
  await clock.advance(1);
  expect(expired).toHaveBeenCalledOnce();
  countdown.pause();
  countdown.start(50, expired);
  expect(clock.pendingTimers).toBe(0);
  countdown.resume();
  await clock.advance(50);
  expect(expired).toHaveBeenCalledTimes(2);
});

test('what expires may set the next one', async () => {
  countdown.start(100, () => countdown.start(100, expired));
  await clock.advance(199);
  expect(expired).not.toHaveBeenCalled();
  await clock.advance(1);
  expect(expired).toHaveBeenCalledOnce();
});

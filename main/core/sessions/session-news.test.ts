import { expect, test, vi } from 'vitest';
import { FakeClock } from '../../../kit/fake-clock.ts';
import { SessionNews } from './session-news.ts';

test('windows hear of a session at once, of a crowd of them twice, and of nothing when nothing changes', async () => {
  const clock = new FakeClock();
  const tell = vi.fn();
  const news = new SessionNews(clock, 500, tell);
  for (let i = 0; i < 100; i++) news.changed();
  expect(tell).toHaveBeenCalledTimes(1);
  await clock.advance(500);
  expect(tell).toHaveBeenCalledTimes(2);
  await clock.advance(5_000);
  expect(tell).toHaveBeenCalledTimes(2);
  news.changed();
  expect(tell).toHaveBeenCalledTimes(3);
  news.changed();
  news.close();
  await clock.advance(5_000);
  expect(tell).toHaveBeenCalledTimes(3);
});

test('after the time is over a change is told at once again, within it at its end', async () => {
  const clock = new FakeClock();
  const tell = vi.fn();
  const news = new SessionNews(clock, 500, tell);
  news.changed();
  await clock.advance(499);
  news.changed();
  expect(tell).toHaveBeenCalledTimes(1);
  await clock.advance(1);
  expect(tell).toHaveBeenCalledTimes(2);
  await clock.advance(500);
  expect(clock.pendingTimers).toBe(0);
  news.changed();
  expect(tell).toHaveBeenCalledTimes(3);
  news.close();
  expect(clock.pendingTimers).toBe(0);
});

/** What following logs costs where nobody does, and of records that are not taken. */
import { expect, test, vi } from 'vitest';
import { FakeClock } from '../../../kit/fake-clock.ts';
import { createCaller, SYSTEM } from '../caller.ts';
import { CONTROL_LIMITS } from '../limits.ts';
import { LogStore } from './log-store.ts';

const record = (seq: number) => ({ seq, time: 1, level: 'info', subsystem: 's', event: 'e', message: 'm' });

test('where nobody follows nothing is waited for', () => {
  const clock = new FakeClock();
  const store = new LogStore(clock, CONTROL_LIMITS);
  store.append('a', 1, [record(1)], 0);
  expect(clock.pendingTimers).toBe(0);
  store.follow(
    'b',
    createCaller(SYSTEM, () => {}),
  );
  store.append('a', 1, [record(2)], 0);
  store.append('b', 1, [], 0);
  store.append('b', 1, [{}], 0);
  expect(clock.pendingTimers).toBe(0);
  store.append('b', 1, [record(3)], 0);
  store.append('b', 1, [record(4)], 0);
  expect(clock.pendingTimers).toBe(1);
});

test('followers of one source are told of no other, and one who has left while the batch waited of nothing', async () => {
  const clock = new FakeClock();
  const store = new LogStore(clock, CONTROL_LIMITS);
  const [ofA, ofB] = [vi.fn(), vi.fn()];
  const [a, b] = [createCaller(SYSTEM, ofA), createCaller(SYSTEM, ofB)];
  store.follow('a', a);
  store.follow('b', b);
  store.append('a', 1, [record(1)], 0);
  store.append('b', 1, [record(2)], 0);
  store.unfollow('b', b);
  await clock.advance(CONTROL_LIMITS.logFlushMs);
  expect(ofA).toHaveBeenCalledExactlyOnceWith({
    type: 'logs',
    records: [{ ...record(1), source: 'a', instance: 1 }],
  });
  expect(ofB).not.toHaveBeenCalled();
});

test('a message of exactly as many records as are taken loses none, of more the rest', () => {
  const store = new LogStore(new FakeClock(), { ...CONTROL_LIMITS, logBatch: 3 });
  const batch = (count: number) => Array.from({ length: count }, (_, n) => record(n));
  store.append('a', 1, batch(3), 0);
  expect([store.dropped, store.query({}).length]).toEqual([0, 3]);
  store.append('a', 1, batch(5), 1);
  expect([store.dropped, store.query({}).length]).toEqual([3, 6]);
});

import { expect, test, vi } from 'vitest';
import type { ControlEvent } from '../../../contract/control/messages.ts';
import type { LogRecord } from '../../../contract/log-record.ts';
import { FakeClock } from '../../../kit/fake-clock.ts';
import { createCaller } from '../caller.ts';
import { CONTROL_LIMITS } from '../limits.ts';
import { LogStore } from './log-store.ts';

const limits = { ...CONTROL_LIMITS, logRing: 10, logBatch: 20 };
const record = (seq: number, more: Partial<LogRecord> = {}): LogRecord => ({
  seq,
  time: seq,
  level: 'info',
  subsystem: 's',
  event: 'e',
  message: `m${seq}`,
  ...more,
});
const batch = (from: number, count: number) => Array.from({ length: count }, (_, n) => record(from + n));

test('the ring of a source is bounded and keeps the newest', () => {
  const store = new LogStore(new FakeClock(), limits);
  for (let n = 1; n <= 100; n++) store.append('a', 1, [record(n)], 0);
  const kept = store.query({ source: 'a', limit: 1_000 });
  expect(kept.length).toBeLessThanOrEqual(limits.logRing * 1.25);
  expect(kept.at(-1)?.seq).toBe(100);
});

test('queries filter by level, cut to the newest, and merge sources in time order', () => {
  const store = new LogStore(new FakeClock(), limits);
  store.append('a', 1, [record(1), record(5, { level: 'error' })], 0);
  store.append('b', 1, [record(3, { level: 'warn' }), record(7)], 0);
  expect(store.query({}).map(({ seq }) => seq)).toEqual([1, 3, 5, 7]);
  expect(store.query({ minLevel: 'warn' }).map(({ seq }) => seq)).toEqual([3, 5]);
  expect(store.query({ limit: 1 }).map(({ seq }) => seq)).toEqual([7]);
  expect(store.query({ source: 'b' }).map(({ source }) => source)).toEqual(['b', 'b']);
});

test('within a process the sequence decides, even if its clock was set back', () => {
  const store = new LogStore(new FakeClock(), limits);
  store.append('a', 1, [record(1, { time: 100 }), record(2, { time: 50 })], 0);
  expect(store.query({ source: 'a' }).map(({ seq }) => seq)).toEqual([1, 2]);
});

test('malformed, excess and lost records are dropped and counted', () => {
  const store = new LogStore(new FakeClock(), limits);
  store.append(
    'a',
    1,
    [record(1, { message: 'x'.repeat(5_000) }), { nonsense: true } as unknown as LogRecord],
    3,
  );
  store.append('a', 1, batch(10, 25), 0);
  expect(store.dropped).toBe(2 + 3 + 5);
});

test('followers get what comes after they began, in batches, until they stop or close', async () => {
  const clock = new FakeClock();
  const store = new LogStore(clock, limits);
  const got: number[][] = [];
  const onEvent = (event: ControlEvent) => {
    if (event.type === 'logs') got.push(event.records.map(({ seq }) => seq));
  };
  const caller = createCaller({ name: 'ann', from: 'cli', role: 'admin' }, onEvent);
  store.append('a', 1, [record(1)], 0);
  store.follow('a', caller);
  store.append('a', 1, [record(2)], 0);
  store.append('a', 1, [record(3)], 0);
  store.append('b', 1, [record(9)], 0);
  expect(got).toEqual([]);
  await clock.advance(limits.logFlushMs);
  expect(got).toEqual([[2, 3]]);
  store.unfollow('a', caller);
  store.append('a', 1, [record(4)], 0);
  await clock.advance(limits.logFlushMs);
  store.follow('a', caller);
  caller.close();
  store.append('a', 1, [record(5)], 0);
  await clock.advance(limits.logFlushMs);
  expect(got).toEqual([[2, 3]]);
  expect(clock.pendingTimers).toBe(0);
});

test('a client that follows and stops again and again leaves nothing behind, and is forgotten when it leaves', async () => {
  const clock = new FakeClock();
  const store = new LogStore(clock, limits);
  const caller = createCaller({ name: 'x', from: 'window', role: 'admin' }, () => {});
  const [onClose, send] = [vi.spyOn(caller, 'onClose'), vi.spyOn(caller, 'send')];
  for (let n = 0; n < 100; n++) {
    store.follow('a', caller);
    store.unfollow('a', caller);
  }
  expect(onClose).toHaveBeenCalledTimes(1);
  store.follow('a', caller);
  store.follow('b', caller);
  caller.close();
  for (const source of ['a', 'b']) store.append(source, 1, batch(1, 3), 0);
  await clock.advance(limits.logFlushMs);
  expect(send).not.toHaveBeenCalled();
});

test('records on their way to followers are counted, and in how many messages they went', async () => {
  const clock = new FakeClock();
  const store = new LogStore(clock, limits);
  store.append('a', 1, batch(1, 2), 0);
  const caller = createCaller({ name: 'x', from: 'system', role: 'admin' }, () => {});
  store.follow('a', caller);
  store.append('a', 1, batch(3, 4), 0);
  expect(store.counts).toEqual({ depth: 4, submitted: 4, completed: 0, batches: 0 });
  await clock.advance(limits.logFlushMs);
  expect(store.counts).toEqual({ depth: 0, submitted: 4, completed: 4, batches: 1 });
});

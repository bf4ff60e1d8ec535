/** Edges of what main keeps: logs, figures, tasks, samples. */
import { expect, test, vi } from 'vitest';
import type { LogRecord } from '../../../contract/log-record.ts';
import { FakeClock } from '../../../kit/fake-clock.ts';
import { createCaller, SYSTEM } from '../caller.ts';
import { CONTROL_LIMITS } from '../limits.ts';
import { HistoryBuffer, type MeasuredSecond } from './history-buffer.ts';
import { LogStore } from './log-store.ts';
import { MetricsStore } from './metrics-store.ts';
import { TaskList } from './task-list.ts';

const record = (seq: number, more: Partial<LogRecord> = {}): LogRecord => ({
  seq,
  time: seq,
  level: 'info',
  subsystem: 's',
  event: 'e',
  message: 'm',
  ...more,
});
const seqs = (records: readonly { seq: number }[]) => records.map(({ seq }) => seq);

test('the ring of a source is cut back to its length once it is a quarter longer', () => {
  const store = new LogStore(new FakeClock(), { ...CONTROL_LIMITS, logRing: 8 });
  for (let n = 1; n <= 10; n++) store.append('a', 1, [record(n)], 0);
  expect(store.query({ limit: 100 })).toHaveLength(10);
  store.append('a', 1, [record(11)], 0);
  expect(seqs(store.query({ limit: 100 }))).toEqual([4, 5, 6, 7, 8, 9, 10, 11]);
});

test('a query gives five hundred records where nothing is said, the newest, and none of a source that is not there', () => {
  const store = new LogStore(new FakeClock(), CONTROL_LIMITS);
  store.append(
    'a',
    1,
    Array.from({ length: 600 }, (_, n) => record(n)),
    0,
  );
  store.append('b', 1, [record(1_000, { time: 0 })], 0);
  const found = store.query({});
  expect(found).toHaveLength(500);
  expect([found[0]?.seq, found.at(-1)?.seq]).toEqual([100, 599]);
  expect(store.query({ source: 'nope' })).toEqual([]);
  expect(store.query({ source: 'b' })).toEqual([{ ...record(1_000, { time: 0 }), source: 'b', instance: 1 }]);
});

test('of two processes of a daemon the time decides, of one the number', () => {
  const store = new LogStore(new FakeClock(), CONTROL_LIMITS);
  store.append('a', 1, [record(7, { time: 30 }), record(8, { time: 10 })], 0);
  store.append('a', 2, [record(1, { time: 40 })], 0);
  store.append('b', 1, [record(5, { time: 35 })], 0);
  expect(store.query({}).map(({ source, instance, seq }) => `${source}${instance} ${seq}`)).toEqual([
    'a1 7',
    'a1 8',
    'b1 5',
    'a2 1',
  ]);
});

test('each level finds itself and what is graver', () => {
  const store = new LogStore(new FakeClock(), CONTROL_LIMITS);
  const levels = ['debug', 'info', 'warn', 'error'] as const;
  store.append(
    'a',
    1,
    levels.map((level, n) => record(n, { level })),
    0,
  );
  expect(levels.map((minLevel) => seqs(store.query({ minLevel })))).toEqual([
    [0, 1, 2, 3],
    [1, 2, 3],
    [2, 3],
    [3],
  ]);
});

test('whoever follows two sources gets each in a message of its own, and the rest when the store closes', async () => {
  const clock = new FakeClock();
  const store = new LogStore(clock, { ...CONTROL_LIMITS, logFlushMs: 100 });
  const send = vi.fn();
  const caller = createCaller(SYSTEM, send);
  store.follow('a', caller);
  store.follow('b', caller);
  store.follow('a', caller);
  store.append('a', 1, [record(1)], 0);
  await clock.advance(60);
  store.append('b', 1, [record(2)], 0);
  await clock.advance(39);
  expect(send).not.toHaveBeenCalled();
  await clock.advance(1);
  expect(send.mock.calls.map(([event]) => seqs(event.records))).toEqual([[1], [2]]);
  store.append('a', 1, [record(3)], 0);
  store.close();
  expect(seqs(send.mock.calls[2]?.[0].records)).toEqual([3]);
  expect(clock.pendingTimers).toBe(0);
  store.close();
  expect(send).toHaveBeenCalledTimes(3);
});

const histogram = { name: 'latency', kind: 'histogram', unit: 'seconds', help: '' } as const;
const gauge = (name: string) => ({ name, kind: 'gauge', unit: 'count', help: '' }) as const;
const summary = (values: number[], revision = 1) => ({
  time: 7,
  revision,
  values: new Float64Array(values),
  intervals: [],
});

test('one number of a metric: its value, the count of a histogram, and nothing where nothing is known', () => {
  const store = new MetricsStore(new FakeClock(), [
    { source: 'd', metrics: [gauge('a'), histogram, gauge('b')] },
  ]);
  expect(store.figure('d', 'a')).toBeNull();
  const size = store.layout('d')!.size;
  const values = Array.from({ length: size }, (_, n) => n + 10);
  expect(store.update('d', summary(values))).toBe(true);
  expect(store.figure('d', 'a')).toBe(10);
  expect(store.figure('d', 'latency')).toBe(11);
  expect(store.figure('d', 'b')).toBe(10 + size - 1);
  expect(store.figure('d', 'c')).toBeNull();
  expect(store.figure('e', 'a')).toBeNull();
  store.clear('d');
  expect(store.figure('d', 'a')).toBeNull();
});

test('a source that is not known has nothing, and nothing is kept of it', async () => {
  const store = new MetricsStore(new FakeClock(), [{ source: 'd', metrics: [gauge('a')] }]);
  store.describe('e', { revision: 1, metrics: [gauge('a')] });
  store.clear('e');
  expect(store.update('e', summary([1]))).toBe(false);
  expect([store.layout('e'), store.latest('e'), store.readings('e')]).toEqual([null, null, null]);
  await store.next('e', 1_000_000);
  expect(Object.keys(store.catalogs())).toEqual(['d']);
  expect(store.all()).toEqual([]);
  expect(store.readings('d')).toBeNull();
});

test('the newest summary is kept with the time at which it was taken', () => {
  const store = new MetricsStore(new FakeClock(), [
    { source: 'd', metrics: [gauge('a')] },
    { source: 'e', metrics: [] },
  ]);
  const taken = summary([4]);
  store.update('d', taken);
  expect(store.latest('d')).toBe(taken);
  expect(store.all()).toEqual([{ source: 'd', layout: store.layout('d'), summary: taken }]);
  expect(store.readings('d')).toEqual({
    time: 7,
    catalog: { revision: 1, metrics: [gauge('a')] },
    metrics: { a: 4 },
  });
  expect(store.update('d', summary([4, 5]))).toBe(false);
});

test('until a process has reported, what it said last is what it will be read by', () => {
  const store = new MetricsStore(new FakeClock(), [{ source: 'd', metrics: [gauge('a')] }]);
  store.describe('d', { revision: 2, metrics: [gauge('b')] });
  expect(store.layout('d')?.catalog).toEqual([gauge('b')]);
  store.update('d', summary([1], 1));
  // One that was under way: it is read by its own list, until the first of the new one comes.
  expect(store.layout('d')?.catalog).toEqual([gauge('a')]);
  store.describe('d', { revision: 3, metrics: [gauge('c')] });
  expect(store.layout('d')?.catalog).toEqual([gauge('a')]);
  expect(store.catalogs().d).toEqual({ revision: 3, metrics: [gauge('c')] });
});

test('a summary is waited for, no longer than one says, and all who wait are woken', async () => {
  const clock = new FakeClock();
  const store = new MetricsStore(clock, [{ source: 'd', metrics: [gauge('a')] }]);
  const woken: string[] = [];
  void store.next('d', 100).then(() => woken.push('first'));
  void store.next('d', 100).then(() => woken.push('second'));
  await clock.advance(50);
  expect(woken).toEqual([]);
  store.update('d', summary([1]));
  await clock.advance(0);
  expect(woken).toEqual(['first', 'second']);
  expect(clock.pendingTimers).toBe(0);
  void store.next('d', 100).then(() => woken.push('late'));
  await clock.advance(99);
  expect(woken).toHaveLength(2);
  await clock.advance(1);
  expect(woken).toEqual(['first', 'second', 'late']);
});

const task = (id: number, end: null | 'done' = null) =>
  ({ id, title: `t${id}`, phase: '', done: 0, total: null, cancellable: true, end }) as const;

test('tasks that go on are kept, of too many the oldest go', () => {
  const tasks = new TaskList();
  for (const id of [1, 2, 3]) tasks.update('d', task(id), 2);
  tasks.update('e', task(1), 2);
  expect(tasks.all().map(({ source, id }) => `${source}${id}`)).toEqual(['d2', 'd3', 'e1']);
  tasks.update('d', { ...task(2), phase: 'on' }, 2);
  expect(tasks.find('d', 2)).toMatchObject({ phase: 'on' });
  expect(tasks.all()).toHaveLength(3);
  tasks.update('d', task(2, 'done'), 2);
  expect([tasks.find('d', 1), tasks.find('d', 2), tasks.find('x', 1)]).toEqual([null, null, null]);
  expect(tasks.processEnded('d')).toEqual([{ ...task(3), end: 'failed' }]);
  expect(tasks.processEnded('d')).toEqual([]);
  expect(tasks.all()).toEqual([{ ...task(1), source: 'e' }]);
});

const second = (time: number) => ({ source: 'd', instance: 1, time }) as MeasuredSecond;
const state = (time: number) => ({ time, daemon: 'd', state: 'running', cause: null }) as const;

test('samples and states wait up to their own limits, and leave in batches, oldest first', () => {
  const limits = { ...CONTROL_LIMITS, historySamples: 3, historyStates: 2, historyBatch: 2 };
  const buffer = new HistoryBuffer(limits);
  for (const time of [1, 2, 3]) buffer.addSample(second(time));
  for (const time of [1, 2]) buffer.addState(state(time));
  expect([buffer.size, buffer.dropped]).toEqual([5, 0]);
  buffer.addSample(second(4));
  buffer.addState(state(3));
  expect([buffer.size, buffer.dropped]).toEqual([5, 2]);
  const times = (list: readonly { time: number }[]) => list.map(({ time }) => time);
  const first = buffer.take();
  expect([times(first.samples), times(first.states)]).toEqual([
    [2, 3],
    [2, 3],
  ]);
  const rest = buffer.take();
  expect([times(rest.samples), times(rest.states)]).toEqual([[4], []]);
  expect(buffer.size).toBe(0);
  buffer.countLost(7);
  expect(buffer.dropped).toBe(9);
});

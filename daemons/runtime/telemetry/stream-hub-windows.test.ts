/** Which windows are served, with what, and that nothing is left of those that go. */
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { Role } from '../../../contract/access.ts';
import type { ToWindow } from '../../../contract/stream.ts';
import { limits } from '../limits.ts';
import { MetricRegistry } from './metric-registry.ts';
import { ProcessSampler } from './process-sampler.ts';
import { StreamHub } from './stream-hub.ts';
import {
  type HubProcess,
  logRecords,
  makeProcess,
  name,
  openReader,
  openWindow,
  tables,
} from './test-fixtures/hub-process.ts';
import { shownInstruments } from './test-fixtures/shown-instruments.ts';

let subject: HubProcess;

beforeEach(() => {
  vi.useFakeTimers();
  subject = makeProcess();
});
afterEach(() => {
  subject.close();
  // Before the timers are real: this puts the faked ones back under what was spied on.
  vi.restoreAllMocks();
  vi.useRealTimers();
});

it('shows a table to whose role has its access, tells others why not, and shows none that nobody declares', () => {
  const seen = (role: Role, table: string) => {
    const sent: ToWindow[] = [];
    let receive: (data: unknown) => void = () => {};
    subject.hub.attach(
      {
        send: (message) => sent.push(message),
        onMessage(listener) {
          receive = listener;
        },
        onClose() {},
        close() {},
      },
      role,
    );
    receive({ type: 'watch', table, on: true });
    return sent.slice(1);
  };
  subject.hub.provideTable('people', { rows: () => [['anna']], total: () => 1 });
  subject.hub.provideTable('hidden', { rows: () => [], total: () => 0 });
  expect(seen('operator', 'people')).toMatchObject([{ type: 'rows', table: 'people', rows: [['anna']] }]);
  expect(seen('viewer', 'people')).toMatchObject([
    {
      type: 'denied',
      table: 'people',
      error: { code: 'access_denied', detail: { access: 'operate', role: 'viewer' } },
    },
  ]);
  expect(seen('admin', 'hidden')).toMatchObject([{ type: 'rows', table: 'hidden' }]);
  expect(seen('operator', 'hidden')).toMatchObject([
    { type: 'denied', error: { detail: { access: 'admin' } } },
  ]);
  expect(seen('operator', 'toString')).toEqual([]);
  expect(seen('admin', 'absent')).toEqual([]);
  // Whoever was denied is not sent it later either.
  subject.hub.touchTable('people');
  expect(vi.getTimerCount()).toBeGreaterThan(0);
});

it('introduces the process with the time at which it began to serve windows', () => {
  vi.setSystemTime(1_700_000_000_000);
  const { logger } = subject;
  const registry = new MetricRegistry('t', []);
  const sampler = new ProcessSampler('t', registry);
  const hub = new StreamHub({ source: 't', instance: 5, registry, sampler, logger, tables });
  vi.setSystemTime(1_700_000_009_000);
  const reader = openReader({ hub }, true);
  expect(reader.got).toEqual([
    { type: 'hello', source: 't', instance: 5, pid: process.pid, startedAt: 1_700_000_000_000 },
  ]);
  hub.close();
  sampler.close();
});

it('runs timers only while somebody looks, and none once it is closed', async () => {
  const idle = vi.getTimerCount();
  subject.hub.provideTable('people', { rows: () => [], total: () => 0 });
  const window = openWindow(subject, 10);
  expect(vi.getTimerCount()).toBe(idle + 1);
  window.say({ type: 'watch', table: 'people', on: true });
  expect(vi.getTimerCount()).toBe(idle + 2);
  window.say({ type: 'watch', table: 'people', on: false });
  window.say({ type: 'rate', hz: 1 });
  expect(vi.getTimerCount()).toBe(idle);
  const reader = openReader(subject, true);
  logRecords(subject, 1);
  expect(vi.getTimerCount()).toBe(idle);
  reader.say({ type: 'logs', follow: true, afterSeq: 0 });
  reader.say({ type: 'watch', table: 'people', on: true });
  window.say({ type: 'rate', hz: 10 });
  expect(vi.getTimerCount()).toBe(idle + 3);
  subject.hub.close();
  expect([vi.getTimerCount(), reader.closed]).toEqual([idle, true]);
  logRecords(subject, 1);
  await vi.advanceTimersByTimeAsync(1_000);
  expect(reader.seqs()).toEqual([]);
});

it('gives every window as many frames as it wants, whatever the others want', async () => {
  const [fast, slow] = [openWindow(subject, 10), openWindow(subject, 2)];
  const change = setInterval(() => subject.level.add(1), 20);
  await vi.advanceTimersByTimeAsync(10_000);
  clearInterval(change);
  expect(fast.frames.length).toBeGreaterThan(80);
  expect(slow.frames.length).toBeGreaterThanOrEqual(15);
  expect(slow.frames.length).toBeLessThanOrEqual(21);
});

it('looks four times a second while nothing happens, and ten times again once something does', async () => {
  openWindow(subject, 10);
  await vi.advanceTimersByTimeAsync(2_000);
  const sample = vi.spyOn(subject.registry, 'sample');
  await vi.advanceTimersByTimeAsync(10_000);
  // And once for each second that ends.
  const quiet = sample.mock.calls.length;
  expect(quiet).toBeGreaterThanOrEqual(45);
  expect(quiet).toBeLessThanOrEqual(65);
  const change = setInterval(() => subject.level.add(1), 50);
  await vi.advanceTimersByTimeAsync(10_000);
  clearInterval(change);
  expect(sample.mock.calls.length - quiet).toBeGreaterThanOrEqual(100);
});

it('sends a frame at once to a window that comes back from wanting none, and follows logs from where it says', async () => {
  const window = openWindow(subject, 0);
  expect(window.frames).toEqual([]);
  window.say({ type: 'rate', hz: 1 });
  expect(window.frames).toHaveLength(1);
  logRecords(subject, 5);
  const reader = openReader(subject, true);
  reader.say({ type: 'logs', follow: true, afterSeq: 3 });
  await vi.advanceTimersByTimeAsync(50);
  expect(reader.seqs()).toEqual([4, 5]);
  reader.say({ type: 'logs', follow: false, afterSeq: 0 });
  logRecords(subject, 1);
  await vi.advanceTimersByTimeAsync(100);
  expect(reader.seqs()).toEqual([4, 5]);
  // It never gets a record twice, whatever it says.
  reader.say({ type: 'logs', follow: true, afterSeq: 0 });
  await vi.advanceTimersByTimeAsync(50);
  expect(reader.seqs()).toEqual([4, 5, 6]);
  expect(reader.missed()).toBe(0);
});

it('forgets a window whose stream has closed, and hears nothing of it any more', async () => {
  let close = () => {};
  let say: (data: unknown) => void = () => {};
  const sent: ToWindow[] = [];
  subject.hub.attach(
    {
      send: (message) => sent.push(message),
      onMessage(listener) {
        say = listener;
      },
      onClose(listener) {
        close = listener;
      },
      close() {},
    },
    'admin',
  );
  say({ type: 'nonsense' });
  say(null);
  close();
  close();
  say({ type: 'catalog?' });
  say({ type: 'rate', hz: 10 });
  expect(sent.map(({ type }) => type)).toEqual(['hello']);
  subject.registry.sample();
  expect(subject.registry.values[subject.registry.layout.slot(name('monitoring_subscribers'))]).toBe(0);
});

it('closes those with most unread, one after the other, until all together have no more than they may', () => {
  subject.hub.provideTable('things', { rows: () => [], total: () => 0 });
  const total = limits.streamUnreadTotalBytes.default;
  const open = (size: number) => {
    const reader = openReader(subject, false, ({ type }) => (type === 'rows' ? size : 0));
    reader.say({ type: 'watch', table: 'things', on: true });
    return reader;
  };
  const just = [open(total - 1), open(1)];
  expect(just.map(({ closed }) => closed)).toEqual([false, false]);
  const last = open(2);
  expect([...just, last].map(({ closed }) => closed)).toEqual([true, false, false]);
  const shown = shownInstruments(subject.registry);
  const unread = {
    depth: 3,
    highWater: total + 2,
    capacity: total,
    submitted: total + 2,
    dropped: total - 1,
  };
  expect(shown['queue bytes to windows']).toMatchObject({ ...unread, completed: 0 });
  expect(shown['limiter windows']).toEqual({ depth: 2, capacity: 64, completed: 3, rejected: 0 });
});

it('sends a window that has read on the tables and logs that waited for that', async () => {
  let version = 0;
  subject.hub.provideTable('things', { rows: () => [[version]], total: () => 1 });
  subject.hub.provideTable('others', { rows: () => [[version]], total: () => 1 });
  const reader = openReader(subject, false, () => limits.streamUnreadBytes.default);
  reader.say({ type: 'watch', table: 'things', on: true });
  reader.say({ type: 'watch', table: 'others', on: true });
  reader.say({ type: 'logs', follow: true, afterSeq: 0 });
  logRecords(subject, 1);
  await vi.advanceTimersByTimeAsync(100);
  expect([reader.tables().length, reader.seqs()]).toEqual([1, []]);
  version = 1;
  reader.say({ type: 'took', ticket: 1 });
  // One fills it up again; the other waits on.
  expect(reader.tables()).toEqual([[[0]], [[1]]]);
  reader.say({ type: 'watch', table: 'others', on: false });
  reader.say({ type: 'took', ticket: 2 });
  await vi.advanceTimersByTimeAsync(50);
  expect(reader.seqs()).toEqual([1]);
});

it('keeps no process alive that has nothing else to do', () => {
  const timers = [vi.spyOn(globalThis, 'setTimeout'), vi.spyOn(globalThis, 'setInterval')];
  subject.hub.provideTable('people', { rows: () => [], total: () => 0 });
  const window = openWindow(subject, 10);
  window.say({ type: 'watch', table: 'people', on: true });
  window.say({ type: 'logs', follow: true, afterSeq: 0 });
  logRecords(subject, 1);
  const made = timers.flatMap(({ mock }) => mock.results.map(({ value }) => value as NodeJS.Timeout));
  expect(made.map((timer) => timer.hasRef())).toEqual([false, false, false]);
});

it('refreshes a table that was left alone after three seconds, not before', async () => {
  subject.hub.provideTable('still', { rows: () => [[7]], total: () => 1 });
  const reader = openReader(subject, true);
  reader.say({ type: 'watch', table: 'still', on: true });
  await vi.advanceTimersByTimeAsync(2_999);
  expect(reader.tables()).toHaveLength(1);
  await vi.advanceTimersByTimeAsync(1);
  expect(reader.tables()).toHaveLength(2);
});

import fc from 'fast-check';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { limits } from '../limits.ts';
import {
  type HubProcess,
  logRecords,
  makeProcess,
  name,
  openReader,
  openWindow,
} from './test-fixtures/hub-process.ts';

let subject: HubProcess;

beforeEach(() => {
  vi.useFakeTimers();
  subject = makeProcess();
});
afterEach(() => {
  subject.close();
  vi.useRealTimers();
});

it('sends a frame at once, and one a second while nothing happens', async () => {
  const window = openWindow(subject, 10);
  expect(window.frames).toHaveLength(1);
  await vi.advanceTimersByTimeAsync(10_000);
  expect(window.frames).toHaveLength(11);
  expect(window.frames.map(({ frame }) => frame.seq)).toEqual(Array.from({ length: 11 }, (_, i) => i + 1));
  expect(window.frames.at(-1)?.frame.skipped).toBe(0);
});

it('sends ten frames a second while a value changes', async () => {
  const window = openWindow(subject, 10);
  const change = setInterval(() => subject.level.add(1), 20);
  await vi.advanceTimersByTimeAsync(1_000);
  window.frames.length = 0;
  await vi.advanceTimersByTimeAsync(5_000);
  clearInterval(change);
  expect(window.frames.length).toBeGreaterThanOrEqual(45);
  expect(window.frames.length).toBeLessThanOrEqual(55);
  const times = window.frames.map(({ frame }) => frame.time);
  expect(Math.min(...times.slice(1).map((time, i) => time - (times[i] ?? 0)))).toBeGreaterThanOrEqual(50);
});

it('shows the first change after a quiet time within a quarter of a second', async () => {
  const window = openWindow(subject, 10);
  await vi.advanceTimersByTimeAsync(5_300);
  subject.level.set(7);
  await vi.advanceTimersByTimeAsync(250);
  expect(window.frames.at(-1)?.level).toBe(7);
});

it('shows what a histogram records before the second is over', async () => {
  const window = openWindow(subject, 10);
  await vi.advanceTimersByTimeAsync(5_300);
  const before = window.frames.length;
  subject.wait.record(1e6);
  await vi.advanceTimersByTimeAsync(250);
  expect(window.frames.length).toBe(before + 1);
});

it('sends a hidden window one frame a second, whatever happens and whoever else looks', async () => {
  openWindow(subject, 10);
  const hidden = openWindow(subject, 1);
  const change = setInterval(() => subject.level.add(1), 20);
  await vi.advanceTimersByTimeAsync(10_000);
  clearInterval(change);
  expect(hidden.frames.length).toBeGreaterThanOrEqual(9);
  expect(hidden.frames.length).toBeLessThanOrEqual(11);
});

it('sends no third frame without an acknowledgement, and counts what it overwrote', async () => {
  const window = openWindow(subject, 10, false);
  subject.level.set(1);
  await vi.advanceTimersByTimeAsync(250);
  expect(window.frames.map(({ frame }) => frame.seq)).toEqual([1, 2]);
  for (const level of [2, 3, 4]) {
    subject.level.set(level);
    await vi.advanceTimersByTimeAsync(110);
  }
  expect(window.frames).toHaveLength(2);
  window.say({ type: 'ack', seq: 2 });
  expect(window.frames).toHaveLength(3);
  // Of three frames that were due the newest was sent; the other two were overwritten.
  expect(window.frames[2]).toMatchObject({ level: 4, frame: { seq: 3, skipped: 2 } });
});

it('counts nothing as overwritten while nothing changes', async () => {
  const window = openWindow(subject, 10, false);
  await vi.advanceTimersByTimeAsync(2_500);
  expect(window.frames).toHaveLength(2);
  window.say({ type: 'ack', seq: 2 });
  expect(window.frames[2]?.frame.skipped).toBe(0);
});

it('sends nothing to a window that wants nothing', async () => {
  const window = openWindow(subject, 10);
  window.say({ type: 'rate', hz: 0 });
  const before = window.frames.length;
  subject.level.set(1);
  await vi.advanceTimersByTimeAsync(5_000);
  expect(window.frames).toHaveLength(before);
});

it('sends a window that opens its logs everything that is kept, and calls none of it lost', async () => {
  logRecords(subject, limits.logBatchRecords.default + 77);
  const reader = openReader(subject, true);
  reader.say({ type: 'logs', follow: true, afterSeq: 0 });
  await vi.advanceTimersByTimeAsync(200);
  expect(reader.seqs()).toEqual(Array.from({ length: limits.logBatchRecords.default + 77 }, (_, n) => n + 1));
  expect(reader.missed()).toBe(0);
});

it('calls nothing lost that a window had before its stream was opened again', async () => {
  logRecords(subject, limits.logRingRecords.default * 3);
  const reader = openReader(subject, true);
  reader.say({ type: 'logs', follow: true, afterSeq: 5 });
  await vi.advanceTimersByTimeAsync(200);
  expect(reader.seqs().length).toBeGreaterThanOrEqual(limits.logRingRecords.default);
  expect(reader.missed()).toBe(0);
});

it('sends a window that does not read a bounded amount of logs, and later says how many it missed', async () => {
  const bytes = () => 100_000;
  const reader = openReader(subject, false, bytes);
  reader.say({ type: 'logs', follow: true, afterSeq: 0 });
  const total = limits.logRingRecords.default * 4;
  for (let n = 0; n < total; n += 100) {
    logRecords(subject, 100);
    await vi.advanceTimersByTimeAsync(100);
  }
  const unread = reader.got.filter((message) => message.type === 'logs').length * bytes();
  expect(unread).toBeLessThan(limits.streamUnreadBytes.default + bytes());
  reader.reads = true;
  reader.read();
  await vi.advanceTimersByTimeAsync(1_000);
  expect(reader.seqs().at(-1)).toBe(total);
  expect(reader.missed()).toBe(total - reader.seqs().length);
  expect(reader.missed()).toBeGreaterThan(0);
});

it('accounts for every record, however logging and reading alternate', async () => {
  const steps = fc.array(fc.record({ logged: fc.nat(1_500), reads: fc.boolean() }), { maxLength: 12 });
  await fc.assert(
    fc.asyncProperty(steps, async (sequence) => {
      const process = makeProcess();
      subject.close();
      subject = process;
      const reader = openReader(process, false, () => 90_000);
      reader.say({ type: 'logs', follow: true, afterSeq: 0 });
      let total = 0;
      for (const { logged, reads } of sequence) {
        logRecords(subject, logged);
        total += logged;
        if (total > 0 && reader.got.length < 2) await vi.advanceTimersByTimeAsync(100);
        if (reads) reader.read();
        await vi.advanceTimersByTimeAsync(100);
      }
      reader.reads = true;
      reader.read();
      await vi.advanceTimersByTimeAsync(2_000);
      const seqs = reader.seqs();
      expect(seqs).toEqual([...seqs].sort((a, b) => a - b));
      expect(new Set(seqs).size).toBe(seqs.length);
      const before = (seqs[0] ?? 1) - 1;
      expect(before + seqs.length + reader.missed()).toBe(total);
    }),
    { numRuns: 30 },
  );
});

it('sends a window that fell behind the newest table once it has read, not those in between', async () => {
  let version = 0;
  subject.hub.provideTable('things', { rows: () => [[version]], total: () => 1 });
  const reader = openReader(subject, false, () => limits.streamUnreadBytes.default);
  reader.say({ type: 'watch', table: 'things', on: true });
  while (version < 10) {
    version++;
    subject.hub.touchTable('things');
    await vi.advanceTimersByTimeAsync(1_000);
  }
  expect(reader.tables()).toEqual([[[0]]]);
  reader.read();
  expect(reader.tables()).toEqual([[[0]], [[10]]]);
});

it('gives the place of a window that reads nothing to a new one, and never that of one that reads', async () => {
  const stalled = openReader(subject, false);
  stalled.say({ type: 'rate', hz: 1 });
  const others = Array.from({ length: limits.streamSubscribers.default - 1 }, () =>
    openReader(subject, true),
  );
  const early = openReader(subject, true);
  expect(early.closed).toBe(true);
  await vi.advanceTimersByTimeAsync(limits.streamStalledMs.default);
  const late = openReader(subject, true);
  expect(late.closed).toBe(false);
  expect(stalled.closed).toBe(true);
  expect(others.some(({ closed }) => closed)).toBe(false);
  expect(openReader(subject, true).closed).toBe(true);
});

it('closes the window with most unread when all together have too much', async () => {
  subject.hub.provideTable('things', { rows: () => [], total: () => 0 });
  const share = Math.floor(limits.streamUnreadTotalBytes.default / 4);
  const sizes = [share, share * 2, share, share];
  const readers = sizes.map((size) => {
    const reader = openReader(subject, false, ({ type }) => (type === 'rows' ? size : 0));
    reader.say({ type: 'watch', table: 'things', on: true });
    return reader;
  });
  expect(readers.map(({ closed }) => closed)).toEqual([false, true, false, false]);
});

it('cuts a table at the limit of rows, says how many there are, and reads no further', async () => {
  const most = limits.tableRows.default;
  let read = 0;
  function* rows() {
    for (; read < most + 100; read++) yield [read];
  }
  subject.hub.provideTable('things', { rows, total: () => most + 100 });
  const reader = openReader(subject, true);
  reader.say({ type: 'watch', table: 'things', on: true });
  const [table] = reader.tables();
  expect(table).toHaveLength(most);
  expect([table?.[0], table?.at(-1)]).toEqual([[0], [most - 1]]);
  expect(reader.got.find(({ type }) => type === 'rows')).toMatchObject({ total: most + 100 });
  expect(read).toBeLessThan(most + 2);
});

it('sends a table of exactly as many rows as the limit whole', () => {
  const most = limits.tableRows.default;
  subject.hub.provideTable('things', {
    rows: () => Array.from({ length: most }, () => [0]),
    total: () => most,
  });
  const reader = openReader(subject, true);
  reader.say({ type: 'watch', table: 'things', on: true });
  expect(reader.tables()[0]).toHaveLength(most);
});

it('sends a table that changes all the time once a second, and one that is left alone every three', async () => {
  let version = 0;
  subject.hub.provideTable('busy', { rows: () => [[++version]], total: () => 1 });
  subject.hub.provideTable('still', { rows: () => [[7]], total: () => 1 });
  const [busy, still] = [openReader(subject, true), openReader(subject, true)];
  busy.say({ type: 'watch', table: 'busy', on: true });
  still.say({ type: 'watch', table: 'still', on: true });
  const touch = setInterval(() => subject.hub.touchTable('busy'), 10);
  await vi.advanceTimersByTimeAsync(6_100);
  clearInterval(touch);
  expect(busy.tables()).toHaveLength(1 + 6);
  expect(still.tables()).toHaveLength(1 + 2);
});

it('sends what changes in a table whose rows mostly stay, to each window by what that has, and the whole to who has nothing', async () => {
  let rows = Array.from({ length: 9 }, (_, at) => [at]);
  const provider = { byChanges: true, rows: () => rows, total: () => rows.length };
  subject.hub.provideTable('things', provider);
  const one = openReader(subject, true);
  const told = (reader: typeof one): unknown[] =>
    reader.got.flatMap<unknown>((message) => {
      if (message.type === 'changes') return [message.edits];
      return message.type === 'rows' ? [message.rows.length] : [];
    });
  one.say({ type: 'watch', table: 'things', on: true });
  rows = [...rows.slice(1), [10]];
  subject.hub.touchTable('things');
  await vi.advanceTimersByTimeAsync(1_000);
  expect(told(one)).toEqual([
    9,
    [
      [0, 1, []],
      [9, 0, [[10]]],
    ],
  ]);
  const other = openReader(subject, true);
  other.say({ type: 'watch', table: 'things', on: true });
  rows = rows.slice(0, -1);
  subject.hub.touchTable('things');
  await vi.advanceTimersByTimeAsync(1_000);
  expect(told(one).slice(2)).toEqual([[[8, 1, []]]]);
  expect(told(other)).toEqual([9, [[8, 1, []]]]);
  // All is other.
  rows = rows.map(([at]) => [at! + 100]);
  subject.hub.touchTable('things');
  await vi.advanceTimersByTimeAsync(1_000);
  expect(told(one).slice(3)).toEqual([8]);
  // Who watches anew has nothing.
  one.say({ type: 'watch', table: 'things', on: false });
  one.say({ type: 'watch', table: 'things', on: true });
  expect(told(one).slice(4)).toEqual([8]);
});

it('sends a table no more once nobody watches it', async () => {
  subject.hub.provideTable('things', { rows: () => [[1]], total: () => 1 });
  const reader = openReader(subject, true);
  reader.say({ type: 'watch', table: 'things', on: true });
  reader.say({ type: 'watch', table: 'things', on: false });
  subject.hub.touchTable('things');
  await vi.advanceTimersByTimeAsync(5_000);
  expect(reader.tables()).toHaveLength(1);
});

it('sends what a table says about one thing to who watches it, and nothing of what is not there', async () => {
  const rooms = new Map([['a/b', [1]]]);
  subject.hub.provideTable('members', {
    about: (room) => {
      const who = rooms.get(room);
      return who === undefined ? null : { rows: () => who.map((one) => [one]), total: () => who.length };
    },
  });
  subject.hub.provideTable('rooms', { rows: () => [['a/b']], total: () => 1 });
  const reader = openReader(subject, true);
  const told = () =>
    reader.got.flatMap((message) =>
      message.type === 'rows' ? [[message.table, message.rows, message.total]] : [],
    );
  for (const table of ['members/a/b', 'members/none', 'members', 'rooms/a/b', 'nothing/a'])
    reader.say({ type: 'watch', table, on: true });
  expect(told()).toEqual([
    ['members/a/b', [[1]], 1],
    ['members/none', [], 0],
  ]);
  rooms.set('a/b', [1, 2]);
  rooms.set('none', [3]);
  subject.hub.touchTable('members');
  await vi.advanceTimersByTimeAsync(1_000);
  expect(told().slice(2)).toEqual([
    ['members/a/b', [[1], [2]], 2],
    ['members/none', [[3]], 1],
  ]);
  rooms.delete('a/b');
  reader.say({ type: 'watch', table: 'members/none', on: false });
  await vi.advanceTimersByTimeAsync(2_000);
  expect(told().slice(4)).toEqual([['members/a/b', [], 0]]);
});

it('lets a window follow so many tables at once, and one more when it has left another', () => {
  subject.hub.provideTable('members', { about: (room) => ({ rows: () => [[room]], total: () => 1 }) });
  const reader = openReader(subject, true);
  const most = limits.streamTables.default;
  const watch = (room: number, on = true) => reader.say({ type: 'watch', table: `members/${room}`, on });
  for (let room = 0; room <= most; room++) watch(room);
  expect(reader.tables().at(-1)).toEqual([[`${most - 1}`]]);
  watch(0);
  expect(reader.tables()).toHaveLength(most + 1);
  watch(0, false);
  watch(most);
  expect(reader.tables().at(-1)).toEqual([[`${most}`]]);
});

it('puts no more records than the limit into one message of logs', async () => {
  const most = limits.logBatchRecords.default;
  logRecords(subject, most * 2 + 1);
  const reader = openReader(subject, true);
  reader.say({ type: 'logs', follow: true, afterSeq: 0 });
  await vi.advanceTimersByTimeAsync(200);
  expect(reader.got.flatMap((message) => (message.type === 'logs' ? [message.records.length] : []))).toEqual([
    most,
    most,
    1,
  ]);
});

it('collects records for a twentieth of a second, so that a window is told once of a burst', async () => {
  const reader = openReader(subject, true);
  reader.say({ type: 'logs', follow: true, afterSeq: 0 });
  logRecords(subject, 1);
  await vi.advanceTimersByTimeAsync(30);
  logRecords(subject, 1);
  expect(reader.seqs()).toEqual([]);
  await vi.advanceTimersByTimeAsync(20);
  expect(reader.got.filter(({ type }) => type === 'logs')).toHaveLength(1);
  expect(reader.seqs()).toEqual([1, 2]);
});

it('counts the windows that look, and every byte that they are sent', async () => {
  const figure = (suffix: string) => {
    subject.registry.sample();
    return subject.registry.values[subject.registry.layout.slot(name(suffix))];
  };
  const before = figure('monitoring_bytes_total') ?? 0;
  subject.hub.provideTable('things', { rows: () => [], total: () => 0 });
  const reader = openReader(subject, true, () => 7);
  openReader(subject, true, () => 0);
  expect(figure('monitoring_subscribers')).toBe(2);
  reader.say({ type: 'watch', table: 'things', on: true });
  logRecords(subject, 1);
  reader.say({ type: 'logs', follow: true, afterSeq: 0 });
  await vi.advanceTimersByTimeAsync(100);
  expect((figure('monitoring_bytes_total') ?? 0) - before).toBe(7 * reader.got.length);
  expect(reader.got.length).toBe(3);
  subject.hub.close();
  expect(figure('monitoring_subscribers')).toBe(0);
});

it('tells every window what its frames hold before the first that holds something else, and again when asked', async () => {
  const early = openWindow(subject, 10);
  // What serves windows is shown itself.
  expect(early.catalogs.map(({ revision }) => revision)).toEqual([2]);
  const length = { length: { kind: 'gauge', help: '' } } as const;
  const queue = subject.registry.instrument('queue', { queue: 'a' }, length);
  const framesBefore = early.frames.length;
  await vi.advanceTimersByTimeAsync(1_000);
  const { catalog } = subject.registry;
  expect(early.catalogs.slice(1)).toEqual([{ ...catalog, beforeFrame: framesBefore }]);
  const fits = ({ frame }: (typeof early.frames)[number]) =>
    frame.revision === 2 || frame.values.length === subject.registry.layout.size;
  expect(early.frames.every(fits)).toBe(true);
  const late = openWindow(subject, 10);
  expect(late.catalogs).toEqual([{ ...catalog, beforeFrame: 0 }]);
  late.say({ type: 'catalog?' });
  expect(late.catalogs.at(-1)).toEqual({ ...catalog, beforeFrame: 1 });
  queue.close();
  await vi.advanceTimersByTimeAsync(1_000);
  expect(early.catalogs.at(-1)?.revision).toBe(4);
  expect(early.frames.at(-1)?.frame.revision).toBe(4);
});

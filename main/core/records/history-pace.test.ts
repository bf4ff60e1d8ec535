/** When history is sent, what its state says, and what a recorder that comes and goes is told. */
import { beforeEach, expect, test, vi } from 'vitest';
import type { HistoryStatus } from '../../../contract/control/history.ts';
import type { Outcome } from '../../../contract/errors.ts';
import type { HistoryBatch } from '../../../contract/history-batch.ts';
import type { DaemonSnapshot, DaemonState } from '../../../contract/states.ts';
import { FakeClock } from '../../../kit/fake-clock.ts';
import { CONTROL_LIMITS } from '../limits.ts';
import type { AuditJournal } from './audit-journal.ts';
import { HistoryClient } from './history-client.ts';

const limits = { ...CONTROL_LIMITS, historyFlushMs: 1_000, historyBatch: 2 };
const METRICS = [{ name: 'a', kind: 'gauge', unit: 'count', help: '' }] as const;
const GOOD: Outcome<unknown> = { ok: true, result: { done: [], more: false } };

let clock: FakeClock;
let calls: [string, unknown, number][];
let answers: (Outcome<unknown> | Promise<Outcome<unknown>>)[];
let statuses: HistoryStatus[];
let journal: { pending: boolean; waiting: number; written: number; dropped: number };
let client: HistoryClient;

beforeEach(() => {
  clock = new FakeClock();
  calls = [];
  answers = [];
  statuses = [];
  journal = { pending: false, waiting: 0, written: 0, dropped: 0 };
  const files = { folder: '/j', run: 'r', finished: vi.fn(), taken: vi.fn(() => (journal.pending = false)) };
  client = new HistoryClient({
    recorder: {
      call: async (name, args, timeoutMs) => {
        calls.push([name, args, timeoutMs]);
        return (await answers.shift()) ?? GOOD;
      },
    },
    journal: Object.assign(journal, files) as unknown as AuditJournal,
    catalogs: [
      { source: 'main', metrics: METRICS },
      { source: 'd', metrics: METRICS },
    ],
    clock,
    limits,
    onStatus: (status) => statuses.push(status),
  });
});

const recorderIs = (state: DaemonState, cause: string | null = null) =>
  client.recorderChanged({ id: 'recorder', state, cause } as DaemonSnapshot);
const sample = (time: number, source = 'main') =>
  client.addSample({
    source,
    instance: 1,
    time,
    metrics: METRICS,
    values: new Float64Array(1),
    intervals: [],
  });
const batches = () => calls.flatMap(([name, args]) => (name === 'append' ? [args as HistoryBatch] : []));

test('before the recorder runs nothing is sent, and the state says why, since when and how much waits', async () => {
  const since = clock.now();
  sample(1);
  client.addState({ time: 1, daemon: 'd', state: 'running', cause: null });
  journal.waiting = 3;
  await clock.advance(1_000);
  expect(calls).toEqual([]);
  const status = {
    state: 'paused',
    since,
    reason: 'The recorder has not started yet.',
    buffered: 5,
    dropped: 0,
  };
  expect(client.status()).toEqual(status);
  expect(statuses).toEqual([status]);
  // What is no news is not told again.
  await clock.advance(5_000);
  expect(statuses).toHaveLength(1);
});

test('once it runs everything goes at once, in batches, then once a second', async () => {
  for (let n = 1; n <= 3; n++) sample(n);
  recorderIs('running');
  await clock.advance(0);
  expect(batches().map(({ samples, batch }) => [batch, samples.map(({ time }) => time)])).toEqual([
    [1, [1, 2]],
    [2, [3]],
  ]);
  expect(new Set(batches().map(({ epoch }) => epoch)).size).toBe(1);
  expect(calls[0]?.[2]).toBe(limits.historyAppendMs);
  sample(4);
  await clock.advance(999);
  expect(batches()).toHaveLength(2);
  await clock.advance(1);
  expect(batches()).toHaveLength(3);
  await clock.advance(10_000);
  expect(batches()).toHaveLength(3);
});

test('the state is recording since the recorder took what waited, and says nothing of the handful that waits', async () => {
  await clock.advance(300);
  recorderIs('running');
  sample(1);
  expect(client.status()).toEqual({
    state: 'recording',
    since: clock.now(),
    reason: null,
    buffered: 0,
    dropped: 0,
  });
  await clock.advance(400);
  recorderIs('stopping');
  expect(client.status()).toMatchObject({
    state: 'paused',
    since: clock.now(),
    reason: 'The recorder is stopping',
    buffered: 1,
  });
  const { since } = client.status();
  await clock.advance(100);
  recorderIs('stopped', 'killed');
  expect(client.status()).toMatchObject({ since, reason: 'The recorder is stopped: killed' });
  // A state without a cause says nothing better.
  recorderIs('starting');
  expect(client.status()).toMatchObject({ reason: 'The recorder is stopped: killed' });
});

test('a recorder that runs and changes otherwise is told nothing anew', async () => {
  recorderIs('running');
  sample(1);
  await clock.advance(1_000);
  recorderIs('running', 'something');
  sample(2);
  await clock.advance(1_000);
  expect(batches().map(({ catalogs }) => catalogs.map(({ source }) => source))).toEqual([['d', 'main'], []]);
  expect(client.status().state).toBe('recording');
});

test('a recorder that comes again gets all lists again, those of processes that say nothing too', async () => {
  recorderIs('running');
  sample(1);
  await clock.advance(1_000);
  recorderIs('crashed', 'x');
  recorderIs('running');
  sample(2, 'd');
  await clock.advance(1_000);
  expect(batches()[1]?.catalogs.map(({ source }) => source)).toEqual(['main', 'd']);
});

test('what is under way is asked for once, and counts as waiting until it is confirmed', async () => {
  let answer: (outcome: Outcome<unknown>) => void = () => {};
  answers.push(new Promise((resolve) => (answer = resolve)));
  recorderIs('running');
  sample(1);
  void client.flush();
  void client.flush();
  await clock.advance(0);
  expect(batches()).toHaveLength(1);
  recorderIs('crashed', 'killed');
  expect(client.status()).toMatchObject({ buffered: 1 });
  // It is confirmed all the same: the next recorder has it.
  answer(GOOD);
  await clock.advance(0);
  expect(client.status()).toMatchObject({
    state: 'paused',
    buffered: 0,
    reason: 'The recorder is crashed: killed',
  });
});

test('a batch without a confirmation stays first, and is sent as it was', async () => {
  answers.push({ ok: false, error: { code: 'timeout', message: 'late' } });
  recorderIs('running');
  sample(1);
  await clock.advance(1_000);
  sample(2);
  expect(client.status()).toMatchObject({
    state: 'paused',
    reason: 'The recorder did not store: late',
    buffered: 2,
  });
  await clock.advance(1_000);
  expect(batches().map(({ batch, samples }) => [batch, samples.length])).toEqual([
    [1, 1],
    [1, 1],
    [2, 1],
  ]);
  expect(client.status().state).toBe('recording');
});

test('the journal is taken over after the first batch, and goes on alone where nothing else waits', async () => {
  journal.pending = true;
  recorderIs('running');
  await clock.advance(0);
  expect(calls.map(([name]) => name)).toEqual(['append', 'journal']);
  expect(calls[1]).toEqual(['journal', { folder: '/j', run: 'r' }, limits.historyAppendMs]);
  journal.pending = true;
  await clock.advance(1_000);
  expect(calls.map(([name]) => name)).toEqual(['append', 'journal', 'journal']);
  journal.pending = true;
  sample(1);
  await clock.advance(1_000);
  expect(calls.slice(3).map(([name]) => name)).toEqual(['journal', 'append']);
});

test('entries that the journal gave up count as dropped', () => {
  journal.dropped = 4;
  expect(client.status().dropped).toBe(4);
});

test('a query is answered within its time, and throws what the recorder says', async () => {
  recorderIs('running');
  answers.push({ ok: false, error: { code: 'bad_request', message: 'no such metric', detail: { n: 1 } } });
  await expect(client.query('history', { a: 1 })).rejects.toMatchObject({
    code: 'bad_request',
    message: 'no such metric',
    detail: { n: 1 },
  });
  expect(calls).toEqual([['history', { a: 1 }, limits.historyQueryMs]]);
});

test('once it is closed nothing is sent by itself', async () => {
  recorderIs('running');
  client.close();
  client.close();
  sample(1);
  await clock.advance(60_000);
  expect(calls).toEqual([]);
  expect(clock.pendingTimers).toBe(0);
});

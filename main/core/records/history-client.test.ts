import { beforeEach, expect, type Mock, test, vi } from 'vitest';
import type { HistoryStatus } from '../../../contract/control/history.ts';
import type { Outcome } from '../../../contract/errors.ts';
import type { HistoryBatch, JournalTaken } from '../../../contract/history-batch.ts';
import type { MetricSpec } from '../../../contract/manifest.ts';
import type { DaemonSnapshot, DaemonState } from '../../../contract/states.ts';
import { FakeClock } from '../../../kit/fake-clock.ts';
import { CONTROL_LIMITS } from '../limits.ts';
import type { AuditJournal } from './audit-journal.ts';
import { HistoryClient } from './history-client.ts';

const limits = { ...CONTROL_LIMITS, historySamples: 20, historyBatch: 8 };

/** A recorder that keeps what it is given, once a batch. */
class FakeRecorder {
  readonly stored: HistoryBatch[] = [];
  /** Also those that it had already. */
  readonly sent: HistoryBatch[] = [];
  readonly asked: unknown[] = [];
  readonly #seen = new Set<string>();
  /** Answers of the next calls; after them it stores. */
  journal: Outcome<JournalTaken>[] = [];
  answers: ('store' | 'storeAndLoseReply' | Outcome<unknown>)[] = [];

  async call(name: string, args: unknown): Promise<Outcome<unknown>> {
    if (name === 'journal') this.asked.push(args);
    if (name === 'journal') return this.journal.shift() ?? { ok: true, result: { done: [], more: false } };
    if (name !== 'append') return { ok: true, result: { name, args } };
    const batch = args as HistoryBatch;
    this.sent.push(batch);
    const answer = this.answers.shift() ?? 'store';
    if (typeof answer === 'string') {
      const key = `${batch.epoch}:${batch.batch}`;
      if (!this.#seen.has(key)) this.stored.push(batch);
      this.#seen.add(key);
    }
    if (answer === 'storeAndLoseReply')
      return { ok: false, error: { code: 'crashed', message: 'recorder ended' } };
    return typeof answer === 'string' ? { ok: true, result: { stored: 1 } } : answer;
  }

  get times(): number[] {
    return this.stored.flatMap(({ samples }) => samples.map(({ time }) => time));
  }
}

let clock: FakeClock;
let recorder: FakeRecorder;
let statuses: HistoryStatus[];
let journal: {
  readonly folder: string;
  readonly run: string;
  pending: boolean;
  waiting: number;
  written: number;
  dropped: number;
  finished: Mock<AuditJournal['finished']>;
  taken: Mock<AuditJournal['taken']>;
};
let client: HistoryClient;

beforeEach(() => {
  clock = new FakeClock();
  recorder = new FakeRecorder();
  statuses = [];
  journal = {
    folder: '/data/journal',
    run: 'aaaaaaaaaaaa',
    pending: false,
    waiting: 0,
    written: 0,
    dropped: 0,
    finished: vi.fn(),
    taken: vi.fn(() => {
      journal.pending = false;
      journal.waiting = 0;
    }),
  };
  client = new HistoryClient({
    recorder,
    journal: journal as unknown as AuditJournal,
    catalogs: [{ source: 'main', metrics: [] }],
    clock,
    limits,
    onStatus: (status) => statuses.push(status),
  });
});

function recorderIs(state: DaemonState, cause: string | null = null): void {
  client.recorderChanged({ id: 'recorder', state, cause } as DaemonSnapshot);
}

const LIST: readonly MetricSpec[] = [{ name: 'a', kind: 'gauge', unit: 'count', help: '' }];

function sample(time: number, metrics = LIST): void {
  client.addSample({
    source: 'main',
    instance: 1,
    time,
    metrics,
    values: new Float64Array(1),
    intervals: [],
  });
}

/** Lines that the recorder has not taken over. */
function written(lines: number): void {
  Object.assign(journal, { pending: true, waiting: lines, written: lines });
}

test('while the recorder runs, one batch a second leaves with what came in', async () => {
  recorderIs('running');
  sample(1);
  sample(2);
  await clock.advance(limits.historyFlushMs);
  sample(3);
  await clock.advance(limits.historyFlushMs);
  expect(recorder.stored.map(({ samples }) => samples.length)).toEqual([2, 1]);
  expect(client.status()).toMatchObject({ state: 'recording', buffered: 0, dropped: 0 });
});

test('what waits is counted, a batch that was not confirmed included, with the most so far and what was lost', async () => {
  const queue = () => client.queue;
  expect(queue()).toEqual({
    ...{ depth: 0, highWater: 0, submitted: 0, dropped: 0 },
    capacity: limits.historySamples + limits.historyStates,
  });
  for (let time = 1; time <= 25; time++) sample(time);
  client.addState({ source: 'ircd', time: 1, from: 'stopped', to: 'running', cause: null } as never);
  expect(queue()).toMatchObject({ depth: 21, highWater: 21, submitted: 26, dropped: 5 });
  recorder.answers = [{ ok: false, error: { code: 'crashed', message: 'it ended' } }];
  recorderIs('running');
  await clock.advance(0);
  expect(queue()).toMatchObject({ depth: 21 });
  await clock.advance(limits.historyFlushMs);
  expect(queue()).toMatchObject({ depth: 0, highWater: 21, submitted: 26, dropped: 5 });
});

test('a list of metrics goes along when it changes, under the number that its samples have, and again after a restart', async () => {
  const labels = { queue: 'a' };
  const other: readonly MetricSpec[] = [
    ...LIST,
    { name: 'b', kind: 'gauge', unit: 'count', help: '', labels },
  ];
  recorderIs('running');
  sample(1);
  sample(2, other);
  await clock.advance(1_000);
  sample(3, other);
  await clock.advance(1_000);
  sample(4);
  recorder.answers.push('storeAndLoseReply');
  await clock.advance(1_000);
  recorderIs('crashed', 'killed by signal SIGKILL');
  recorderIs('running');
  await clock.advance(1_000);
  sample(5);
  await clock.advance(1_000);
  const stored = recorder.stored.map(({ samples, catalogs }) => ({
    samples: samples.map(({ catalog }) => catalog),
    catalogs: catalogs.map(({ id }) => id),
  }));
  expect(stored).toEqual([
    { samples: [1, 2], catalogs: [1, 2] },
    { samples: [2], catalogs: [] },
    { samples: [1], catalogs: [1] },
    { samples: [1], catalogs: [] },
  ]);
  expect(recorder.sent.at(-2)?.catalogs.map(({ id }) => id)).toEqual([1]);
  expect(recorder.stored[0]?.catalogs[1]?.metrics[1]?.name).toBe('b{queue="a"}');
});

test('the catalogs go with the first batch of each recorder process', async () => {
  recorderIs('running');
  sample(1);
  await clock.advance(1_000);
  sample(2);
  await clock.advance(1_000);
  recorderIs('crashed', 'killed by signal SIGKILL');
  recorderIs('running');
  sample(3);
  await clock.advance(1_000);
  expect(recorder.stored.map(({ catalogs }) => catalogs.length)).toEqual([1, 0, 1]);
});

test('while it is down, history is paused with the reason, and everything comes later in order', async () => {
  recorderIs('running');
  recorderIs('backoff', 'killed by signal SIGKILL');
  for (let n = 1; n <= 10; n++) sample(n);
  await clock.advance(5_000);
  expect(client.status()).toMatchObject({
    state: 'paused',
    buffered: 10,
    reason: 'The recorder is backoff: killed by signal SIGKILL',
  });
  expect(statuses.some(({ state }) => state === 'paused')).toBe(true);
  recorderIs('running');
  await clock.advance(0);
  expect(recorder.times).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
  expect(recorder.stored.map(({ batch }) => batch)).toEqual([1, 2]);
  expect(statuses.at(-1)).toMatchObject({ state: 'recording' });
});

test('a batch whose confirmation was lost is sent again under its number, and counts once', async () => {
  recorder.answers = ['storeAndLoseReply'];
  recorderIs('running');
  sample(1);
  await clock.advance(1_000);
  recorderIs('crashed');
  sample(2);
  recorderIs('running');
  await clock.advance(1_000);
  expect(recorder.times).toEqual([1, 2]);
  expect(recorder.stored.map(({ batch }) => batch)).toEqual([1, 2]);
});

test('beyond the limit the oldest samples are lost, and counted', async () => {
  for (let n = 1; n <= 25; n++) sample(n);
  expect(client.status()).toMatchObject({ buffered: 20, dropped: 5 });
  recorderIs('running');
  await clock.advance(1_000);
  expect(recorder.times[0]).toBe(6);
});

test('a batch that the recorder can never take does not hold up the rest', async () => {
  recorder.answers = [{ ok: false, error: { code: 'bad_request', message: 'no' } }];
  recorderIs('running');
  sample(1);
  await clock.advance(1_000);
  expect(client.status()).toMatchObject({ state: 'paused', dropped: 1, buffered: 0 });
  sample(2);
  await clock.advance(2_000);
  expect(recorder.times).toEqual([2]);
  expect(client.status()).toMatchObject({ state: 'recording' });
});

test('a full disk pauses history until it takes again', async () => {
  recorder.answers = [{ ok: false, error: { code: 'internal', message: 'disk full' } }];
  recorderIs('running');
  sample(1);
  await clock.advance(1_000);
  expect(client.status()).toMatchObject({ state: 'paused', reason: 'The recorder did not store: disk full' });
  await clock.advance(1_000);
  expect(client.status()).toMatchObject({ state: 'recording', dropped: 0 });
  expect(recorder.times).toEqual([1]);
});

test('queries are answered by the recorder, and refused with the reason while it is down', async () => {
  await expect(client.query('audit', {})).rejects.toMatchObject({ code: 'history_paused' });
  recorderIs('running');
  sample(1);
  await expect(client.query('audit', { limit: 1 })).resolves.toEqual({ name: 'audit', args: { limit: 1 } });
  // What was buffered went first.
  expect(recorder.times).toEqual([1]);
});

test('the recorder takes the audit journal over, part by part, and what it has is removed', async () => {
  recorder.journal = [
    { ok: true, result: { done: ['1.jsonl'], more: true } },
    { ok: true, result: { done: ['2.jsonl'], more: false } },
  ];
  written(7);
  expect(client.status()).toMatchObject({ state: 'paused', buffered: 7 });
  recorderIs('running');
  await clock.advance(1_000);
  expect(journal.finished.mock.calls).toEqual([[['1.jsonl']], [['2.jsonl']]]);
  expect(journal.taken.mock.calls).toEqual([[7]]);
  expect(recorder.asked[0]).toEqual({ folder: '/data/journal', run: 'aaaaaaaaaaaa' });
});

test('the journal stays where it is while the recorder cannot store, and history says so', async () => {
  recorder.journal = [{ ok: false, error: { code: 'refused', message: 'disk full' } }];
  written(2);
  recorderIs('running');
  await clock.advance(0);
  expect(client.status()).toMatchObject({
    state: 'paused',
    buffered: 2,
    reason: expect.stringContaining('disk full'),
  });
  expect(journal.taken).not.toHaveBeenCalled();
  await clock.advance(1_000);
  expect(client.status()).toMatchObject({ state: 'recording' });
  expect(journal.taken).toHaveBeenCalledWith(2);
});

test('a journal that the recorder cannot read holds up no samples, and history says so all the while', async () => {
  recorderIs('running');
  await clock.advance(1_000);
  const error = { code: 'internal', message: 'EIO: i/o error, read' } as const;
  for (let second = 1; second <= 30; second++) {
    recorder.journal = [{ ok: false, error }];
    written(1);
    sample(second);
    await clock.advance(1_000);
    expect(client.status()).toMatchObject({ state: 'paused', reason: expect.stringContaining('EIO') });
  }
  expect(recorder.times).toEqual(Array.from({ length: 30 }, (_, i) => i + 1));
  await clock.advance(1_000);
  expect(client.status()).toMatchObject({ state: 'recording', dropped: 0 });
});

test('what was done a moment ago belongs to the answer of an audit query', async () => {
  recorderIs('running');
  written(1);
  await client.query('audit', {});
  expect(journal.taken).toHaveBeenCalledWith(1);
});

test('a host without a recorder keeps nothing', () => {
  const none = new HistoryClient({
    recorder: null,
    journal: null,
    catalogs: [],
    clock,
    limits,
    onStatus: () => {},
  });
  none.addSample({
    source: 'main',
    instance: 1,
    time: 1,
    values: new Float64Array(1),
    metrics: [],
    intervals: [],
  });
  expect(none.status()).toMatchObject({ state: 'paused', buffered: 0 });
});

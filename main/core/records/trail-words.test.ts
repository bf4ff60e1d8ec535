/** What the audit trail says word by word, and in which order it is told. */
import { beforeEach, expect, test, vi } from 'vitest';
import type { JournalRecord } from '../../../daemons/runtime/files/journal-format.ts';
import { FakeClock } from '../../../kit/fake-clock.ts';
import { CONTROL_LIMITS } from '../limits.ts';
import { type AuditedAction, AuditTrail, type KeyedAuditEntry } from './audit-trail.ts';
import { MetricsStore } from './metrics-store.ts';

let clock: FakeClock;
let metrics: MetricsStore;
let lines: JournalRecord[];
let published: KeyedAuditEntry[];

beforeEach(() => {
  clock = new FakeClock();
  metrics = new MetricsStore(clock, [
    { source: 'd', metrics: [{ name: 'clients', kind: 'gauge', unit: 'count', help: '' }] },
  ]);
  lines = [];
  published = [];
});

function make(journal: 'written' | 'none' = 'written', limits = CONTROL_LIMITS): AuditTrail {
  const write = (record: JournalRecord) => {
    lines.push(record);
    return true;
  };
  return new AuditTrail({
    metrics,
    clock,
    limits,
    run: 'run',
    publish: (entry) => published.push(entry),
    journal: journal === 'none' ? null : { folder: '/j', problem: null, write, writeOrHold: write },
  });
}

const notAudited = vi.fn();
const actor = { name: 'ann', from: 'browser', role: 'admin', where: 'session 1 from ::1' } as const;
const action: AuditedAction = {
  actor,
  action: 'command',
  target: 'd',
  command: 'kill',
  unrecorded: 'refuse',
};
const run = (trail: AuditTrail, more: Partial<AuditedAction>, work: () => Promise<unknown>) =>
  trail.run({ ...action, ...more }, { notAudited }, work);

test('the beginning and the end of an action have one key and one time, the next action another', async () => {
  const trail = make();
  const time = clock.now();
  await run(trail, { args: { nick: 'bob' } }, async () => {
    await clock.advance(12.3456);
    return 'gone';
  });
  const about = {
    time,
    actor: 'ann (session 1 from ::1)',
    from: 'browser',
    action: 'command',
    target: 'd',
    command: 'kill',
    args: { nick: 'bob' },
    effects: [],
  };
  const unknown =
    'unknown: Signalbox ended before the outcome was written down; it may have been done or not.';
  const ended = { ...about, ok: true, outcome: 'gone', durationMs: 12.346 };
  expect(lines).toEqual([
    { kind: 'begun', key: 'run-1', entry: { ...about, ok: false, outcome: unknown, durationMs: 0 } },
    { kind: 'entry', key: 'run-1', entry: ended },
  ]);
  expect(published).toEqual([{ ...ended, key: 'run-1' }]);
  await run(trail, { unrecorded: 'run' }, async () => null);
  expect(lines.slice(2)).toMatchObject([{ kind: 'entry', key: 'run-2', entry: { args: {} } }]);
});

test.each<[unknown, string]>([
  [null, 'ok'],
  [{ state: 'running' }, 'running'],
  [{ state: 5 }, '{"state":5}'],
  [{ text: 5 }, '{"text":5}'],
  [{ rows: 5 }, '{"rows":5}'],
  [{ rows: [1] }, '1 row'],
  [{ rows: [] }, '0 rows'],
  [7, '7'],
  ['x'.repeat(501), 'x'.repeat(500)],
])('%j is kept as %s', async (result, outcome) => {
  await run(make(), {}, async () => result);
  expect(published[0]?.outcome).toBe(outcome);
});

test('a defect is kept as such, with its message', async () => {
  const defect = async () => {
    throw new TypeError('x is no function');
  };
  await expect(run(make(), {}, defect)).rejects.toThrow(TypeError);
  expect(published[0]).toMatchObject({ ok: false, outcome: 'internal: x is no function' });
});

test('what is refused for want of a record is named: a command by its daemon, any other by its request', async () => {
  const trail = new AuditTrail({
    metrics,
    clock,
    limits: CONTROL_LIMITS,
    run: 'run',
    publish: () => {},
    journal: { folder: '/j', problem: 'ENOSPC', write: () => false, writeOrHold: () => false },
  });
  const refused = (words: string) => ({
    message: expect.stringMatching(new RegExp(`^${words} was not done, because`)),
  });
  await expect(run(trail, {}, async () => null)).rejects.toMatchObject(refused('d kill'));
  await expect(run(trail, { command: '', action: 'daemon.restart' }, async () => null)).rejects.toMatchObject(
    refused('daemon.restart'),
  );
});

test('a host without a recorder keeps no trail, does everything, and tells windows all the same', async () => {
  notAudited.mockClear();
  const trail = make('none');
  metrics.update('d', { time: 1, revision: 1, values: new Float64Array([3]), intervals: [] });
  expect(await run(trail, { effects: ['clients'] }, async () => 'done')).toBe('done');
  expect(trail.beginDeed('d', { requestId: 1, actor: 'bob', command: 'KILL', args: {} })).toEqual({
    ok: true,
    result: null,
  });
  await trail.close();
  expect(published).toMatchObject([
    { outcome: 'done', effects: [] },
    { outcome: 'done', effects: [{ metric: 'clients', before: 3, after: 3 }] },
  ]);
  expect(notAudited).not.toHaveBeenCalled();
});

test('only what was done has effects, and only of metrics that are known', async () => {
  const trail = make();
  const failing = async () => {
    throw new Error('no');
  };
  metrics.update('d', { time: 1, revision: 1, values: new Float64Array([3]), intervals: [] });
  await expect(run(trail, { effects: ['clients'] }, failing)).rejects.toThrow('no');
  await run(trail, { effects: ['nobody knows'] }, async () => null);
  await run(trail, {}, async () => null);
  await trail.close();
  expect(lines.filter(({ kind }) => kind === 'effects')).toEqual([]);
  expect(clock.pendingTimers).toBe(0);
});

test('a deed without a beginning has a key and a time of its own, and took no time that is known', async () => {
  const trail = make();
  const report = {
    requestId: 1,
    actor: 'bob',
    command: 'KILL',
    args: { nick: 'eve' },
    ok: true,
    outcome: 'x'.repeat(600),
  };
  trail.endDeed('d', report);
  expect(published).toEqual([
    {
      key: 'run-1',
      time: clock.now(),
      actor: 'bob',
      from: 'd',
      action: 'command',
      target: 'd',
      command: 'KILL',
      args: { nick: 'eve' },
      ok: true,
      outcome: 'x'.repeat(500),
      durationMs: 0,
      effects: [],
    },
  ]);
  // It has ended: a second report is about another one.
  trail.beginDeed('d', report);
  trail.endDeed('d', report);
  trail.endDeed('d', report);
  expect(published.map(({ key }) => key)).toEqual(['run-1', 'run-2', 'run-3']);
});

test('of a daemon that ends, what its operators had begun took until then', async () => {
  const trail = make();
  trail.beginDeed('d', { requestId: 1, actor: 'bob', command: 'KILL', args: {} });
  await clock.advance(1_500.1234);
  trail.daemonEnded('d');
  expect(published).toMatchObject([
    {
      key: 'run-1',
      ok: false,
      outcome: 'unknown: d ended before it said what came of it; it may have been done or not.',
      durationMs: 1_500.123,
    },
  ]);
});

test('arguments of exactly the length that is kept are kept', async () => {
  const trail = make('written', { ...CONTROL_LIMITS, auditArgsChars: 13 });
  await run(trail, { args: { a: '12345' } }, async () => null);
  await run(trail, { args: { a: '123456' } }, async () => null);
  expect(published.map(({ args }) => args)).toEqual([
    { a: '12345' },
    { omitted: '14 characters of arguments' },
  ]);
});

import { beforeEach, expect, test, vi } from 'vitest';
import { z } from 'zod';
import { SignalboxError } from '../../../contract/errors.ts';
import { layoutOf } from '../../../contract/metric-frame.ts';
import type { JournalRecord } from '../../../daemons/runtime/files/journal-format.ts';
import { FakeClock } from '../../../kit/fake-clock.ts';
import { CONTROL_LIMITS } from '../limits.ts';
import { type AuditedAction, AuditTrail, type KeyedAuditEntry, maskArgs } from './audit-trail.ts';
import { MetricsStore } from './metrics-store.ts';

const layout = layoutOf([
  { name: 'connections', kind: 'gauge', unit: 'count', help: '' },
  { name: 'latency', kind: 'histogram', unit: 'seconds', help: '' },
]);
const actor = { name: 'ann', from: 'browser', role: 'admin' } as const;

let clock: FakeClock;
let metrics: MetricsStore;
let entries: KeyedAuditEntry[];
let lines: JournalRecord[];
let writable: boolean;
let notAudited: number;
let trail: AuditTrail;

beforeEach(() => {
  clock = new FakeClock();
  metrics = new MetricsStore(clock, [{ source: 'ircd', metrics: layout.catalog }]);
  entries = [];
  lines = [];
  writable = true;
  notAudited = 0;
  trail = new AuditTrail({
    metrics,
    clock,
    limits: CONTROL_LIMITS,
    run: 'run',
    publish: (entry) => entries.push(entry),
    journal: {
      folder: '/data/journal',
      problem: 'ENOSPC',
      write: (record) => {
        if (writable) lines.push(record);
        return writable;
      },
      writeOrHold: (record) => {
        lines.push(record);
        return writable;
      },
    },
  });
});

const answer = {
  notAudited() {
    notAudited++;
  },
};

function run<T>(action: Omit<AuditedAction, 'unrecorded'>, work: () => Promise<T>): Promise<T> {
  return trail.run({ ...action, unrecorded: 'run' }, answer, work);
}

function measured(connections: number, latencyCount = 0): void {
  const values = new Float64Array(layout.size);
  values[0] = connections;
  values[1] = latencyCount;
  metrics.update('ircd', { time: clock.now(), revision: 1, values, intervals: [] });
}

test('an action is written down with who, what, how it ended and how long it took', async () => {
  const result = await run({ actor, action: 'daemon.start', target: 'ircd' }, async () => {
    await clock.advance(250);
    return { state: 'running' };
  });
  expect(result).toEqual({ state: 'running' });
  expect(entries).toEqual([
    {
      time: clock.now() - 250,
      actor: 'ann',
      from: 'browser',
      action: 'daemon.start',
      target: 'ircd',
      command: '',
      args: {},
      ok: true,
      outcome: 'running',
      durationMs: 250,
      effects: [],
      key: 'run-1',
    },
  ]);
});

test('of a file that is handed over only how long it is is written down', async () => {
  const text = 'kind,mask\r\nkline,*@a.test\r\n';
  const action = { actor, action: 'command', target: 'ircd', command: 'export-bans' };
  expect(await run({ ...action, handsOver: true }, async () => ({ text }))).toEqual({ text });
  expect(entries).toMatchObject([{ outcome: '[file of 2 lines]' }]);
});

test('a refusal is written down with its code, and thrown on', async () => {
  const work = async () => {
    throw new SignalboxError('not_found', 'No such nick.');
  };
  await expect(run({ actor, action: 'command', target: 'ircd' }, work)).rejects.toThrow('No such nick.');
  expect(entries).toMatchObject([{ ok: false, outcome: 'not_found: No such nick.' }]);
});

test('the effect is what the declared metrics were before and in the first summary after', async () => {
  measured(42, 7);
  const action = {
    actor,
    action: 'command',
    target: 'ircd',
    command: 'kill',
    effects: ['connections', 'latency'],
  };
  await run(action, async () => null);
  // The entry is there before the answer, the effect follows.
  expect(lines).toMatchObject([{ kind: 'entry', key: 'run-1', entry: { command: 'kill', effects: [] } }]);
  measured(41, 8);
  await clock.advance(0);
  const effects = [
    { metric: 'connections', before: 42, after: 41 },
    { metric: 'latency', before: 7, after: 8 },
  ];
  expect(lines.slice(1)).toEqual([{ kind: 'effects', key: 'run-1', effects }]);
  expect(entries).toMatchObject([
    { key: 'run-1', effects: [] },
    { key: 'run-1', effects },
  ]);
});

test('an effect that cannot be measured is not waited for longer than two summaries', async () => {
  measured(42);
  await run({ actor, action: 'command', target: 'ircd', effects: ['connections'] }, async () => null);
  await clock.advance(CONTROL_LIMITS.effectWaitMs);
  expect(entries.at(-1)).toMatchObject({ effects: [{ before: 42, after: 42 }] });
});

test('closing writes the effects that still wait', async () => {
  measured(42);
  await run({ actor, action: 'command', target: 'ircd', effects: ['connections'] }, async () => null);
  await trail.close();
  expect(lines.map(({ kind }) => kind)).toEqual(['entry', 'effects']);
});

const deed = { requestId: 7, actor: 'oper!o@h', command: 'KILL', args: { nick: 'bob' } };

test('what an operator of a daemon does is written down before it is done, and what came of it under the same key', async () => {
  expect(trail.beginDeed('ircd', deed)).toEqual({ ok: true, result: null });
  const begun = { actor: 'oper!o@h', from: 'ircd', target: 'ircd', command: 'KILL', args: { nick: 'bob' } };
  expect(lines).toMatchObject([
    {
      kind: 'begun',
      key: 'run-1',
      entry: { ...begun, ok: false, outcome: expect.stringMatching(/^unknown/) },
    },
  ]);
  expect(entries).toEqual([]);
  const time = clock.now();
  await clock.advance(3);
  trail.endDeed('ircd', { ...deed, ok: true, outcome: 'disconnected bob' });
  const ended = { ...begun, time, ok: true, outcome: 'disconnected bob', durationMs: 3 };
  expect(lines.slice(1)).toMatchObject([{ kind: 'entry', key: 'run-1', entry: ended }]);
  expect(entries).toMatchObject([{ ...ended, key: 'run-1' }]);
});

test('the daemon is told that a deed cannot be written; when it did it nevertheless, that is held', () => {
  writable = false;
  expect(trail.beginDeed('ircd', deed)).toEqual({
    ok: false,
    error: {
      code: 'audit_unavailable',
      message: 'The audit trail in /data/journal cannot be written (ENOSPC).',
    },
  });
  trail.endDeed('ircd', { ...deed, ok: true, outcome: 'disconnected bob' });
  expect(lines).toMatchObject([{ kind: 'entry', entry: { command: 'KILL', ok: true } }]);
});

test('when a daemon ends, the trail says of what its operators had begun that nobody knows what came of it', () => {
  trail.beginDeed('ircd', deed);
  trail.beginDeed('ircd', { ...deed, requestId: 8, command: 'KLINE' });
  trail.endDeed('ircd', { ...deed, ok: true, outcome: 'disconnected bob' });
  trail.daemonEnded('relay');
  expect(entries).toHaveLength(1);
  trail.daemonEnded('ircd');
  trail.daemonEnded('ircd');
  expect(entries.slice(1)).toMatchObject([
    { key: 'run-2', command: 'KLINE', ok: false, outcome: expect.stringMatching(/^unknown: ircd ended/) },
  ]);
  // The next process of the daemon numbers its own anew.
  trail.beginDeed('ircd', { ...deed, requestId: 8 });
  expect(lines.at(-1)).toMatchObject({ kind: 'begun', key: 'run-3' });
});

test('a daemon that never says what came of deeds is told so at a limit', () => {
  for (let requestId = 1; requestId <= CONTROL_LIMITS.deedsBegun; requestId++)
    expect(trail.beginDeed('ircd', { ...deed, requestId })).toMatchObject({ ok: true });
  const more = { ...deed, requestId: CONTROL_LIMITS.deedsBegun + 1 };
  expect(trail.beginDeed('ircd', more)).toMatchObject({ ok: false, error: { code: 'limit_reached' } });
  expect(trail.beginDeed('other', more)).toMatchObject({ ok: true });
  trail.endDeed('ircd', { ...deed, requestId: 1, ok: true, outcome: '' });
  expect(trail.beginDeed('ircd', more)).toMatchObject({ ok: true });
  trail.endDeed('ircd', { ...deed, requestId: 9_999, ok: true, outcome: 'never begun' });
  trail.daemonEnded('other');
  const most = CONTROL_LIMITS.deedsBegun;
  expect(trail.deeds).toEqual({
    ...{ depth: most, high_water: most + 1, submitted: most + 2, completed: 1, cancelled: 1, rejected: 1 },
  });
});

test.each<[string, unknown, string]>([
  ['table', { rows: [1, 2, 3] }, '3 rows'],
  ['text', { text: 'done so' }, 'done so'],
  ['nothing', undefined, 'ok'],
  ['a string', 'x', 'x'],
  ['anything', { a: 1 }, '{"a":1}'],
])('the outcome of %s is kept in a short form', async (_name, result, outcome) => {
  await run({ actor, action: 'command', target: 'ircd' }, async () => result);
  expect(entries).toMatchObject([{ outcome }]);
});

test('an entry is written before the action is answered', async () => {
  const order: string[] = [];
  await run({ actor, action: 'command', target: 'ircd' }, async () =>
    order.push(`done, ${lines.length} lines`),
  );
  order.push(`answered, ${lines.length} lines`);
  expect(order).toEqual(['done, 0 lines', 'answered, 1 lines']);
  expect(notAudited).toBe(0);
});

test('what may run unrecorded does so when nothing can be written, and the answer says it', async () => {
  writable = false;
  expect(await run({ actor, action: 'daemon.stop', target: 'ircd' }, async () => 'stopped')).toBe('stopped');
  expect(notAudited).toBe(1);
  const failing = async () => {
    throw new SignalboxError('not_found', 'No such nick.');
  };
  await expect(run({ actor, action: 'command', target: 'ircd' }, failing)).rejects.toThrow('No such nick.');
  expect(notAudited).toBe(2);
});

test('everything else is not done when nothing can be written, and says why and what to do', async () => {
  writable = false;
  const work = vi.fn(async () => null);
  const action = {
    actor,
    action: 'command',
    target: 'ircd',
    command: 'broadcast',
    unrecorded: 'refuse',
  } as const;
  await expect(trail.run(action, answer, work)).rejects.toMatchObject({
    code: 'audit_unavailable',
    message: expect.stringMatching(/^ircd broadcast was not done.*\/data\/journal \(ENOSPC\).*Make room/),
  });
  expect(work).not.toHaveBeenCalled();
  expect(entries).toEqual([]);
});

test('what changes something is written down before it is done, with an outcome that is not known yet', async () => {
  const action = { actor, action: 'daemon.restart', target: 'ircd', unrecorded: 'refuse' } as const;
  await trail.run(action, answer, async () => {
    expect(lines).toMatchObject([{ kind: 'begun', key: 'run-1', entry: { ok: false } }]);
    writable = false;
    return null;
  });
  expect(lines[1]).toMatchObject({ kind: 'entry', key: 'run-1', entry: { ok: true } });
  // The disk filled up in between: it was done, and the answer says that the trail has only its beginning.
  expect(notAudited).toBe(1);
});

test('arguments that are too long for an entry are left out of it', async () => {
  const args = { text: 'x'.repeat(CONTROL_LIMITS.auditArgsChars) };
  await run({ actor, action: 'command', target: 'ircd', args }, async () => null);
  expect(entries[0]?.args).toEqual({ omitted: `${args.text.length + 11} characters of arguments` });
});

test('secrets are masked, however the field is wrapped', () => {
  const schema = z.object({
    name: z.string(),
    password: z.string().meta({ secret: true }),
    token: z.string().meta({ secret: true }).optional(),
    key: z.string().meta({ secret: true }).default('x'),
  });
  expect(maskArgs(schema, { name: 'a', password: 'p', token: 't', key: 'k' })).toEqual({
    name: 'a',
    password: '[redacted]',
    token: '[redacted]',
    key: '[redacted]',
  });
});

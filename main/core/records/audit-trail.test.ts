import { beforeEach, expect, test } from 'vitest';
import { z } from 'zod';
import { SignalboxError } from '../../../daemons/contract/errors.ts';
import type { NewAuditEntry } from '../../../daemons/contract/history-batch.ts';
import { layoutOf } from '../../../daemons/contract/metric-frame.ts';
import { FakeClock } from '../fake-clock.ts';
import { CONTROL_LIMITS } from '../limits.ts';
import { AuditTrail, maskArgs } from './audit-trail.ts';
import { MetricsStore } from './metrics-store.ts';

const layout = layoutOf([
  { name: 'connections', kind: 'gauge', unit: 'count', help: '' },
  { name: 'latency', kind: 'histogram', unit: 'seconds', help: '' },
]);
const actor = { name: 'ann', from: 'browser' } as const;

let clock: FakeClock;
let metrics: MetricsStore;
let entries: NewAuditEntry[];
let trail: AuditTrail;

beforeEach(() => {
  clock = new FakeClock();
  metrics = new MetricsStore(clock, new Map([['ircd', layout]]));
  entries = [];
  trail = new AuditTrail(metrics, clock, CONTROL_LIMITS, (entry) => entries.push(entry));
});

function measured(connections: number, latencyCount = 0): void {
  const values = new Float64Array(layout.size);
  values[0] = connections;
  values[1] = latencyCount;
  metrics.update('ircd', { time: clock.now(), values, intervals: [] });
}

test('an action is written down with who, what, how it ended and how long it took', async () => {
  const result = await trail.run({ actor, action: 'daemon.start', target: 'ircd' }, async () => {
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
    },
  ]);
});

test('a refusal is written down with its code, and thrown on', async () => {
  const work = async () => {
    throw new SignalboxError('not_found', 'No such nick.');
  };
  await expect(trail.run({ actor, action: 'command', target: 'ircd' }, work)).rejects.toThrow(
    'No such nick.',
  );
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
  await trail.run(action, async () => null);
  expect(entries).toEqual([]);
  measured(41, 8);
  await clock.advance(0);
  expect(entries).toMatchObject([
    {
      command: 'kill',
      effects: [
        { metric: 'connections', before: 42, after: 41 },
        { metric: 'latency', before: 7, after: 8 },
      ],
    },
  ]);
});

test('an effect that cannot be measured is not waited for longer than two summaries', async () => {
  measured(42);
  await trail.run({ actor, action: 'command', target: 'ircd', effects: ['connections'] }, async () => null);
  await clock.advance(CONTROL_LIMITS.effectWaitMs);
  expect(entries).toMatchObject([{ effects: [{ before: 42, after: 42 }] }]);
});

test('closing writes what still waits', async () => {
  measured(42);
  await trail.run({ actor, action: 'command', target: 'ircd', effects: ['connections'] }, async () => null);
  await trail.close();
  expect(entries).toHaveLength(1);
});

test('what a daemon reports of its own operators is kept under its name', () => {
  trail.report('ircd', {
    type: 'audit',
    actor: 'oper!o@h',
    command: 'KILL',
    args: { nick: 'bob' },
    ok: true,
    outcome: 'killed',
  });
  expect(entries).toMatchObject([{ actor: 'oper!o@h', from: 'ircd', target: 'ircd', command: 'KILL' }]);
});

test.each<[string, unknown, string]>([
  ['table', { rows: [1, 2, 3] }, '3 rows'],
  ['text', { text: 'done so' }, 'done so'],
  ['nothing', undefined, 'ok'],
  ['a string', 'x', 'x'],
  ['anything', { a: 1 }, '{"a":1}'],
])('the outcome of %s is kept in a short form', async (_name, result, outcome) => {
  await trail.run({ actor, action: 'command', target: 'ircd' }, async () => result);
  expect(entries).toMatchObject([{ outcome }]);
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

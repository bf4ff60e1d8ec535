/** What happened over a time, summed up: how much of it, of which kind, and for whom. */
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { MARK_BUCKETS } from '../../../contract/control/marks.ts';
import { limits } from '../limits.ts';
import { NOON, Scene } from '../test-fixtures/scene.ts';
import type { MarksQuery } from './mark-query.ts';

let scene: Scene;
beforeEach(() => {
  scene = new Scene();
});
afterEach(() => scene.close());

const FROM = (NOON - 60) * 1_000;
const TO = (NOON + 60) * 1_000;
const at = (second: number) => (NOON + second) * 1_000;
const ask = async (query: Partial<MarksQuery> = {}) =>
  (await scene.recorder.marks({ from: FROM, to: TO, actions: true, reads: [], ...query })).marks;
const state = (second: number, name: string, cause: string | null = null, daemon = 'ircd') => ({
  time: at(second),
  daemon,
  state: name,
  cause,
});
const entry = (second: number, more: object = {}) => ({
  time: at(second),
  actor: 'ada',
  from: 'cli',
  action: 'command',
  target: 'ircd',
  command: 'kill',
  args: {},
  ok: true,
  outcome: 'done',
  durationMs: 1,
  effects: [],
  ...more,
});
const storeStates = (...states: ReturnType<typeof state>[]) => scene.append({ states });

describe('states', () => {
  it('leave a mark where a daemon starts, stops, crashes or fails, and none on the way there', async () => {
    storeStates(
      state(-9, 'starting'),
      state(-8, 'running'),
      state(-6, 'crashed', 'killed by signal SIGSEGV'),
      state(-5, 'backoff', 'killed by signal SIGSEGV'),
      state(-4, 'stopping'),
      state(-3, 'stopped'),
      state(-1, 'failed', 'port taken', 'relay'),
      state(1, 'split', 'b is gone'),
    );
    const one = (second: number, kind: string, text = '', daemon = 'ircd') => {
      return { kind, time: at(second), until: at(second), count: 1, daemon, text };
    };
    expect(await ask()).toEqual([
      one(-8, 'start'),
      one(-6, 'crash', 'killed by signal SIGSEGV'),
      one(-3, 'stop'),
      one(-1, 'failed', 'port taken', 'relay'),
      one(1, 'split', 'b is gone'),
    ]);
    expect((await ask({ daemon: 'relay' })).map(({ kind }) => kind)).toEqual(['failed']);
    expect((await ask({ from: at(-6), to: at(-3) })).map(({ kind }) => kind)).toEqual(['crash', 'stop']);
    await expect(scene.recorder.marks({ from: 2, to: 1, actions: true, reads: [] })).rejects.toMatchObject({
      code: 'bad_request',
    });
  });
});

describe('the audit trail', () => {
  it('leaves marks of what people did, not of what they read or what states tell already', async () => {
    scene.audit([
      entry(-9, { from: 'system', actor: 'signalbox', action: 'daemon.start', command: '' }),
      entry(-8, { action: 'daemon.stop', command: '' }),
      entry(-7, { action: 'config.reload', target: '', command: '' }),
      entry(-6, { from: 'system', action: 'config.reload', target: '', command: '' }),
      entry(-5, { command: 'bans' }),
      entry(-4, { ok: false }),
    ]);
    const marks = await ask({ reads: ['ircd bans', 'relay kill'] });
    expect(marks.map(({ kind, daemon, text }) => [kind, daemon, text])).toEqual([
      ['action', 'ircd', 'ada: daemon.stop'],
      ['reload', '', 'ada: config.reload'],
      ['reload', '', 'ada: config.reload'],
      ['action', 'ircd', 'ada: kill (failed)'],
    ]);
    expect((await ask({ daemon: 'ircd' })).map(({ kind }) => kind)).toEqual(['action', 'action', 'action']);
  });

  it('is not among them for who may not read it', async () => {
    storeStates(state(-8, 'running'));
    scene.audit([entry(-7)]);
    expect(await scene.recorder.marks({ from: FROM, to: TO, actions: false, reads: [] })).toMatchObject({
      actions: false,
      marks: [{ kind: 'start' }],
    });
  });

  it('is summed up however much there is of it, in order of time though a clock was set back', async () => {
    const many = 4 * limits.markScanRows.default + 5;
    const entries = Array.from({ length: many }, (_, i) => entry(-60 + (i % 120), { actor: `a${i}` }));
    scene.audit(entries);
    const marks = await ask({ buckets: 2 });
    expect(marks.map(({ kind, count }) => [kind, count])).toEqual([
      ['action', 1_037],
      ['action', many - 1_037],
    ]);
    expect(marks.map(({ time, until }) => [time, until])).toEqual([
      [at(-60), at(0)],
      [at(1), at(59)],
    ]);
    expect((await ask()).length).toBeLessThanOrEqual(MARK_BUCKETS);
  });

  it('says no more of an action than a line holds', async () => {
    scene.audit([entry(0, { actor: 'x'.repeat(500) })]);
    const [mark] = await ask();
    expect(mark?.text).toBe(`${'x'.repeat(200)}…`);
  });
});

it('nothing is lost or told twice, whatever the stretches are', async () => {
  const seconds = fc.array(fc.integer({ min: -59, max: 59 }), { minLength: 1, maxLength: 12 });
  await fc.assert(
    fc.asyncProperty(seconds, fc.integer({ min: 1, max: MARK_BUCKETS }), async (times, buckets) => {
      const own = new Scene();
      try {
        own.append({ states: times.map((second) => state(second, 'running')) });
        const { marks } = await own.recorder.marks({ from: FROM, to: TO, buckets, actions: true, reads: [] });
        expect(marks.reduce((sum, { count }) => sum + count, 0)).toBe(times.length);
        expect(marks.length).toBeLessThanOrEqual(buckets);
        const width = (TO - FROM + 1) / buckets;
        for (const { time, until, count } of marks) {
          expect(until - time).toBeLessThanOrEqual(width);
          if (count === 1) expect(until).toBe(time);
        }
      } finally {
        await own.close();
      }
    }),
    { numRuns: 10 },
  );
});

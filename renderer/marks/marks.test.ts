import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import type { HistoryMark } from '../../contract/control/marks.ts';
import { DAEMON_STATES } from '../../contract/states.ts';
import { daemon, manifestOf } from '../model/test-host.ts';
import {
  actionMark,
  clusterMarks,
  joinMarks,
  kindsIn,
  type Mark,
  placeOf,
  stateMark,
  withMark,
} from './marks.ts';

const mark = (time: number, more: Partial<Mark> = {}): Mark => ({
  kind: 'action',
  time,
  until: time,
  count: 1,
  daemon: 'd',
  text: '',
  isMeasured: true,
  ...more,
});
const command = (effects: readonly string[] = [], does: { readonly reads?: true } = {}) => {
  const common = {
    summary: '',
    danger: 'safe',
    access: 'operate',
    result: 'json',
    args: z.object({}),
  } as const;
  return { ...common, ...does, effects };
};
const MANIFESTS = [
  manifestOf({
    commands: {
      list: command([], { reads: true }),
      kill: command(['signalbox_d_open']),
      say: command(),
    },
  }),
];
const entry = (more: object = {}) => ({
  ...{ time: 5, actor: 'ann', from: 'window', action: 'command', target: 'd', command: 'say', args: {} },
  ...{ ok: true, outcome: '', durationMs: 1, effects: [], key: 'k', ...more },
});

describe('what happens now leaves a mark', () => {
  it.each(DAEMON_STATES)('of the state %s where that is where it came to', (state) => {
    const kinds = { running: 'start', stopped: 'stop', crashed: 'crash', failed: 'failed' };
    const before = daemon({ state: state === 'starting' ? 'stopped' : 'starting' });
    const made = stateMark(before, daemon({ state, since: 7, cause: 'why' }));
    const kind = (kinds as Record<string, string>)[state];
    expect(made).toEqual(kind === undefined ? null : mark(7, { kind: kind as 'start', text: 'why' }));
    expect(stateMark(daemon({ state }), daemon({ state, restarts: 1 }))).toBeNull();
    expect(stateMark(undefined, daemon({ state }))).toBeNull();
  });

  it('of what somebody did, not of what was read or of what states tell', () => {
    expect(actionMark(entry(), MANIFESTS)).toEqual(mark(5, { text: 'ann: say', key: 'k' }));
    expect(actionMark(entry({ command: 'list' }), MANIFESTS)).toBeNull();
    expect(actionMark(entry({ from: 'system', action: 'daemon.start', command: '' }), MANIFESTS)).toBeNull();
    expect(actionMark(entry({ action: 'daemon.start', command: '' }), MANIFESTS)?.text).toBe(
      'ann: daemon.start',
    );
    expect(actionMark(entry({ ok: false }), MANIFESTS)?.text).toBe('ann: say (failed)');
    expect(actionMark(entry({ action: 'config.reload', target: '', command: '' }), MANIFESTS)).toMatchObject({
      kind: 'reload',
      daemon: '',
    });
  });

  it('at once, hollow until its effect is measured, and takes its own place then', () => {
    const begun = actionMark(entry({ command: 'kill' }), MANIFESTS)!;
    expect(begun.isMeasured).toBe(false);
    const effects = [{ metric: 'signalbox_d_open', before: 1, after: 0 }];
    const measured = actionMark(entry({ command: 'kill', effects }), MANIFESTS)!;
    expect(withMark([begun, mark(9)], measured, 5)).toEqual([measured, mark(9)]);
    // Of what failed nothing is measured.
    expect(actionMark(entry({ command: 'kill', ok: false }), MANIFESTS)?.isMeasured).toBe(true);
    expect(withMark([mark(1), mark(2)], mark(3), 2)).toEqual([mark(2), mark(3)]);
  });
});

it('what the recorder has already is there once, and what it was asked too early for is not lost', () => {
  const recorded: HistoryMark[] = [{ kind: 'action', time: 10, until: 20, count: 3, daemon: 'd', text: '' }];
  const now = [mark(15), mark(19, { kind: 'start' }), mark(25), mark(31), mark(12, { kind: 'action' })];
  // One that began at 25 ended after the recorder was asked, at 30.
  expect(joinMarks(recorded, 30, now).map(({ time, kind }) => [time, kind])).toEqual([
    [10, 'action'],
    [19, 'start'],
    [25, 'action'],
    [31, 'action'],
  ]);
});

describe('marks on a strip', () => {
  const range = { from: 0, to: 1_000 };
  it('stand where their time is, and are one where they are closer than twelve pixels', () => {
    const marks = [
      mark(100),
      mark(111, { kind: 'crash' }),
      mark(130),
      mark(200),
      mark(213),
      mark(1_001),
      mark(-1),
    ];
    const clusters = clusterMarks(marks, range, 1_000);
    // With a number beside it one takes twice the room.
    expect(clusters.map(({ x, kind, count }) => [x, kind, count])).toEqual([
      [100, 'crash', 2],
      [130, 'action', 1],
      [200, 'action', 1],
      [213, 'action', 1],
    ]);
    expect(kindsIn(clusters[0]!)).toEqual([
      { kind: 'crash', count: 1 },
      { kind: 'action', count: 1 },
    ]);
  });

  it('are all there and in order, whatever they are and however wide the strip is', () => {
    const some = fc.array(fc.nat({ max: 1_000 }), { maxLength: 60 });
    fc.assert(
      fc.property(some, fc.integer({ min: 1, max: 2_000 }), (times, width) => {
        const clusters = clusterMarks(
          [...times].sort((a, b) => a - b).map((time) => mark(time, { count: 2 })),
          range,
          width,
        );
        expect(clusters.reduce((sum, { count }) => sum + count, 0)).toBe(times.length * 2);
        expect(clusters.every(({ x }, i) => i === 0 || x - clusters[i - 1]!.x >= 12)).toBe(true);
      }),
      { numRuns: 60 },
    );
  });

  it('lead to the crash, to the log at that second, or to the audit trail as it was after them', () => {
    const placeFor = (...marks: Mark[]) => placeOf(clusterMarks(marks, range, 1_000)[0]!);
    expect(placeFor(mark(5, { kind: 'crash' }), mark(6))).toEqual({
      path: ['daemon', 'd', 'crashes'],
      query: { at: '5' },
    });
    expect(placeFor(mark(5, { kind: 'failed' }))).toEqual({
      path: ['daemon', 'd', 'logs'],
      query: { at: '5' },
    });
    expect(placeFor(mark(5, { kind: 'stop' })).path[2]).toBe('logs');
    expect(placeFor(mark(5, { until: 8, count: 2 }), mark(6))).toEqual({
      path: ['audit'],
      query: { at: '8' },
    });
    expect(placeFor(mark(5, { kind: 'reload', daemon: '' }))).toEqual({
      path: ['audit'],
      query: { at: '5' },
    });
  });
});

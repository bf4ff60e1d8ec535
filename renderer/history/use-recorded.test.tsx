// @vitest-environment happy-dom
import { act, cleanup, renderHook } from '@testing-library/react';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { liveChart } from '../charts/chart-series.ts';
import { manifestOf, pass, type TestWindow, testWindow } from '../model/test-window.tsx';
import type { ViewRange } from '../shell/view.ts';
import { type ChartOfSource, useRecorded } from './use-recorded.ts';

const NOW = 1_790_000_000_000;
const OPEN = 'signalbox_d_open';
const WAIT = 'signalbox_d_wait_seconds';
const HOUR: ViewRange = { kind: 'recent', name: '1h' };
const PAST: ViewRange = { kind: 'absolute', from: NOW - 60_000, to: NOW - 30_000 };
const answerOf = (value: number) => ({
  ok: true,
  result: { stepSeconds: 1, times: [0], series: [{ metric: OPEN, stat: 'value', values: [value] }] },
});
const failure = { code: 'history_paused', message: 'The recorder is down.' };

let window: TestWindow;
beforeEach(async () => {
  vi.useFakeTimers({ now: NOW });
  window = await testWindow({
    manifests: [
      manifestOf({
        metrics: [
          { name: OPEN, kind: 'gauge', unit: 'count', help: '' },
          { name: WAIT, kind: 'histogram', unit: 'seconds', help: '' },
        ],
      }),
    ],
  });
});
afterEach(() => {
  cleanup();
  window.close();
  vi.useRealTimers();
  vi.restoreAllMocks();
});

/** The charts of `d` with some metrics. */
function chartsOf(...metrics: string[]): readonly ChartOfSource[] {
  const source = window.model.source('d')!;
  return metrics.map((metric) => ({
    source,
    chart: liveChart('d', source.samples.layout, { title: metric, metrics: [metric] }),
  }));
}
interface Shown {
  readonly charts: readonly ChartOfSource[];
  readonly range: ViewRange;
  readonly paused?: boolean;
}
function show(range: ViewRange, charts = chartsOf(OPEN)) {
  const shown = renderHook((view: Shown) => useRecorded(view.charts, view.range, view.paused ?? false), {
    wrapper: window.wrapper,
    initialProps: { charts, range } as Shown,
  });
  const values = () => shown.result.current.partOf(charts[0]!)?.series.get(`value ${OPEN}`)?.values;
  return { ...shown, charts, values };
}
const asked = () => window.argsOf('history.query');

it('asks in seconds for the hour that ends now, of percentiles in steps that their stream covers', async () => {
  const { result, charts } = show(HOUR, chartsOf(OPEN, WAIT));
  await pass(0);
  const range = { source: 'd', from: NOW / 1_000 - 3_600, to: NOW / 1_000 };
  expect(asked()).toEqual([
    { ...range, metrics: [OPEN], points: 400 },
    { ...range, metrics: [WAIT], points: 362 },
  ]);
  expect(result.current).toMatchObject({ from: NOW - 3_600_000, to: NOW, busy: false, error: null });
  expect(result.current.partOf(charts[0]!)).not.toBe(result.current.partOf(charts[1]!));
});

it('asks for no more metrics at once than one question may have', async () => {
  const { source } = chartsOf(OPEN)[0]!;
  const metrics = Array.from({ length: 70 }, (_, i) => `m${i}`);
  show(HOUR, [{ source, chart: { title: '', series: [], metrics, countSlot: null } }]);
  await pass(0);
  expect(asked().map((args) => (args as { metrics: string[] }).metrics.length)).toEqual([64, 6]);
});

it('asks for the hour of the host, whose clock is another', async () => {
  vi.spyOn(window.model, 'hostNow').mockReturnValue(NOW + 5_000);
  show(HOUR);
  await pass(0);
  expect(asked()).toMatchObject([{ to: NOW / 1_000 + 5 }]);
});

it('reads nothing of what is live, and a past once', async () => {
  const { rerender, charts } = show({ kind: 'live' });
  await pass(600_000);
  expect(asked()).toEqual([]);
  rerender({ charts, range: PAST });
  await pass(600_000);
  expect(asked()).toMatchObject([{ from: NOW / 1_000 - 60, to: NOW / 1_000 - 30 }]);
});

it('reads a range that ends now again, and not while it is paused', async () => {
  const { rerender, charts } = show(HOUR);
  await pass(59_999);
  expect(asked()).toHaveLength(1);
  await pass(1);
  expect(asked()).toMatchObject([{}, { to: NOW / 1_000 + 60 }]);
  rerender({ charts, range: HOUR, paused: true });
  await pass(600_000);
  expect(asked()).toHaveLength(2);
});

it('keeps the last answer while the next is on its way, and drops it when something else is looked at', async () => {
  const pending = window.hold('history.query');
  const { result, rerender, values, charts } = show(HOUR);
  expect(result.current.busy).toBe(true);
  await pending[0]?.answer(answerOf(1));
  await pass(60_000);
  expect(pending).toHaveLength(2);
  expect(values()).toEqual([1]);
  rerender({ charts, range: { kind: 'recent', name: '24h' } });
  expect([result.current.busy, values()]).toEqual([true, undefined]);
});

it('shows what was read when it was looked at last, where what arrived since goes on from there', async () => {
  const first = show(HOUR);
  window.answers['history.query'] = () => answerOf(1);
  await pass(60_000);
  await pass(10_000);
  first.unmount();
  const pending = window.hold('history.query');
  const again = show(HOUR);
  expect([again.values(), again.result.current.busy]).toEqual([[1], false]);
  // It is read again when it would have been if the page had stayed.
  await pass(49_999);
  expect(pending).toHaveLength(0);
  await pass(1);
  await pending[0]?.answer(answerOf(2));
  expect(again.values()).toEqual([2]);
  again.unmount();
  await pass(299_999);
  const later = show(HOUR);
  expect(later.values()).toEqual([2]);
  later.unmount();
  await pass(1);
  expect(show(HOUR).values()).toBeUndefined();
});

it('reads at once what was read too long ago, and while the recorder is down', async () => {
  const week = { kind: 'recent', name: '7d' } as const;
  const pending = window.hold('history.query');
  const first = show(week);
  await pending[0]?.answer(answerOf(1));
  first.unmount();
  // A range of days would be read again after ten minutes; what arrives goes back five.
  await pass(299_999);
  const second = show(week);
  expect([second.values(), pending.length]).toEqual([[1], 1]);
  second.unmount();
  await pass(1);
  const third = show(week);
  expect([third.values(), pending.length]).toEqual([undefined, 2]);
  await pending[1]?.answer(answerOf(2));
  third.unmount();
  act(() =>
    window.emit({
      type: 'history',
      history: { state: 'paused', since: NOW, reason: null, buffered: 0, dropped: 0 },
    }),
  );
  show(week);
  expect(pending).toHaveLength(3);
});

it('puts its first question while it is rendered, and once', async () => {
  const pending = window.hold('history.query');
  let early = -1;
  const charts = chartsOf(OPEN);
  const { unmount } = renderHook(
    () => {
      useRecorded(charts, HOUR, false);
      if (early < 0) early = pending.length;
    },
    { wrapper: window.wrapper },
  );
  expect(early).toBe(1);
  await pass(0);
  expect(pending).toHaveLength(1);
  unmount();
  const live = renderHook(() => useRecorded(charts, { kind: 'live' }, false), { wrapper: window.wrapper });
  const paused = renderHook(() => useRecorded(charts, HOUR, true), { wrapper: window.wrapper });
  await pass(0);
  expect(pending).toHaveLength(1);
  expect([live.result.current.isAwaited, paused.result.current.busy]).toEqual([true, true]);
});

it('is awaited for a moment', async () => {
  const pending = window.hold('history.query');
  const { result, rerender, charts } = show(HOUR);
  expect(result.current.isAwaited).toBe(true);
  await pass(199);
  expect(result.current.isAwaited).toBe(true);
  await pass(1);
  expect([result.current.isAwaited, result.current.busy]).toEqual([false, true]);
  rerender({ charts, range: { kind: 'recent', name: '6h' } });
  expect(result.current.isAwaited).toBe(true);
  await pending[1]?.answer(answerOf(1));
  expect([result.current.isAwaited, result.current.busy]).toEqual([false, false]);
});

it('ignores an answer that comes after somebody has gone on to another range', async () => {
  const pending = window.hold('history.query');
  const { rerender, values, charts } = show(HOUR);
  rerender({ charts, range: { kind: 'recent', name: '6h' } });
  await pending[1]?.answer(answerOf(2));
  await pending[0]?.answer(answerOf(1));
  expect(values()).toEqual([2]);
  // Nor does the late one set a clock of its own going.
  await pass(60_000);
  expect(pending).toHaveLength(3);
});

it('says why there is nothing, and asks again on request', async () => {
  window.answers['history.query'] = () => ({ ok: false, error: failure });
  const { result, values } = show(HOUR);
  await pass(0);
  expect(result.current).toMatchObject({ error: failure, busy: false });
  expect(values()).toBeUndefined();
  window.answers['history.query'] = () => answerOf(3);
  act(() => result.current.retry());
  await pass(0);
  expect([result.current.error, values()]).toEqual([null, [3]]);
});

it('asks again when the connection or the recorder is back, and nothing while it is lost', async () => {
  show(HOUR);
  await pass(0);
  act(() => window.connect({ phase: 'lost', since: 0, retryAt: 0 }));
  await pass(120_000);
  expect(asked()).toHaveLength(1);
  act(() => window.connect({ phase: 'connected' }));
  await pass(0);
  const back = asked().length;
  expect(back).toBeGreaterThan(1);
  const paused = { state: 'paused', since: 0, reason: 'down', buffered: 0, dropped: 0 } as const;
  act(() => window.model.store.setState({ history: paused }));
  await pass(0);
  expect(asked()).toHaveLength(back + 1);
});

it('asks nothing while nobody sees the page, and at once when it is seen again', async () => {
  show(HOUR);
  await pass(0);
  const hidden = vi.spyOn(document, 'hidden', 'get').mockReturnValue(true);
  await pass(120_000);
  expect(asked()).toHaveLength(1);
  hidden.mockReturnValue(false);
  document.dispatchEvent(new Event('visibilitychange'));
  await pass(0);
  expect(asked()).toHaveLength(2);
});

it('asks no more once the page is left, also where it was hidden or an answer was on its way', async () => {
  const pending = window.hold('history.query');
  const { unmount } = show(HOUR);
  unmount();
  await pending[0]?.answer(answerOf(1));
  await pass(120_000);
  expect(pending).toHaveLength(1);
  const again = show(HOUR);
  await pending[1]?.answer(answerOf(1));
  vi.spyOn(document, 'hidden', 'get').mockReturnValue(true);
  await pass(60_000);
  again.unmount();
  document.dispatchEvent(new Event('visibilitychange'));
  await pass(120_000);
  expect(pending).toHaveLength(2);
});

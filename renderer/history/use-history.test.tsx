// @vitest-environment happy-dom
import { act, cleanup, renderHook } from '@testing-library/react';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { pass, type TestWindow, testWindow } from '../model/test-window.tsx';
import type { HistoryRange, HistoryView } from './history-view.ts';
import { useHistory } from './use-history.ts';

const NOW = 1_790_000_000_000;
const VIEW: HistoryView = {
  source: 'd',
  metrics: ['signalbox_d_open'],
  range: { kind: 'recent', name: '1h' },
};
const answerOf = (value: number) => ({
  ok: true,
  result: { stepSeconds: 1, times: [0], series: [{ metric: 'm', stat: 'value', values: [value] }] },
});
const failure = { code: 'history_paused', message: 'The recorder is down.' };

let window: TestWindow;
beforeEach(async () => {
  vi.useFakeTimers({ now: NOW });
  window = await testWindow();
});
afterEach(() => {
  cleanup();
  window.close();
  vi.useRealTimers();
  vi.restoreAllMocks();
});

function show(view: HistoryView) {
  return renderHook((shown: HistoryView) => useHistory(shown), {
    wrapper: window.wrapper,
    initialProps: view,
  });
}
const looking = (range: HistoryRange, source = 'd'): HistoryView => ({ ...VIEW, source, range });

it('asks in seconds for the hour that ends now, in as many points as a chart has pixels', async () => {
  const { result } = show(VIEW);
  await pass(0);
  expect(window.argsOf('history.query')).toEqual([
    { source: 'd', metrics: ['signalbox_d_open'], from: NOW / 1_000 - 3_600, to: NOW / 1_000, points: 800 },
  ]);
  expect(result.current).toMatchObject({ from: NOW - 3_600_000, to: NOW, busy: false, error: null });
});

it('asks for the hour of the host, whose clock is another', async () => {
  vi.spyOn(window.model, 'hostNow').mockReturnValue(NOW + 5_000);
  show(VIEW);
  await pass(0);
  expect(window.argsOf('history.query')).toMatchObject([{ to: NOW / 1_000 + 5 }]);
});

it('reads a range that ends now again as it moves, and an absolute one once', async () => {
  const { rerender } = show(VIEW);
  await pass(9_999);
  expect(window.argsOf('history.query')).toHaveLength(1);
  await pass(1);
  expect(window.argsOf('history.query')).toMatchObject([{}, { to: NOW / 1_000 + 10 }]);
  rerender(looking({ kind: 'absolute', from: NOW - 60_000, to: NOW - 30_000 }));
  await pass(600_000);
  expect(window.argsOf('history.query').slice(2)).toMatchObject([
    { from: NOW / 1_000 - 60, to: NOW / 1_000 - 30 },
  ]);
});

it('keeps the last answer while the next is on its way, and drops it when something else is looked at', async () => {
  const pending = window.hold('history.query');
  const { result, rerender } = show(VIEW);
  expect(result.current).toMatchObject({ result: null, busy: true });
  await pending[0]?.answer(answerOf(1));
  await pass(10_000);
  expect(pending).toHaveLength(2);
  expect(result.current.result?.series[0]?.values).toEqual([1]);
  rerender(looking({ kind: 'recent', name: '24h' }));
  expect(result.current).toMatchObject({ result: null, busy: true });
});

it('ignores an answer that comes after somebody has gone on to another view', async () => {
  const pending = window.hold('history.query');
  const { result, rerender } = show(VIEW);
  rerender(looking(VIEW.range, 'main'));
  await pending[1]?.answer(answerOf(2));
  await pending[0]?.answer(answerOf(1));
  expect(result.current.result?.series[0]?.values).toEqual([2]);
  // Nor does the late one set a clock of its own going.
  await pass(10_000);
  expect(pending).toHaveLength(3);
});

it('says why there is nothing, and asks again on request', async () => {
  window.answers['history.query'] = () => ({ ok: false, error: failure });
  const { result } = show(VIEW);
  await pass(0);
  expect(result.current).toMatchObject({ result: null, error: failure, busy: false });
  window.answers['history.query'] = () => answerOf(3);
  act(() => result.current.retry());
  await pass(0);
  expect(result.current.error).toBeNull();
  expect(result.current.result?.series[0]?.values).toEqual([3]);
});

it('asks again when the connection or the recorder is back, and nothing while it is lost', async () => {
  show(VIEW);
  await pass(0);
  act(() => window.connect({ phase: 'lost', since: 0, retryAt: 0 }));
  await pass(60_000);
  expect(window.argsOf('history.query')).toHaveLength(1);
  act(() => window.connect({ phase: 'connected' }));
  await pass(0);
  const back = window.argsOf('history.query').length;
  expect(back).toBeGreaterThan(1);
  const paused = { state: 'paused', since: 0, reason: 'down', buffered: 0, dropped: 0 } as const;
  act(() => window.model.store.setState({ history: paused }));
  await pass(0);
  expect(window.argsOf('history.query')).toHaveLength(back + 1);
});

it('asks nothing for no metrics', async () => {
  show({ ...VIEW, metrics: [] });
  await pass(60_000);
  expect(window.argsOf('history.query')).toEqual([]);
});

it('asks nothing while nobody sees the page, and at once when it is seen again', async () => {
  show(VIEW);
  await pass(0);
  const hidden = vi.spyOn(document, 'hidden', 'get').mockReturnValue(true);
  await pass(60_000);
  expect(window.argsOf('history.query')).toHaveLength(1);
  hidden.mockReturnValue(false);
  document.dispatchEvent(new Event('visibilitychange'));
  await pass(0);
  expect(window.argsOf('history.query')).toHaveLength(2);
});

it('asks no more once the page is left, also where it was hidden or an answer was on its way', async () => {
  const pending = window.hold('history.query');
  const { unmount } = show(VIEW);
  unmount();
  await pending[0]?.answer(answerOf(1));
  await pass(60_000);
  expect(pending).toHaveLength(1);
  const again = show(VIEW);
  await pending[1]?.answer(answerOf(1));
  vi.spyOn(document, 'hidden', 'get').mockReturnValue(true);
  await pass(10_000);
  again.unmount();
  document.dispatchEvent(new Event('visibilitychange'));
  await pass(60_000);
  expect(pending).toHaveLength(2);
});

// @vitest-environment happy-dom
/** What a page will ask, asked while somebody points at the way there. */
import { cleanup, renderHook } from '@testing-library/react';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { liveChart } from '../charts/chart-series.ts';
import { manifestOf, pass, type TestWindow, testWindow } from '../model/test-window.tsx';
import type { ViewRange } from '../shell/view.ts';
import { type ChartOfSource, readAhead, useRecorded } from './use-recorded.ts';

const NOW = 1_790_000_000_000;
const OPEN = 'signalbox_d_open';
const HOUR: ViewRange = { kind: 'recent', name: '1h' };
const DAY: ViewRange = { kind: 'recent', name: '24h' };
const answer = {
  ok: true,
  result: { stepSeconds: 1, times: [0], series: [{ metric: OPEN, stat: 'value', values: [7] }] },
};

let window: TestWindow;
let charts: readonly ChartOfSource[];
beforeEach(async () => {
  vi.useFakeTimers({ now: NOW });
  window = await testWindow({
    manifests: [manifestOf({ metrics: [{ name: OPEN, kind: 'gauge', unit: 'count', help: '' }] })],
  });
  const source = window.model.source('d')!;
  charts = [{ source, chart: liveChart('d', source.samples.layout, { title: 'Open', metrics: [OPEN] }) }];
});
afterEach(() => {
  cleanup();
  window.close();
  vi.useRealTimers();
});

const show = (range: ViewRange) =>
  renderHook(() => useRecorded(charts, range, false), { wrapper: window.wrapper });
const valuesIn = ({ result }: ReturnType<typeof show>) =>
  result.current.partOf(charts[0]!)?.series.get(`value ${OPEN}`)?.values;

it('a page shows what was read ahead at once, and reads it again only when it is due', async () => {
  const pending = window.hold('history.query');
  readAhead(window.model, charts, HOUR);
  await pending[0]?.answer(answer);
  const page = show(HOUR);
  expect(valuesIn(page)).toEqual([7]);
  await pass(59_000);
  expect(pending).toHaveLength(1);
  await pass(1_000);
  expect(pending).toHaveLength(2);
});

it('a page that comes before the answer waits for that one', async () => {
  const pending = window.hold('history.query');
  readAhead(window.model, charts, HOUR);
  const page = show(HOUR);
  await pass(0);
  expect(pending).toHaveLength(1);
  await pending[0]?.answer(answer);
  expect(valuesIn(page)).toEqual([7]);
});

it('another range, what is known already, and a second thing at a time are not asked ahead', async () => {
  const pending = window.hold('history.query');
  readAhead(window.model, charts, { kind: 'live' });
  readAhead(window.model, [], HOUR);
  expect(pending).toHaveLength(0);
  readAhead(window.model, charts, HOUR);
  readAhead(window.model, charts, DAY);
  expect(pending).toHaveLength(1);
  const page = show(DAY);
  await pass(0);
  expect(pending).toHaveLength(2);
  await pending[0]?.answer(answer);
  expect(valuesIn(page)).toBeUndefined();
  readAhead(window.model, charts, HOUR);
  expect(pending).toHaveLength(2);
});

it('what was refused is asked again by the page, and by whoever points there next', async () => {
  const pending = window.hold('history.query');
  readAhead(window.model, charts, HOUR);
  await pending[0]?.answer({ ok: false, error: { code: 'history_paused', message: 'Down.' } });
  readAhead(window.model, charts, HOUR);
  expect(pending).toHaveLength(2);
  await pending[1]?.answer({ ok: false, error: { code: 'history_paused', message: 'Down.' } });
  show(HOUR);
  await pass(0);
  expect(pending).toHaveLength(3);
});

it('nothing is asked ahead while the connection is lost', async () => {
  const pending = window.hold('history.query');
  window.connect({ phase: 'lost', since: 0, retryAt: 0 });
  readAhead(window.model, charts, HOUR);
  expect(pending).toHaveLength(0);
});

// @vitest-environment happy-dom
/** A live chart: the newest values in its legend and in words, its lines, pausing, and what is under the mouse. */
import { act, cleanup, fireEvent, screen, within } from '@testing-library/react';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { noTokens, testTokens } from '../look/test-tokens.ts';
import type { SourceModel } from '../model/source-model.ts';
import { testScreen } from '../model/test-screen.ts';
import { manifestOf, pass, press, type TestWindow, testWindow } from '../model/test-window.tsx';
import { liveChart } from './chart-series.ts';
import { LiveChart } from './live-chart.tsx';

const START = new Date(2026, 10, 20, 14, 0).getTime();
const OPEN = 'signalbox_d_open';
const WAIT = 'signalbox_d_wait_seconds';
/** Of 892 pixels 64 are the axis and 28 half a label. */
const WIDTH = 892;

let window: TestWindow;
let sizes: ReturnType<typeof testScreen>;
let source: SourceModel;
let seq = 0;
beforeEach(async () => {
  vi.useFakeTimers({ now: START });
  sizes = testScreen();
  testTokens(Object.fromEntries(Array.from({ length: 8 }, (_, n) => [`--series-${n + 1}`, `color${n + 1}`])));
  testTokens({ '--p50': 'p50', '--p95': 'p95', '--p99': 'p99', '--p999': 'p999', '--worst': 'pmax' });
  vi.spyOn(HTMLElement.prototype, 'clientWidth', 'get').mockReturnValue(WIDTH);
  window = await testWindow({
    manifests: [
      manifestOf({
        metrics: [
          { name: OPEN, kind: 'gauge', unit: 'count', help: 'Open now' },
          { name: 'signalbox_d_held_bytes', kind: 'gauge', unit: 'bytes', help: 'Held' },
          { name: WAIT, kind: 'histogram', unit: 'seconds', help: 'Waited' },
        ],
      }),
    ],
  });
  source = window.model.source('d') as SourceModel;
  seq = 0;
});
afterEach(() => {
  cleanup();
  window.close();
  noTokens();
  vi.unstubAllGlobals();
  vi.restoreAllMocks();
  vi.useRealTimers();
});

/** Lets a second pass, then has the process say how much is open and held, and how many were waited for so far. */
async function say(open: number, held = 0, waits = 0) {
  await pass(1_000);
  const values = new Float64Array(source.samples.layout.size);
  values[source.samples.layout.slot(OPEN)] = open;
  values[source.samples.layout.slot('signalbox_d_held_bytes')] = held;
  values[source.samples.layout.slot(WAIT)] = waits;
  const [stream] = window.of('d');
  act(() => {
    if (seq === 0) window.greet(stream, 1);
    stream?.handlers.onMessage({
      type: 'frame',
      frame: { seq: ++seq, time: Date.now(), skipped: 0, revision: 1, values },
    });
  });
}
const chartOf = (...metrics: string[]) =>
  liveChart('d', source.samples.layout, { title: 'Clients', metrics });
async function show(chart = chartOf(OPEN, 'signalbox_d_held_bytes'), paused = false) {
  const view = (isPaused: boolean, windowSeconds = 60) => (
    <LiveChart source={source} chart={chart} windowSeconds={windowSeconds} paused={isPaused} />
  );
  const shown = await window.show(view(paused));
  sizes.view(place(), true);
  return {
    ...shown,
    pause: (isPaused: boolean, windowSeconds?: number) => shown.rerender(view(isPaused, windowSeconds)),
  };
}
const place = () => screen.getByRole('img');
const legend = () =>
  within(screen.getByRole('region', { name: 'Clients' }))
    .getAllByRole('button')
    .map(({ textContent }) => textContent);
const canvas = () => place().querySelector('canvas')!;
/** The texts of the axes as they were drawn last. */
const axes = () => {
  const all = sizes.drawn(canvas());
  return all
    .slice(all.findLastIndex(({ call }) => call === 'clearRect'))
    .flatMap(({ call, args }) => (call === 'fillText' ? [String(args[0])] : []));
};

it('has the newest value of each line in its legend, in its unit', async () => {
  await show();
  expect(legend()).toEqual(['open–', 'held–']);
  await say(41, 2_048);
  await pass(1_000);
  expect(legend()).toEqual(['open41', 'held2 KiB']);
  expect(screen.getByRole('button', { name: /^open/ }).getAttribute('title')).toBe('Open now');
});

it('says the newest values in words, and those no more often than every five seconds', async () => {
  await show();
  expect(place().getAttribute('aria-label')).toBe('Chart: Clients. open –, held –');
  for (let second = 1; second <= 4; second++) await say(second);
  expect(place().getAttribute('aria-label')).toBe('Chart: Clients. open –, held –');
  await say(5);
  await say(6);
  await pass(1_000);
  expect(place().getAttribute('aria-label')).toMatch(/^Chart: Clients\. open [56], held 0 B$/);
});

it('is made when it is first seen, with the lines that were switched off before', async () => {
  const chart = chartOf(OPEN, 'signalbox_d_held_bytes');
  await window.show(<LiveChart source={source} chart={chart} windowSeconds={60} paused={false} />);
  await pass(1_000);
  await press(screen.getByRole('button', { name: /^held/ }));
  expect(place().querySelector('canvas')).toBeNull();
  sizes.view(place(), true);
  for (let second = 0; second < 3; second++) await say(100, 2_048);
  await pass(1_000);
  expect(axes()).toContain('100');
  const all = sizes.drawn(canvas());
  const now = all.slice(all.findLastIndex(({ call }) => call === 'clearRect'));
  expect(now.some(({ look }) => look.strokeStyle === 'color1')).toBe(true);
  expect(now.some(({ look }) => look.strokeStyle === 'color2')).toBe(false);
});

it('draws axes before there are samples, and the last minute of samples then', async () => {
  await show();
  await pass(500);
  expect(axes().filter((text) => text.includes('14:00') || text.includes('13:59')).length).toBeGreaterThan(1);
  for (let second = 0; second < 3; second++) await say(100);
  await pass(1_000);
  expect(axes()).toContain('100');
  expect(axes().some((text) => text.startsWith('14:00:0'))).toBe(true);
});

it('switches a line off and on, and has the outliers off at first', async () => {
  await show(chartOf(WAIT));
  const pressed = () =>
    screen.getAllByRole('button').map((button) => [button.textContent, button.getAttribute('aria-pressed')]);
  expect(pressed()).toEqual([
    ['p50–', 'true'],
    ['p95–', 'true'],
    ['p99–', 'true'],
    ['p99.9–', 'true'],
    ['max', 'false'],
  ]);
  const linesDrawn = async () => {
    await pass(200);
    const all = sizes.drawn(canvas());
    const now = all.slice(all.findLastIndex(({ call }) => call === 'clearRect'));
    const colors = now.flatMap(({ call, look }) => (call === 'stroke' ? [String(look.strokeStyle)] : []));
    return ['p50', 'p95', 'p99', 'p999', 'pmax'].filter((color) => colors.includes(color));
  };
  await say(0, 0, 0);
  await say(0, 0, 5);
  expect(await linesDrawn()).toEqual(['p50', 'p95', 'p99']);
  await press(screen.getByRole('button', { name: /^p95/ }));
  expect(await linesDrawn()).toEqual(['p50', 'p99']);
  await press(screen.getByRole('button', { name: /^max/ }));
  expect(await linesDrawn()).toEqual(['p50', 'p99']);
  expect(pressed().map(([, on]) => on)).toEqual(['true', 'false', 'true', 'true', 'true']);
});

it('says beside a lone histogram how much was measured, once something was', async () => {
  await show(chartOf(WAIT));
  const region = screen.getByRole('region', { name: 'Clients' });
  expect(region.textContent).not.toContain('measured');
  await say(0, 0, 0);
  await say(0, 0, 50);
  await pass(1_000);
  expect(region.textContent).toContain('50/s measured');
});

it('says nothing of the like beside others', async () => {
  await show();
  await say(1);
  await pass(1_000);
  expect(screen.getByRole('region', { name: 'Clients' }).textContent).not.toContain('measured');
});

it('keeps what stood there while it is paused, and goes on afterwards', async () => {
  const { pause } = await show();
  await say(41);
  await pass(1_000);
  pause(true);
  await say(99);
  await say(99);
  await pass(1_000);
  expect(legend()[0]).toBe('open41');
  expect(axes()).not.toContain('100');
  pause(false);
  await say(99);
  await pass(1_000);
  expect(legend()[0]).toBe('open99');
  expect(axes()).toContain('100');
});

it('tells time and value under the mouse, until it has left', async () => {
  await show(chartOf(OPEN));
  for (const open of [10, 20, 30]) await say(open);
  await pass(1_000);
  const over = place().querySelector('.u-over')!;
  // The newest is at the right; a minute is 800 pixels wide.
  const at = (secondsAgo: number) => ({
    clientX: 800 - (secondsAgo * 800) / 60,
    clientY: 50,
    movementX: 1,
    movementY: 0,
  });
  await act(async () => {
    fireEvent.mouseEnter(over, at(1));
    fireEvent.mouseMove(over, at(1));
    await vi.advanceTimersByTimeAsync(50);
  });
  const region = screen.getByRole('region', { name: 'Clients' });
  expect(legend()[0]).toBe('open20');
  expect(region.textContent).toContain('2026-11-20 14:00:02');
  await act(async () => {
    fireEvent.mouseLeave(over, at(0));
    await vi.advanceTimersByTimeAsync(50);
  });
  expect(legend()[0]).toBe('open30');
  expect(region.textContent).not.toContain('14:00:02');
});

it('is as wide as its place and keeps its width while that has none', async () => {
  await show();
  sizes.resize(place(), 500);
  await pass(200);
  expect([canvas().width, canvas().height]).toEqual([500, 80]);
  sizes.resize(place(), 0);
  await pass(200);
  expect(canvas().width).toBe(500);
});

it('is drawn less often the longer the window is, by how long a pixel is', async () => {
  const { pause } = await show();
  await pass(100);
  const add = vi.spyOn(window.hosts.screen.draw, 'redraw');
  sizes.resize(place(), 600);
  const [drawable] = add.mock.lastCall ?? [];
  pause(false, 60);
  expect(drawable?.intervalMs).toBe(100);
  pause(false, 600);
  expect(drawable?.intervalMs).toBe(1_000);
});

it('is made anew for other lines', async () => {
  const { rerender } = await show(chartOf(OPEN));
  await pass(100);
  const before = canvas();
  rerender(
    <LiveChart source={source} chart={chartOf('signalbox_d_held_bytes')} windowSeconds={60} paused={false} />,
  );
  await pass(100);
  expect([legend(), canvas() === before]).toEqual([['held–'], false]);
  for (let second = 0; second < 6; second++) await say(0, 2_048);
  await pass(1_000);
  expect(axes()).toContain('2 KiB');
  expect(place().getAttribute('aria-label')).toBe('Chart: Clients. held 2 KiB');
});

it('lets go of everything when it is left', async () => {
  const { unmount } = await show();
  await pass(100);
  const [where, drawn] = [place(), canvas()];
  unmount();
  expect(sizes.followers(where)).toBe(0);
  expect(drawn.isConnected).toBe(false);
  expect(window.hosts.screen.draw.draws(source)).toBe(false);
});

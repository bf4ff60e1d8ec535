import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { SharedScreen } from './shared-screen.ts';
import { FakeDocument } from './test-host.ts';

let screen: SharedScreen;
let page: FakeDocument;
beforeEach(() => {
  vi.useFakeTimers();
  page = new FakeDocument();
  vi.stubGlobal('document', page);
  vi.stubGlobal('requestAnimationFrame', () => 0);
  screen = new SharedScreen();
});
afterEach(() => {
  screen.close();
  vi.unstubAllGlobals();
  vi.useRealTimers();
});

const texts = () => screen.store.getState().notices.map(({ text }) => text);

const announced = () => screen.store.getState().announcements.map(({ text }) => text);

it('shows a notice for eight seconds', () => {
  screen.notify('a', 'good', 'done');
  vi.advanceTimersByTime(7_999);
  expect(texts()).toEqual(['done']);
  vi.advanceTimersByTime(1);
  expect(texts()).toEqual([]);
});

it('shows four notices at once, the newest', () => {
  for (const text of ['1', '2', '3', '4', '5', '6']) screen.notify(null, 'info', text);
  expect(texts()).toEqual(['3', '4', '5', '6']);
  // Those that gave way leave no clock behind that could take another with it.
  expect(vi.getTimerCount()).toBe(4);
});

it('takes one away when it is dismissed, and no other', () => {
  screen.notify('a', 'bad', '1');
  screen.notify('a', 'bad', '2');
  const [first] = screen.store.getState().notices;
  screen.dismiss(first?.id ?? 0);
  screen.dismiss(first?.id ?? 0);
  expect(texts()).toEqual(['2']);
});

it('takes back what was said of a host that is gone', () => {
  screen.notify('a', 'good', 'of a');
  screen.notify('b', 'good', 'of b');
  screen.notify(null, 'good', 'of the window');
  screen.announce('b', 'b runs');
  screen.forget('a');
  expect(texts()).toEqual(['of b', 'of the window']);
  expect(announced()).toEqual(['b runs']);
  screen.forget('b');
  expect(announced()).toEqual([]);
});

it('has everything read out that changes at once, and keeps the last four', () => {
  for (const text of ['1', '2', '3', '4', '5']) screen.announce('a', text);
  expect(announced()).toEqual(['2', '3', '4', '5']);
});

it('lets go of its clocks and of the page when it is closed', () => {
  screen.notify('a', 'good', 'done');
  screen.close();
  expect(vi.getTimerCount()).toBe(0);
  const drawn = vi.spyOn(screen.draw, 'drawDirty');
  page.dispatchEvent(new Event('visibilitychange'));
  expect(drawn).not.toHaveBeenCalled();
});

it('counts notices apart, so that each goes by itself', () => {
  screen.notify('a', 'good', '1');
  vi.advanceTimersByTime(1_000);
  screen.notify('a', 'good', '2');
  const ids = screen.store.getState().notices.map(({ id }) => id);
  expect(new Set(ids).size).toBe(2);
  vi.advanceTimersByTime(7_000);
  expect(texts()).toEqual(['2']);
});

it('tells those who listen when all is drawn, until they end it', () => {
  let draw = () => {};
  vi.stubGlobal('requestAnimationFrame', (run: (now: number) => void) => (draw = () => run(1_000)));
  const [one, other] = [vi.fn(), vi.fn()];
  const end = screen.onDrawn(one);
  screen.onDrawn(other);
  const chart = { source: {}, intervalMs: 0, draw: vi.fn() };
  screen.draw.add(chart);
  screen.draw.setVisible(chart, true);
  draw();
  end();
  screen.draw.redraw(chart);
  draw();
  expect([chart.draw.mock.calls.length, one.mock.calls.length, other.mock.calls.length]).toEqual([2, 1, 2]);
});

it('brings all up to date when the window is seen again, and what has waited with the figures', () => {
  const written: string[] = [];
  let value = 0;
  screen.text.add(
    () => String(value),
    (text) => written.push(text),
  );
  const drawn = vi.spyOn(screen.draw, 'drawDirty');
  value = 1;
  page.dispatchEvent(new Event('visibilitychange'));
  expect(drawn).toHaveBeenCalledOnce();
  vi.advanceTimersByTime(250);
  expect([written, drawn.mock.calls.length]).toEqual([['0', '1'], 2]);
});

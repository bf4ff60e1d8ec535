import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { TextTicker } from './text-ticker.ts';

let page: { hidden: boolean };
let frames: (() => void)[];
beforeEach(() => {
  vi.useFakeTimers();
  page = { hidden: false };
  frames = [];
  vi.stubGlobal('document', page);
  vi.stubGlobal('requestAnimationFrame', (draw: () => void) => frames.push(draw));
});
afterEach(() => {
  vi.unstubAllGlobals();
  vi.useRealTimers();
});

/** A figure that is kept in a ticker, with what stands on the page and how often it was written. */
function figure(ticker: TextTicker) {
  const one = { value: 0, shown: '', writes: 0, end: () => {} };
  one.end = ticker.add(
    () => String(one.value),
    (text) => {
      one.shown = text;
      one.writes++;
    },
  );
  return one;
}

it('writes a figure once a second, and four times a second while there is news', () => {
  let updates = 0;
  const ticker = new TextTicker(() => updates++);
  const one = figure(ticker);
  expect(one.shown).toBe('0');
  vi.advanceTimersByTime(10_000);
  expect(updates).toBe(10);

  one.value = 1;
  ticker.newsArrived();
  vi.advanceTimersByTime(250);
  expect(one.shown).toBe('1');

  one.value = 2;
  vi.advanceTimersByTime(750);
  expect(one.shown).toBe('1');
  vi.advanceTimersByTime(250);
  expect(one.shown).toBe('2');
  one.end();
  expect(vi.getTimerCount()).toBe(0);
});

it('waits a whole second again after news', () => {
  let updates = 0;
  const ticker = new TextTicker(() => updates++);
  figure(ticker);
  vi.advanceTimersByTime(500);
  ticker.newsArrived();
  vi.advanceTimersByTime(250);
  expect(updates).toBe(1);
  vi.advanceTimersByTime(999);
  expect(updates).toBe(1);
  vi.advanceTimersByTime(1);
  expect(updates).toBe(2);
});

it('writes only what has changed', () => {
  const ticker = new TextTicker(() => {});
  const [a, b] = [figure(ticker), figure(ticker)];
  a.value = 1;
  ticker.update();
  expect([a.writes, b.writes]).toEqual([2, 1]);
});

it('does not write what stands there already', () => {
  const ticker = new TextTicker(() => {});
  const written: string[] = [];
  let value = 'a';
  const end = ticker.add(
    () => value,
    (text) => written.push(text),
    'a',
  );
  expect(written).toEqual([]);
  value = 'b';
  ticker.update();
  expect(written).toEqual(['b']);
  end();
  ticker.add(
    () => value,
    (text) => written.push(text),
    'a',
  );
  expect(written).toEqual(['b', 'b']);
});

it('reads all before it writes any, so that the browser lays out once', () => {
  const ticker = new TextTicker(() => {});
  const done: string[] = [];
  let value = 0;
  for (const name of ['a', 'b'])
    ticker.add(
      () => {
        done.push(`read ${name}`);
        return String(value);
      },
      () => done.push(`write ${name}`),
    );
  done.length = 0;
  value = 1;
  ticker.update();
  expect(done).toEqual(['read a', 'read b', 'write a', 'write b']);
});

it('writes nothing while the window is not seen', () => {
  const ticker = new TextTicker(() => {});
  const one = figure(ticker);
  page.hidden = true;
  one.value = 1;
  vi.advanceTimersByTime(1_000);
  expect(one.shown).toBe('0');
  page.hidden = false;
  vi.advanceTimersByTime(1_000);
  expect(one.shown).toBe('1');
});

it('brings all up to date in the next frame, once however often it is asked', () => {
  const ticker = new TextTicker(() => {});
  const one = figure(ticker);
  one.value = 1;
  ticker.updateSoon();
  ticker.updateSoon();
  expect([one.shown, frames.length]).toEqual(['0', 1]);
  for (const draw of frames.splice(0)) draw();
  expect(one.shown).toBe('1');
  ticker.updateSoon();
  expect(frames).toHaveLength(1);
});

it('keeps its clock for as long as there is any figure, and has one', () => {
  const ticker = new TextTicker(() => {});
  const [a, b] = [figure(ticker), figure(ticker)];
  expect(vi.getTimerCount()).toBe(1);
  a.end();
  a.value = 5;
  b.value = 6;
  vi.advanceTimersByTime(1_000);
  expect([a.shown, b.shown]).toEqual(['0', '6']);
  b.end();
  b.end();
  expect(vi.getTimerCount()).toBe(0);
  const c = figure(ticker);
  expect(vi.getTimerCount()).toBe(1);
  c.end();
});

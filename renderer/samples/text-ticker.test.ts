import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { TextTicker } from './text-ticker.ts';

beforeEach(() => {
  vi.useFakeTimers();
  vi.stubGlobal('document', { hidden: false });
});
afterEach(() => {
  vi.unstubAllGlobals();
  vi.useRealTimers();
});

it('writes a figure once a second, and four times a second while there is news', () => {
  let updates = 0;
  const ticker = new TextTicker(() => updates++);
  let figure = 0;
  let shown = '';
  const end = ticker.add(
    () => String(figure),
    (text) => {
      shown = text;
    },
  );
  expect(shown).toBe('0');
  vi.advanceTimersByTime(10_000);
  expect(updates).toBe(10);

  figure = 1;
  ticker.newsArrived();
  vi.advanceTimersByTime(250);
  expect(shown).toBe('1');

  figure = 2;
  vi.advanceTimersByTime(750);
  expect(shown).toBe('1');
  vi.advanceTimersByTime(250);
  expect(shown).toBe('2');
  end();
  expect(vi.getTimerCount()).toBe(0);
});

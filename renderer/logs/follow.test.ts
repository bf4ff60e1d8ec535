import { expect, test } from 'vitest';
import { goesUp, wentUp } from './follow.ts';

test('a reader who scrolls up leaves Follow, however fast lines arrive', () => {
  expect(wentUp({ top: 5_000, height: 6_000 }, { top: 4_900, height: 6_000 })).toBe(true);
  expect(wentUp({ top: 5_000, height: 6_000 }, { top: 4_900, height: 6_028 })).toBe(true);
});

test('new lines, and lines that a filter takes away, are no reader', () => {
  expect(wentUp({ top: 5_000, height: 6_000 }, { top: 5_028, height: 6_028 })).toBe(false);
  expect(wentUp({ top: 5_000, height: 6_000 }, { top: 100, height: 1_100 })).toBe(false);
  expect(wentUp({ top: 5_000, height: 6_000 }, { top: 4_999, height: 6_000 })).toBe(false);
});

test('keys that go up are known', () => {
  expect(goesUp({ key: 'PageUp', shiftKey: false })).toBe(true);
  expect(goesUp({ key: ' ', shiftKey: true })).toBe(true);
  expect(goesUp({ key: ' ', shiftKey: false })).toBe(false);
  expect(goesUp({ key: 'ArrowDown', shiftKey: false })).toBe(false);
});

import { expect, test } from 'vitest';
import { goesUp, wentUp } from './follow.ts';

test.each([
  ['a reader who scrolls up', [5_000, 6_000], [4_900, 6_000], true],
  ['a reader who scrolls up while lines arrive', [5_000, 6_000], [4_900, 6_028], true],
  ['a reader who scrolls up a little', [5_000, 6_000], [4_997, 6_000], true],
  ['new lines', [5_000, 6_000], [5_028, 6_028], false],
  ['lines that a filter takes away', [5_000, 6_000], [100, 1_100], false],
  ['one line that goes', [5_000, 6_000], [4_972, 5_999], false],
  ['rounding', [5_000, 6_000], [4_998, 6_000], false],
  ['nothing', [5_000, 6_000], [5_000, 6_000], false],
] as const)('%s: from %j to %j goes up: %j', (_, before, now, up) => {
  const [wasTop, wasHeight] = before;
  const [top, height] = now;
  expect(wentUp({ top: wasTop, height: wasHeight }, { top, height })).toBe(up);
});

test.each([
  ['ArrowUp', false, true],
  ['PageUp', false, true],
  ['Home', false, true],
  [' ', true, true],
  [' ', false, false],
  ['ArrowDown', false, false],
  ['a', true, false],
])('the key %j, with Shift %j, goes up: %j', (key, shiftKey, up) => {
  expect(goesUp({ key, shiftKey })).toBe(up);
});

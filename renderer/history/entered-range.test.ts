import { expect, test } from 'vitest';
import { toEnteredTime } from '../format/times.ts';
import { enteredRange } from './entered-range.ts';

const NOW = new Date(2026, 10, 20, 14, 3, 22).getTime();
const shown = { from: 1_761_352_200_123, to: 1_761_355_800_456 };

test('Apply without edits leaves the view where it is', () => {
  expect(enteredRange(shown, {}, NOW)).toEqual(shown);
});

test('an edited end is taken, the other stays exact', () => {
  const to = Date.UTC(2026, 0, 1);
  expect(enteredRange(shown, { to: toEnteredTime(to) }, NOW)).toEqual({ from: shown.from, to });
});

test('what is no time or no range is refused', () => {
  expect(enteredRange(shown, { from: 'soon' }, NOW)).toBeNull();
  expect(enteredRange(shown, { from: '' }, NOW)).toBeNull();
  expect(enteredRange(shown, { to: toEnteredTime(shown.from) }, NOW)).toBeNull();
});

test('a clock alone is of the last 24 hours', () => {
  const of = (day: number, hours: number, minutes: number) =>
    new Date(2026, 10, day, hours, minutes).getTime();
  expect(enteredRange(shown, { from: '23:50', to: '0:10' }, NOW)).toEqual({
    from: of(19, 23, 50),
    to: of(20, 0, 10),
  });
});

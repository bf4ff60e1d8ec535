import { expect, test } from 'vitest';
import { toEnteredTime } from '../format/times.ts';
import { enteredRange } from './entered-range.ts';

const shown = { from: 1_761_352_200_123, to: 1_761_355_800_456 };

test('Apply without edits leaves the view where it is', () => {
  expect(enteredRange(shown, {})).toEqual(shown);
});

test('an edited end is taken, the other stays exact', () => {
  const to = Date.UTC(2026, 0, 1);
  expect(enteredRange(shown, { to: toEnteredTime(to) })).toEqual({ from: shown.from, to });
});

test('what is no time or no range is refused', () => {
  expect(enteredRange(shown, { from: 'soon' })).toBeNull();
  expect(enteredRange(shown, { from: '' })).toBeNull();
  expect(enteredRange(shown, { to: toEnteredTime(shown.from) })).toBeNull();
});

import { expect, test, vi } from 'vitest';
import { endProcessWith, UnaskedEnds } from './unasked-ends.ts';

test('one more than is borne within the time is too many, and those from before it do not count', () => {
  const ends = new UnaskedEnds(2, 1_000);
  expect([0, 1, 999, 999].map((at) => ends.areTooMany(at))).toEqual([false, false, true, true]);
  expect([1_000, 1_000, 1_001].map((at) => ends.areTooMany(at))).toEqual([false, true, false]);
  expect([1_999, 2_000, 2_001].map((at) => ends.areTooMany(at))).toEqual([true, false, false]);
});

test('the process ends with an error that comes from nobody who could catch it', () => {
  const later = vi.spyOn(globalThis, 'setImmediate').mockReturnValue({} as NodeJS.Immediate);
  endProcessWith('enough');
  const [[thrower] = []] = later.mock.calls;
  later.mockRestore();
  expect(thrower).toThrow('enough');
});

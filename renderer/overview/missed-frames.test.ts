import { expect, it } from 'vitest';
import { MissedFrames } from './missed-frames.ts';

it('counts what was missed in the last minute, once it is more than a hiccup', () => {
  const missed = new MissedFrames();
  expect(missed.lately(0, 0)).toBe(0);
  expect(missed.lately(9, 1_000)).toBe(0);
  expect(missed.lately(15, 20_000)).toBe(15);
  expect(missed.lately(15, 60_999)).toBe(15);
  // The first nine are a minute old.
  expect(missed.lately(20, 61_000)).toBe(11);
  expect(missed.lately(20, 121_000)).toBe(0);
});

it('begins anew when the count does, as it does with a new process', () => {
  const missed = new MissedFrames();
  expect(missed.lately(500, 0)).toBe(500);
  expect(missed.lately(3, 1_000)).toBe(0);
  expect(missed.lately(13, 2_000)).toBe(10);
});

import { expect, test } from 'vitest';
import { countedBetween, linesAWrite } from './lines-a-write.ts';

test('a server that counts its writes is taken at its word', () => {
  const own = { lines: 800, writes: 100 };
  expect(linesAWrite({ lines: 999, reads: 10, writeCalls: 2, own })).toBe(8);
  // It has told nothing yet.
  expect(linesAWrite({ lines: 600, reads: 10, writeCalls: 100, own: { lines: 0, writes: 0 } })).toBe(6);
});

test('of another the calls that the kernel counts are taken, unless it was read from more often than that', () => {
  expect(linesAWrite({ lines: 600, reads: 100, writeCalls: 100 })).toBe(6);
  expect(linesAWrite({ lines: 600, reads: 105, writeCalls: 100 })).toBe(6);
  expect(linesAWrite({ lines: 600, reads: 120, writeCalls: 100 })).toBeNaN();
  expect(linesAWrite({ lines: 0, reads: 0, writeCalls: 0 })).toBeNaN();
});

test('counters that are not told on both sides say nothing', () => {
  const names = ['d', 'w'] as const;
  expect(countedBetween({ d: 1, w: 2 }, { d: 11, w: 4, x: 9 }, names)).toEqual({ lines: 10, writes: 2 });
  expect(countedBetween({}, { d: 11, w: 4 }, names)).toBeUndefined();
  expect(countedBetween({ d: 1, w: 2 }, { d: 11 }, names)).toBeUndefined();
});

import { expect, it } from 'vitest';
import { rowsIn } from './use-chart-room.ts';

const SIZES = { least: 132, most: 220, gap: 8 };

it.each([
  // What is left at 1,280 x 800 and at 1,920 x 1,080 pixels with three daemons.
  [341, 2],
  [629, 3],
  // One that is as high as it may be, and a pixel more.
  [220, 1],
  [221, 1],
  [272, 2],
  [0, 1],
])('of %d pixels there are %d rows of charts', (height, rows) => {
  expect(rowsIn(height, SIZES)).toBe(rows);
});

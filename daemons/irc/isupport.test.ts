import { expect, it } from 'vitest';
import { isupportLines } from './isupport.ts';

it('tells everything it is given, at most thirteen tokens a line and none longer than there is room', () => {
  const tokens = Array.from({ length: 30 }, (_, i) => `T${i}`);
  const lines = isupportLines(tokens, 1_000);
  expect(lines.join(' ')).toBe(tokens.join(' '));
  expect(lines.map((line) => line.split(' ').length)).toEqual([13, 13, 4]);
  expect(isupportLines(['AB', 'CD', 'EF'], 5)).toEqual(['AB CD', 'EF']);
});

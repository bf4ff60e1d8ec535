import { expect, test } from 'vitest';
import { counted } from './counted.ts';

test('one of something is not written as several', () => {
  expect(counted(1, 'frame')).toBe('1 frame');
  expect(counted(0, 'frame')).toBe('0 frames');
  expect(counted(2, 'day')).toBe('2 days');
  expect(counted(1, 'entry')).toBe('1 entry');
  expect(counted(3, 'entry')).toBe('3 entries');
  expect(counted(1234, 'row', '1,234')).toBe('1,234 rows');
});

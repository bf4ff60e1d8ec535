import { expect, test } from 'vitest';
import { countLines } from './load-client.ts';

test('only line ends within the read are counted', () => {
  const bytes = Buffer.from('a\r\nb\r\n\r\nhalf');
  expect(countLines(bytes, bytes.length)).toBe(3);
  expect(countLines(bytes, 4)).toBe(1);
  expect(countLines(bytes, 0)).toBe(0);
});

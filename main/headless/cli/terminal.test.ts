import { expect, test } from 'vitest';
import { formatBytes, formatCell, formatSeconds, formatTable, printable } from './terminal.ts';

test('columns are aligned, numbers on the right, colours do not count', () => {
  const rows = [
    ['ircd', '\u001b[32mrunning\u001b[39m', '7'],
    ['relay', 'stopped', '1234'],
  ];
  expect(formatTable(['daemon', 'state', 'pid'], rows)).toBe(
    'DAEMON  STATE     PID\nircd    \u001b[32mrunning\u001b[39m     7\nrelay   stopped  1234',
  );
});

test.each([
  [0, '0 s'],
  [0.000_25, '250 us'],
  [0.012, '12.00 ms'],
  [59, '59.0 s'],
  [600, '10 min'],
  [10_800, '3.0 h'],
])('%d seconds are shown as %s', (seconds, text) => {
  expect(formatSeconds(seconds)).toBe(text);
});

test.each([
  [0, '0 B'],
  [1023, '1023 B'],
  [1024, '1.0 KiB'],
  [5 * 1024 ** 3, '5.0 GiB'],
])('%d bytes are shown as %s', (bytes, text) => {
  expect(formatBytes(bytes)).toBe(text);
});

test('cells follow the type of their column; what is missing is a dash', () => {
  expect(formatCell(true, 'boolean')).toBe('yes');
  expect(formatCell(null, 'number')).toBe('-');
  expect(formatCell({ a: 1 }, 'text')).toBe('{"a":1}');
});

test('no text from elsewhere can move the cursor, ring the bell or end the line', () => {
  expect(printable('a\u001b[31mb\u0007c\r\n\u009bd')).toBe('a\\x1b[31mb\\x07c\\x0d\\x0a\\x9bd');
  expect(printable('grüße 漢字 🙂')).toBe('grüße 漢字 🙂');
});

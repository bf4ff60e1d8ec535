import fc from 'fast-check';
import { expect, test, vi } from 'vitest';
import { anyCharacter } from '../../contract/test-characters.ts';
import {
  fail,
  formatBytes,
  formatCell,
  formatSeconds,
  formatTable,
  jsonText,
  print,
  printable,
  printableLines,
  say,
} from '../terminal/terminal.ts';

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

/** What terminals obey: C0 but the line end and the tab, DEL, C1; and what turns the order of letters around. */
const OBEYED = /(?![\n\t])[\p{Cc}\p{Bidi_Control}\u2028\u2029]/u;

test.each([
  ['CSI of C1', '\u009b31m', '\\x9b31m'],
  ['OSC of C1', '\u009d0;title\u009c', '\\x9d0;title\\x9c'],
  ['NEL', 'a\u0085b', 'a\\x85b'],
  ['DEL', 'a\u007fb', 'a\\x7fb'],
  ['right-to-left override', 'exe\u202egpj', 'exe\\u{202e}gpj'],
  ['isolates', '\u2066a\u2069', '\\u{2066}a\\u{2069}'],
])('%s from elsewhere is shown, not obeyed', (_, text, shown) => {
  expect(printable(text)).toBe(shown);
});

const anything = fc.string({ unit: anyCharacter, maxLength: 40 });

test('whatever is printed, no terminal obeys any of it, and JSON still means the same', () => {
  const written: string[] = [];
  const take = (text: string | Uint8Array) => {
    written.push(String(text));
    return true;
  };
  const out = vi.spyOn(process.stdout, 'write').mockImplementation(take);
  const err = vi.spyOn(process.stderr, 'write').mockImplementation(take);
  try {
    fc.assert(
      fc.property(anything, (text) => {
        written.length = 0;
        say(text);
        print(printableLines(text));
        fail({ code: 'refused', message: text, detail: { text } }, false);
        fail({ code: 'no_instance', message: text, detail: { text } }, true);
        for (const line of written) expect(line).not.toMatch(OBEYED);
        expect(JSON.parse(jsonText({ [text]: text }, 2))).toEqual({ [text]: text });
      }),
    );
  } finally {
    out.mockRestore();
    err.mockRestore();
  }
});

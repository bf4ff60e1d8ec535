/** Whatever a message is, the other server reads the same, whoever else speaks meanwhile. */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { readLine } from './line.ts';
import { TalkReader, writeTalk } from './talk-line.ts';

function read(reader: TalkReader, lines: readonly string[]): (string | null)[] {
  return lines.map((text) => {
    const [, word = '', piece = ''] = readLine(text, true)!.params;
    return reader.take(word, piece);
  });
}

it('comes as it was sent, in lines that every server passes on', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme', maxLength: 3_000 }), (text) => {
      const message = JSON.stringify(text);
      const lines = writeTalk('AB', 'XQ', 'AC', message);
      for (const line of lines) expect(line.length).toBeLessThanOrEqual(510);
      const heard = read(new TalkReader(100_000), lines);
      expect(heard.slice(0, -1).every((one) => one === null)).toBe(true);
      expect(heard.at(-1)).toBe(message);
    }),
  );
});

it('drops a message that is too long, whole, and reads the next one', () => {
  const reader = new TalkReader(1_000);
  expect(read(reader, writeTalk('AB', 'XR', 'AC', 'x'.repeat(1_001))).every((one) => one === null)).toBe(
    true,
  );
  expect(read(reader, writeTalk('AB', 'XR', 'AC', 'y'.repeat(1_000))).at(-1)).toBe('y'.repeat(1_000));
  expect(reader.take('other', 'z')).toBeNull();
  expect(read(reader, writeTalk('AB', 'XR', 'AC', ''))).toEqual(['']);
});

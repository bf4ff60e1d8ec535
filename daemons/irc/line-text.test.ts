import fc from 'fast-check';
import { expect, it } from 'vitest';
import { fitLine, splitText, truncateUtf8 } from './line-text.ts';

it('cuts at the byte limit and never inside a character', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), fc.nat(64), (text, maxBytes) => {
      const cut = truncateUtf8(text, maxBytes);
      expect(Buffer.byteLength(cut)).toBeLessThanOrEqual(maxBytes);
      expect(text.startsWith(cut)).toBe(true);
      expect(Buffer.from(cut).toString()).toBe(cut);
      const next = [...text.slice(cut.length)][0];
      if (next !== undefined) expect(Buffer.byteLength(cut + next)).toBeGreaterThan(maxBytes);
    }),
  );
});

it('splits a long text at spaces where it can, and loses nothing but those', () => {
  expect(splitText('one two three', 7)).toEqual(['one two', 'three']);
  expect(splitText('one two three', 8)).toEqual(['one two', 'three']);
  expect(splitText('名名名名', 7)).toEqual(['名名', '名名']);
  expect(splitText('', 10)).toEqual(['']);
  const text = fc
    .array(fc.constantFrom('a', ' ', 'é', '名', '🙂'), { maxLength: 200 })
    .map((parts) => parts.join(''));
  fc.assert(
    fc.property(text, fc.integer({ min: 4, max: 60 }), (whole, maxBytes) => {
      const pieces = splitText(whole, maxBytes);
      for (const piece of pieces) expect(Buffer.byteLength(piece)).toBeLessThanOrEqual(maxBytes);
      expect(pieces.join('').replaceAll(' ', '')).toBe(whole.replaceAll(' ', ''));
    }),
  );
});

it('cuts between characters of one, two, three and four bytes at exactly the limit', () => {
  for (const [character, bytes] of [
    ['\x7f', 1],
    ['\x80', 2],
    ['\u07ff', 2],
    ['\u0800', 3],
    ['\uffff', 3],
    ['\u{10000}', 4],
    ['\u{10ffff}', 4],
  ] as const) {
    const text = character.repeat(3);
    expect(truncateUtf8(text, 3 * bytes)).toBe(text);
    expect(truncateUtf8(text, 3 * bytes - 1)).toBe(character.repeat(2));
    expect(truncateUtf8(text, 2 * bytes)).toBe(character.repeat(2));
    expect(truncateUtf8(text, bytes - 1)).toBe('');
  }
  expect(truncateUtf8('', 0)).toBe('');
});

it('ends a piece at the last space of it, and a piece without one where it has to', () => {
  expect(splitText('ab cd ef', 5)).toEqual(['ab cd', 'ef']);
  expect(splitText('ab cdefgh', 5)).toEqual(['ab', 'cdefg', 'h']);
  expect(splitText(' abcdefg', 4)).toEqual([' abc', 'defg']);
  expect(splitText('abcdef', 6)).toEqual(['abcdef']);
  expect(fitLine('x'.repeat(511))).toHaveLength(510);
});

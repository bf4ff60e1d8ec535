import fc from 'fast-check';
import { expect, test } from 'vitest';
import { LineSplitter } from './line-splitter.ts';

function told(pieces: readonly (string | Uint8Array)[], maxChars = 8): string[] {
  const found: string[] = [];
  const splitter = new LineSplitter(maxChars, {
    line: (text) => found.push(`line ${text}`),
    overlong: (piece, last) => found.push(`${last ? 'end' : 'part'} ${piece}`),
  });
  for (const piece of pieces) splitter.push(piece);
  splitter.end();
  return found;
}

/** A list cut at places given as fractions. */
function cutAt<T extends { length: number; slice(from: number, to: number): T }>(
  whole: T,
  places: readonly number[],
): T[] {
  const cuts = places.map((place) => Math.floor(place * whole.length)).sort((a, b) => a - b);
  return [0, ...cuts].map((from, at) => whole.slice(from, cuts[at] ?? whole.length));
}

const texts = fc
  .array(fc.constantFrom('a', 'b', '\n', '\r', '\r\n', 'é', '😀', 'xxxxxxx', 'yyyyyyyyyyyyyyyyy'))
  .map((parts) => parts.join(''));
const places = fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 12 });

test('the lines are the same wherever text is cut', () => {
  fc.assert(
    fc.property(texts, places, (text, at) => {
      expect(told(cutAt(text, at))).toEqual(told([text]));
    }),
  );
});

test('the lines are the same wherever bytes are cut, also inside a character', () => {
  fc.assert(
    fc.property(texts, places, (text, at) => {
      expect(told(cutAt(new TextEncoder().encode(text), at))).toEqual(told([text]));
    }),
  );
});

test('nothing is lost of a line that is too long, no piece is longer than a line, and no character is cut', () => {
  fc.assert(
    fc.property(texts, (text) => {
      const found = told([text]).map((one) => one.slice(one.indexOf(' ') + 1));
      expect(found.join('')).toBe(text.replace(/\r?\n|\r$/g, ''));
      for (const piece of found) {
        expect(piece.length).toBeLessThanOrEqual(8);
        expect(piece).not.toMatch(/\p{Surrogate}/u);
      }
    }),
  );
});

test('a line of just the limit is a line with either end, one more is too long', () => {
  expect(told(['12345678\r', '\n12345678\n'])).toEqual(['line 12345678', 'line 12345678']);
  expect(told(['123456789\n', 'next'])).toEqual(['part 12345678', 'end 9', 'line next']);
});

test('who has heard enough hears nothing more of what came with it', () => {
  const found: string[] = [];
  const splitter = new LineSplitter(8, {
    line: (text) => {
      found.push(text);
      splitter.close();
    },
    overlong: () => {},
  });
  splitter.push('one\ntwo\nthree');
  splitter.end();
  expect(found).toEqual(['one']);
});

test('a line that grows too long is told by and by, and one character is waited for only after a CR', () => {
  const found: string[] = [];
  const splitter = new LineSplitter(8, { line: () => {}, overlong: (piece) => found.push(piece) });
  splitter.push('12345678');
  expect(found).toEqual([]);
  splitter.push('9');
  expect(found).toEqual(['12345678']);
  splitter.push('0123456\r');
  expect(found).toEqual(['12345678']);
  splitter.push('x');
  expect(found).toEqual(['12345678', '90123456']);
});

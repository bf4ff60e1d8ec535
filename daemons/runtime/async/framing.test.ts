import fc from 'fast-check';
import { expect, it } from 'vitest';
import { type Decoder, lines, pieces } from './framing.ts';

function decode(decoder: Decoder<string>, arrived: readonly (Uint8Array | string)[]): string[] {
  const found: string[] = [];
  for (const piece of arrived) {
    decoder.push(piece);
    // Undefined also while a piece is left that ends no line.
    for (let left = piece.length + 1; left > 0; left--) {
      const line = decoder.next();
      if (line !== undefined) found.push(line);
    }
  }
  const last = decoder.end();
  return last === undefined ? found : [...found, last];
}

it('cuts lines the same wherever the pieces are cut, one when it is asked', () => {
  fc.assert(
    fc.property(
      fc.array(fc.string({ unit: 'grapheme', maxLength: 12 })),
      fc.array(fc.nat(20)),
      fc.constantFrom('\n', '\r\n'),
      (texts, cuts, end) => {
        const sent = texts.map((text) => text.replace(/[\r\n]/g, ''));
        const bytes = Buffer.from(sent.map((line) => line + end).join(''));
        const arrived: Uint8Array[] = [];
        let at = 0;
        for (const cut of [...cuts, bytes.length]) {
          arrived.push(bytes.subarray(at, at + cut));
          at += cut;
        }
        expect(decode(lines().decoder(), arrived)).toEqual(sent);
      },
    ),
  );
});

it('takes text for bytes, and a last line that nothing ends for a line', () => {
  expect(decode(lines().decoder(), ['a\nb', 'c'])).toEqual(['a', 'bc']);
  expect(decode(lines().decoder(), ['a\n'])).toEqual(['a']);
  expect(decode(lines().decoder(), ['\n\n'])).toEqual(['', '']);
});

it('gives one line each time, and nothing where none is whole', () => {
  const decoder = lines().decoder();
  expect(decoder.next()).toBeUndefined();
  decoder.push(Buffer.from('a\nb\nc'));
  expect([decoder.next(), decoder.next(), decoder.next()]).toEqual(['a', 'b', undefined]);
});

it('takes lines up to its limit, coming and going', () => {
  const { decoder, encode, bytesOf } = lines(4);
  expect(decode(decoder(), ['1234\n'])).toEqual(['1234']);
  expect(() => decode(decoder(), ['12345\n'])).toThrow('The other end sent a longer line: at most 4');
  expect(encode('1234')).toBe('1234\n');
  expect(() => encode('12345')).toThrow('A line of 5 characters cannot be sent: at most 4 characters.');
  expect(() => encode('1\r')).toThrow('has a line end in it');
  expect(bytesOf('1é')).toBe(4);
});

it('gives a piece out once, whatever it is, and knows its bytes', () => {
  const decoder = pieces<unknown>().decoder();
  const { encode, bytesOf } = pieces<unknown>();
  decoder.push(7);
  expect([decoder.next(), decoder.next(), decoder.end()]).toEqual([7, undefined, undefined]);
  expect(encode('x')).toBe('x');
  expect([bytesOf('é'), bytesOf(new Uint8Array(3)), bytesOf({ a: 1 })]).toEqual([2, 3, 0]);
});

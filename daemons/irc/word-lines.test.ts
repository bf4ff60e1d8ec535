import fc from 'fast-check';
import { expect, it } from 'vitest';
import { WordLines } from './word-lines.ts';

it('loses no word, cuts none and keeps the order, whatever their length and script', () => {
  const word = fc
    .string({ unit: 'grapheme', minLength: 1, maxLength: 20 })
    .map((text) => text.replaceAll(' ', '_'));
  fc.assert(
    fc.property(
      fc.array(word),
      fc.integer({ min: 80, max: 400 }),
      fc.integer({ min: 1, max: 15 }),
      (words, room, most) => {
        const fitting = words.filter((text) => Buffer.byteLength(text) <= room);
        const lines: string[] = [];
        const packer = new WordLines(room, (line) => lines.push(line), most);
        for (const text of fitting) packer.add(text);
        packer.end();
        expect(lines.flatMap((line) => line.split(' '))).toEqual(fitting);
        for (const line of lines) {
          expect(Buffer.byteLength(line)).toBeLessThanOrEqual(room);
          expect(line.split(' ').length).toBeLessThanOrEqual(most);
        }
      },
    ),
  );
});

it('sends one empty line for no words where an answer must come', () => {
  const lines: string[] = [];
  const packer = new WordLines(10, (line) => lines.push(line));
  packer.end();
  expect(lines).toEqual([]);
  packer.end(true);
  expect(lines).toEqual(['']);
});

it('fills a line to the last byte and the last word, and gives a longer word a line of its own', () => {
  const packed = (room: number, words: readonly string[], most?: number) => {
    const lines: string[] = [];
    const packer = new WordLines(room, (line) => lines.push(line), most);
    for (const word of words) packer.add(word);
    packer.end(true);
    return lines;
  };
  expect(packed(7, ['abc', 'def', 'g'])).toEqual(['abc def', 'g']);
  expect(packed(6, ['abc', 'def', 'g'])).toEqual(['abc', 'def g']);
  expect(packed(3, ['abcdef', 'g'])).toEqual(['abcdef', 'g']);
  expect(packed(4, ['é', 'é', 'é'])).toEqual(['é', 'é', 'é']);
  expect(packed(5, ['é', 'é', 'é'])).toEqual(['é é', 'é']);
  expect(packed(99, ['a', 'b', 'c'], 2)).toEqual(['a b', 'c']);
  // Once something was sent, nothing more need be.
  expect(packed(1, ['a'])).toEqual(['a']);
});

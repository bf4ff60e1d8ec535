import fc from 'fast-check';
import { expect, it } from 'vitest';
import { anyCharacter } from '../../contract/test-characters.ts';
import { fold, sameName } from './casemapping.ts';

it('folds ASCII letters and the four rfc1459 pairs', () => {
  expect(fold('#F]|oo{~')).toBe('#f}|oo{^');
  expect(sameName('Nick[a]\\~', 'nick{A}|^')).toBe(true);
  expect(sameName('nick', 'nicks')).toBe(false);
});

it('leaves everything beyond ASCII alone', () => {
  expect(fold('ÄÖ☃İ')).toBe('ÄÖ☃İ');
});

it('is idempotent and keeps the length', () => {
  fc.assert(
    fc.property(fc.string({ unit: anyCharacter }), (name) => {
      const once = fold(name);
      expect(fold(once)).toBe(once);
      expect(once.length).toBe(name.length);
    }),
  );
});

it('folds each character by itself, the first and the last of ASCII too', () => {
  expect(fold('ABCDEFGHIJKLMNOPQRSTUVWXYZ[\\]~')).toBe('abcdefghijklmnopqrstuvwxyz{|}^');
  const characters = Array.from({ length: 0x180 }, (_, code) => String.fromCharCode(code));
  const folded = characters.filter((character) => fold(character) !== character);
  expect(folded.join('')).toBe('ABCDEFGHIJKLMNOPQRSTUVWXYZ[\\]~');
  // Behind one that folds as well.
  expect(characters.filter((character) => fold(`A${character}`) !== `a${fold(character)}`)).toEqual([]);
});

it('folds long texts as it does short ones', () => {
  fc.assert(
    fc.property(fc.string({ unit: fc.constantFrom('a', 'A', '[', 'Ä', '☃'), maxLength: 300 }), (name) => {
      const long = name.repeat(100);
      expect(fold(long)).toBe(fold(name).repeat(100));
    }),
  );
});

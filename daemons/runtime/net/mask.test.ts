import fc from 'fast-check';
import { expect, it } from 'vitest';
import { compileMask, globMatch } from './mask.ts';

const compile = (text: string) => compileMask(text, (given) => given.toLowerCase());

it('matches stars and question marks, folded', () => {
  const mask = compile('*!*@*.Example.ORG');
  expect(mask.matches('bob!~b@host.example.org')).toBe(true);
  expect(mask.matches('bob!~b@host.example.com')).toBe(false);
  expect(compile('b?b').matches('bob')).toBe(true);
  expect(compile('b?b').matches('bb')).toBe(false);
  expect(compile('bob').matches('bobby')).toBe(false);
});

it('agrees with a regular expression built from the mask', () => {
  const text = fc.string({ unit: fc.constantFrom('a', 'b', '.'), maxLength: 12 });
  const mask = fc.string({ unit: fc.constantFrom('a', 'b', '.', '*', '?'), maxLength: 8 });
  fc.assert(
    fc.property(mask, text, (pattern, subject) => {
      const source = pattern.replaceAll('.', '\\.').replaceAll('*', '.*').replaceAll('?', '.');
      const expected = new RegExp(`^${source}$`).test(subject);
      expect(globMatch(pattern, subject)).toBe(expected);
      expect(compile(pattern).matches(subject)).toBe(expected);
    }),
  );
});

it('does not take what one star covers for the start of the next part', () => {
  expect(compile('a*ab').matches('aab')).toBe(true);
  expect(compile('ab*ba').matches('aba')).toBe(false);
  expect(compile('a*b*c').matches('acb')).toBe(false);
  expect(compile('*ab*').matches('xxab')).toBe(true);
  // Nor one part for the next: each stands behind the one before.
  expect(compile('*ab*ab*').matches('xxabx')).toBe(false);
  expect(compile('*ab*a*').matches('.ab.')).toBe(false);
  expect(compile('*ab*ba*').matches('xabax')).toBe(false);
  expect(compile('*ab*ba*').matches('xabba')).toBe(true);
});

it('has its price: a mask that may have to go back costs more than one that need not', () => {
  const plain = compile('bob').priceNs;
  const stars = compile(`*${'a'.repeat(74)}b*`).priceNs;
  const hostile = compile(`*${'a'.repeat(74)}?b*`).priceNs;
  expect(stars).toBeGreaterThan(plain);
  expect(hostile).toBeGreaterThan(10 * stars);
});

it('asks for a comparison, and for each character that a mask may have to look at again', () => {
  const prices = (texts: string[]) => texts.map((text) => compile(text).priceNs);
  // 60 ns a mask; a character of a mask with stars 1 ns, and of one with a question mark 64 ns for its longest part.
  expect(prices(['bob', '*', '**'])).toEqual([60, 60, 60]);
  expect(prices(['*!*@host', 'a*b', 'a**b'])).toEqual([60 + 8, 60 + 3, 60 + 3]);
  expect(prices(['a?c', '?', 'abc*d?', '*?*abcdef*'])).toEqual([
    60 + 64 * 3,
    60 + 64,
    60 + 64 * 3,
    60 + 64 * 6,
  ]);
});

it('keeps a mask as it was written beside what is compared', () => {
  expect(compile('BOB!***@Host')).toMatchObject({ text: 'BOB!***@Host', pattern: 'bob!*@host' });
  expect(compile('**').matches('')).toBe(true);
  expect(compile('?').matches('')).toBe(false);
});

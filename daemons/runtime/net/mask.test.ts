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
});

it('has its price: a mask that may have to go back costs more than one that need not', () => {
  const plain = compile('bob').priceNs;
  const stars = compile(`*${'a'.repeat(74)}b*`).priceNs;
  const hostile = compile(`*${'a'.repeat(74)}?b*`).priceNs;
  expect(stars).toBeGreaterThan(plain);
  expect(hostile).toBeGreaterThan(10 * stars);
});

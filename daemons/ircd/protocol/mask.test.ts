import fc from 'fast-check';
import { expect, it } from 'vitest';
import { compileMask, globMatch, normalizeUserMask } from './mask.ts';

it('matches stars and question marks, folded', () => {
  const mask = compileMask('*!*@*.Example.ORG');
  expect(mask.matches('bob!~b@host.example.org')).toBe(true);
  expect(mask.matches('bob!~b@host.example.com')).toBe(false);
  expect(compileMask('b?b').matches('bob')).toBe(true);
  expect(compileMask('b?b').matches('bb')).toBe(false);
  expect(compileMask('bob').matches('bobby')).toBe(false);
});

it('agrees with a regular expression built from the mask', () => {
  const text = fc.string({ unit: fc.constantFrom('a', 'b', '.'), maxLength: 12 });
  const mask = fc.string({ unit: fc.constantFrom('a', 'b', '.', '*', '?'), maxLength: 8 });
  fc.assert(
    fc.property(mask, text, (pattern, subject) => {
      const source = pattern.replaceAll('.', '\\.').replaceAll('*', '.*').replaceAll('?', '.');
      const expected = new RegExp(`^${source}$`).test(subject);
      expect(globMatch(pattern, subject)).toBe(expected);
      expect(compileMask(pattern).matches(subject)).toBe(expected);
    }),
  );
});

it('does not take what one star covers for the start of the next part', () => {
  expect(compileMask('a*ab').matches('aab')).toBe(true);
  expect(compileMask('ab*ba').matches('aba')).toBe(false);
  expect(compileMask('a*b*c').matches('acb')).toBe(false);
  expect(compileMask('*ab*').matches('xxab')).toBe(true);
});

it('has its price: a mask that may have to go back costs more than one that need not', () => {
  const plain = compileMask('bob').priceNs;
  const stars = compileMask(`*${'a'.repeat(74)}b*`).priceNs;
  const hostile = compileMask(`*${'a'.repeat(74)}?b*`).priceNs;
  expect(stars).toBeGreaterThan(plain);
  expect(hostile).toBeGreaterThan(10 * stars);
});

it('completes what people type', () => {
  expect(normalizeUserMask('bob')).toBe('bob!*@*');
  expect(normalizeUserMask('*.org')).toBe('*!*@*.org');
  expect(normalizeUserMask('2001:db8::1')).toBe('*!*@2001:db8::1');
  expect(normalizeUserMask('user@host')).toBe('*!user@host');
  expect(normalizeUserMask('nick!user')).toBe('nick!user@*');
  expect(normalizeUserMask('!@')).toBe('*!*@*');
});

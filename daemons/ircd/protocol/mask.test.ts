import { expect, it } from 'vitest';
import { compileMask, normalizeUserMask } from './mask.ts';

it('takes names for the same by the casemapping of IRC', () => {
  const mask = compileMask('*!*@*.Example.ORG');
  expect(mask.matches('bob!~b@host.example.org')).toBe(true);
  expect(compileMask('[Bob]*').matches('{bob}!b@h')).toBe(true);
});

it('completes what people type', () => {
  expect(normalizeUserMask('bob')).toBe('bob!*@*');
  expect(normalizeUserMask('*.org')).toBe('*!*@*.org');
  expect(normalizeUserMask('2001:db8::1')).toBe('*!*@2001:db8::1');
  expect(normalizeUserMask('user@host')).toBe('*!user@host');
  expect(normalizeUserMask('nick!user')).toBe('nick!user@*');
  expect(normalizeUserMask('!@')).toBe('*!*@*');
});

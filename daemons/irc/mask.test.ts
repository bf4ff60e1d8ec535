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

it('puts a star for every part that is missing', () => {
  expect(['!u@h', 'n!@h', 'n!u@', 'n!', '!u', 'u@', '@h', '@', '!'].map(normalizeUserMask)).toEqual([
    '*!u@h',
    'n!*@h',
    'n!u@*',
    'n!*@*',
    '*!u@*',
    '*!u@*',
    '*!*@h',
    '*!*@*',
    '*!*@*',
  ]);
  // What stands before the ! belongs to the nick, also an @.
  expect(normalizeUserMask('a@b!c@d')).toBe('a@b!c@d');
  expect(normalizeUserMask('a@b!c')).toBe('a@b!c@*');
  expect(normalizeUserMask('a:b')).toBe('*!*@a:b');
});

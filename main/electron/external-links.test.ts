import { expect, test } from 'vitest';
import { isAllowedExternalUrl } from './external-links.ts';

test('a host of the table opens over https', () => {
  expect(isAllowedExternalUrl('https://modern.ircdocs.horse/#join-message')).toBe(true);
});

test.each([
  'http://modern.ircdocs.horse/',
  'https://modern.ircdocs.horse.evil.example/',
  'https://evil.example/modern.ircdocs.horse',
  'https://modern.ircdocs.horse@evil.example/',
  'https://user@modern.ircdocs.horse/',
  'https://modern.ircdocs.horse:8443/',
  'file:///etc/passwd',
  'javascript:alert(1)',
  'smb://ircv3.net/share',
  'ms-settings:',
  '',
  'not a url',
])('%s stays inside', (url) => {
  expect(isAllowedExternalUrl(url)).toBe(false);
});

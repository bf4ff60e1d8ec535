/** Under which headers a window is served. */
import { expect, test } from 'vitest';
import { WINDOW_HEADERS } from './window-headers.ts';

test('a window loads nothing but its own, sends nothing elsewhere and stands in no frame', () => {
  const { 'content-security-policy': policy, ...others } = WINDOW_HEADERS;
  const allowed = Object.fromEntries(
    policy.split('; ').map((rule) => [rule.split(' ')[0], rule.split(' ').slice(1)]),
  );
  const own = ["'self'"];
  const none = ["'none'"];
  expect(allowed).toEqual({
    'default-src': none,
    'script-src': own,
    'style-src': own,
    'img-src': [...own, 'data:'],
    'font-src': own,
    'connect-src': own,
    'base-uri': none,
    'form-action': none,
    'frame-ancestors': none,
    'object-src': none,
  });
  expect(others).toEqual({
    'x-content-type-options': 'nosniff',
    'x-frame-options': 'DENY',
    'referrer-policy': 'no-referrer',
    'cross-origin-opener-policy': 'same-origin',
    'cross-origin-resource-policy': 'same-origin',
  });
});

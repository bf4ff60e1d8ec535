import { expect, test } from 'vitest';
import { refusalOf } from './request-guard.ts';

test.each(['127.0.0.1:8420', 'localhost:8420', 'LOCALHOST', '[::1]:8420', 'localhost:1', 'dash.example:443'])(
  'Host %s may come in',
  (host) => {
    expect(refusalOf({ host }, ['Dash.Example'])).toBeNull();
  },
);

test.each([
  'evil.example',
  'localhost.evil.example',
  '127.0.0.1.evil.example:80',
  '',
  'a b',
  '[::1',
  'x@localhost',
  '0.0.0.0',
])('Host %j is refused: a name rebound to loopback must not work', (host) => {
  expect(refusalOf({ host }, ['dash.example'])).not.toBeNull();
});

test('no Host is refused', () => {
  expect(refusalOf({}, [])).not.toBeNull();
});

test.each([
  'http://evil.example',
  'null',
  'http://localhost:9999',
  'https://localhost',
  'http://localhost:8420.evil.example',
])('Origin %s is refused', (origin) => {
  expect(refusalOf({ host: 'localhost:8420', origin }, [])).toContain(origin);
});

test('our own origin may come in, also behind a proxy that ends TLS', () => {
  expect(refusalOf({ host: 'localhost:8420', origin: 'http://localhost:8420' }, [])).toBeNull();
  expect(refusalOf({ host: 'dash.example', origin: 'https://dash.example' }, ['dash.example'])).toBeNull();
});

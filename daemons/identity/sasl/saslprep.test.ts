import { expect, it } from 'vitest';
import { parsePlain } from './plain.ts';
import { saslprep } from './saslprep.ts';

it.each([
  ['I\u00adX', 'IX'],
  ['user', 'user'],
  ['USER', 'USER'],
  ['\u00aa', 'a'],
  ['\u2168', 'IX'],
  ['a\u00a0b', 'a b'],
  ['e\u0301', 'é'],
  ['\u0007', null],
  ['\u00ad', null],
  ['', null],
  ['a\u{e0001}', null],
  ['a\ue000', null],
])('prepares %j as RFC 4013 says', (text, expected) => {
  expect(saslprep(text)).toBe(expected);
});

it.each([
  ['\0ann\0pass', { authorization: '', account: 'ann', password: 'pass' }],
  ['ann\0ann\0pass', { authorization: 'ann', account: 'ann', password: 'pass' }],
  ['ann\0pass', null],
  ['\0\0pass', null],
  ['\0ann\0', null],
  ['\0ann\0pa\0ss', null],
  ['', null],
])('reads the PLAIN message %j as RFC 4616 says', (text, expected) => {
  expect(parsePlain(Buffer.from(text))).toEqual(expected);
});

it('refuses a PLAIN message that is not UTF-8', () => {
  expect(parsePlain(Buffer.from('\0ann\0\xff', 'latin1'))).toBeNull();
});

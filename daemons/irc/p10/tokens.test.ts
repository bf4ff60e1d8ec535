/** What tokens are called for people. */
import { expect, it } from 'vitest';
import { readLine } from './line.ts';
import { firstWords, tokenName } from './tokens.ts';

it.each([
  ['AC', 'ACCOUNT (AC)'],
  ['M', 'MODE (M)'],
  ['SASL', 'SASL'],
  ['NICK', 'NICK'],
  ['ZZZ', 'ZZZ'],
  ['X'.repeat(20), 'X'.repeat(16)],
])('%s is called %s', (token, name) => {
  expect(tokenName(token)).toBe(name);
});

it.each([
  ['NICK x', 'NICK'],
  ['N x', 'NICK (N)'],
  ['AC x y', 'ACCOUNT (AC)'],
  // By a numeric that looks like a token, of a user, and in other letters.
  ['AC B #c 1 AFAAA', 'BURST (B) of AC'],
  ['Ac NICK x', 'NICK of Ac'],
  ['AFAAb P #c :hello', 'PRIVMSG (P) of AFAAb'],
  ['AC hello', 'ACCOUNT (AC)'],
  ['hey B #c', 'HEY'],
])('a line that begins with %s says %s', (text, words) => {
  expect(firstWords(readLine(text, false)!)).toBe(words);
});

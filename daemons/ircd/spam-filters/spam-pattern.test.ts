/** Patterns of spam filters, beside what a regular expression says of the same. */
import { expect, it } from 'vitest';
import { compileSpamPattern, foldSpam, patternProblem } from './spam-pattern.ts';

const meets = (pattern: string, text: string) => compileSpamPattern(pattern).matches(foldSpam(text));

it('looks for a text anywhere, and compares a mask with the whole', () => {
  expect(meets('buy now', 'so BUY NOW or never')).toBe(true);
  expect(meets('buy now', 'so buy it now')).toBe(false);
  expect(meets('buy*now', 'buy it now')).toBe(true);
  expect(meets('buy*now', 'so buy it now')).toBe(false);
  expect(meets('*b?y*', 'a bay')).toBe(true);
  expect(meets('?', 'ab')).toBe(false);
  expect(meets('a*a', 'a')).toBe(false);
});

it('sees through colours, actions, capitals, and wide letters', () => {
  expect(meets('*http://bad.example*', '\x0304h\x02tt\x02p://BAD.example/')).toBe(true);
  expect(meets('slaps*', '\x01ACTION Slaps you\x01')).toBe(true);
  expect(meets('slaps*', '\x01ACTION slaps')).toBe(true);
  expect(meets('free bitcoin', 'ＦＲＥＥ Bitcoin')).toBe(true);
  expect(foldSpam('\x01VERSION\x01')).toBe('\x01version\x01');
});

it('says what every regular expression of the same says', () => {
  let seed = 7;
  const random = (below: number) => {
    seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648;
    return Math.floor((seed / 2_147_483_648) * below);
  };
  const word = (letters: string, most: number) =>
    Array.from({ length: random(most) + 1 }, () => letters[random(letters.length)]).join('');
  for (let i = 0; i < 4_000; i++) {
    // Long parts pass the bits of one word.
    const pattern = i % 8 === 0 ? `*${word('aab?', 70)}*` : word('ab?*', 12);
    const text = word('ab', i % 8 === 0 ? 300 : 14);
    const glob = pattern.replaceAll(/\*+/g, '.*').replaceAll('?', '.');
    const expected = /[*?]/.test(pattern) ? new RegExp(`^${glob}$`).test(text) : text.includes(pattern);
    expect(meets(pattern, text), `${pattern} in ${text}`).toBe(expected);
  }
  const long = `${'a'.repeat(31)}?${'b'.repeat(40)}`;
  expect(meets(`*${long}*`, `xx${'a'.repeat(32)}${'b'.repeat(40)}`)).toBe(true);
  expect(meets(`*${long}*`, `xx${'a'.repeat(32)}${'b'.repeat(39)}`)).toBe(false);
});

it('costs by the length of a text, whatever is looked for', () => {
  const price = (pattern: string, text: string) => compileSpamPattern(pattern).priceNs(text);
  const text = 'a'.repeat(500);
  expect(price('a', text)).toBe(price(`*${'a'.repeat(190)}b*`, text));
  // By bits, where the longest piece is there; else it is looked for alone.
  expect(price(`*${'a?'.repeat(90)}b*`, text)).toBeLessThan(50 * price('a', text));
  expect(price('*a?a*', text)).toBeGreaterThan(10 * price('a', text));
  expect(price(`*${'a?'.repeat(90)}bb*`, text)).toBe(price('a', text));
  expect(foldSpam('\ufdfa\uff42'.repeat(100))).toBe('\ufdfab'.repeat(100));
  expect(compileSpamPattern('b\ufdfa').matches(foldSpam('\uff22\ufdfa'))).toBe(true);
});

it('refuses what everything would match', () => {
  for (const pattern of ['*', '? *', '', '\x02*'])
    expect(patternProblem(pattern), pattern).toContain('everything');
  expect(patternProblem('*x*')).toBe(null);
});

import { describe, expect, it, test } from 'vitest';
import { matchScore } from './match.ts';

const best = (query: string, texts: readonly string[]) =>
  texts
    .map((text) => ({ text, score: matchScore(text, query) }))
    .filter((one) => one.score !== null)
    .sort((a, b) => (b.score ?? 0) - (a.score ?? 0))
    .map((one) => one.text);

describe('finding in the palette', () => {
  it('prefers the beginning, then the beginning of a word, then a piece, then letters in order', () => {
    expect(best('st', ['Go to last', 'Restart ircd', 'Stop ircd', 'ircd stats'])).toEqual([
      'Stop ircd',
      'ircd stats',
      'Go to last',
      'Restart ircd',
    ]);
    expect(best('rst', ['Restart', 'Start'])).toEqual(['Restart']);
  });

  it('wants every word', () => {
    expect(best('ircd kill', ['ircd kill', 'relay kick', 'kill'])).toEqual(['ircd kill']);
  });

  it('lets everything through while nothing is typed', () => {
    expect(best('', ['a', 'b'])).toHaveLength(2);
  });

  // Ten letters each, so that all lose the same for their length.
  test.each([
    ['abcdefghij', 'ab', 4],
    ['xyz abcdef', 'ab', 3],
    ['xyz-abcdef', 'ab', 3],
    ['xyz_abcdef', 'ab', 3],
    ['xyz.abcdef', 'ab', 3],
    ['xyzabcdefg', 'ab', 2],
    ['xaybcdefgh', 'ab', 1],
    ['xaaybcdefg', 'aab', 1],
    ['xaybcdefgh', 'aab', null],
    ['xbyacdefgh', 'ab', null],
    ['ABCDEFGHIJ', 'aB', 4],
    ['abcd xyz ij', 'xy  ab ', 7],
    ['abcdefghij', 'ab zz', null],
    ['abcdefghij', '', 0],
  ])('%j is found by %j with a score of %j', (text, query, score) => {
    const found = matchScore(text, query);
    expect(found === null ? null : Math.round(found + text.length / 1000)).toBe(score);
    if (found !== null) expect(found).toBeCloseTo((score ?? 0) - text.length / 1000, 9);
  });
});

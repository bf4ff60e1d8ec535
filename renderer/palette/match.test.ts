import { describe, expect, it } from 'vitest';
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
});

/** How well what was typed fits an entry of the palette. */

/**
 * Score of `query` in `text`: every word of the query must occur, as a piece of the text or as its letters in order.
 * Higher is better; null where it does not fit. An empty query fits everything equally.
 */
export function matchScore(text: string, query: string): number | null {
  const within = text.toLowerCase();
  let score = 0;
  for (const word of query.toLowerCase().split(/\s+/)) {
    if (word === '') continue;
    const found = scoreWord(within, word);
    if (found === null) return null;
    score += found;
  }
  // Of two that fit alike, the shorter says less that was not asked for.
  return score - within.length / 1000;
}

function scoreWord(text: string, word: string): number | null {
  const at = text.indexOf(word);
  if (at === 0) return 4;
  if (at > 0) return /[\s\-_.]/.test(text.charAt(at - 1)) ? 3 : 2;
  let from = 0;
  for (const letter of word) {
    from = text.indexOf(letter, from) + 1;
    if (from === 0) return null;
  }
  return 1;
}

/** What a command that was made of another hands on: words with `$1` for the first that is typed, and `$2-` for the second and all behind it. */

/** Words of a template in which nothing else than these places begins with `$` and a digit. */
const PLACE = /\$(\d)(-?)/g;

/** Whether a template can be used: its places are from 1 to 9. */
export function isTemplate(words: readonly string[]): boolean {
  return words.every((word) => Array.from(word.matchAll(PLACE)).every(([, digit]) => digit !== '0'));
}

/** How many words have to be typed for every place to have one. */
export function leastWords(template: readonly string[]): number {
  let least = 0;
  for (const word of template)
    for (const [, digit] of word.matchAll(PLACE)) least = Math.max(least, Number(digit));
  return least;
}

/** The words that come of it; a template without words hands on what was typed. */
export function expand(template: readonly string[], typed: readonly string[]): string[] {
  if (template.length === 0) return [...typed];
  return template.flatMap((word) => {
    const filled = word.replaceAll(PLACE, (_place, digit: string, rest: string) => {
      const at = Number(digit) - 1;
      return rest === '-' ? typed.slice(at).join(' ') : (typed[at] ?? '');
    });
    return filled.split(' ').filter((one) => one !== '');
  });
}

/** Spans of time as people type them, `1d12h`, and as they are shown. */

/** Seconds by letter, the longest first: `M` is a month of 30 days, `m` a minute. */
const UNITS = [
  ['y', 31_536_000],
  ['M', 2_592_000],
  ['w', 604_800],
  ['d', 86_400],
  ['h', 3_600],
  ['m', 60],
  ['s', 1],
] as const;

/** Ten years: nobody means more. */
const MOST_SECONDS = 315_360_000;

/** Seconds of `2w`, `1d12h`, or a bare number; 0 is a span as well. Null for what is none. */
export function readDuration(word: string): number | null {
  if (!/^(\d{1,9}[yMwdhms])+\d{0,9}$|^\d{1,9}$/.test(word)) return null;
  let seconds = 0;
  for (const [, digits, letter] of word.matchAll(/(\d+)([yMwdhms]?)/g))
    seconds += Number(digits) * (UNITS.find(([one]) => one === letter)?.[1] ?? 1);
  return seconds <= MOST_SECONDS ? seconds : null;
}

/** The two greatest parts of it: `2d4h`. */
export function durationText(seconds: number): string {
  let left = Math.max(0, Math.round(seconds));
  let text = '';
  for (const [letter, length] of UNITS) {
    const count = Math.floor(left / length);
    if (count === 0) {
      if (text !== '') break;
      continue;
    }
    const first = text === '';
    text += `${count}${letter}`;
    left -= count * length;
    if (!first) break;
  }
  return text === '' ? '0s' : text;
}

/**
 * Glob masks (`*` and `?`) over folded text. A mask is taken apart when it is compiled: what must stand at the start and
 * at the end is compared first, and what lies between stars is looked for with the engine's own search. Only a `?` is
 * matched step by step, and then backtracking goes to the last star only, so that a hostile mask costs at most mask
 * length x text length steps. Which letters are the same is the caller's affair: protocols differ in it.
 */
import { workPrices } from '../async/work-prices.ts';

/** The one spelling of texts that are the same to a protocol, such as lower case. */
export type Fold = (text: string) => string;

/** A mask ready to match. Text given to {@link matches} must be folded already. */
export interface Mask {
  /** As the user wrote it. */
  readonly text: string;
  /** What is compared: folded, and a row of stars as one. */
  readonly pattern: string;
  /** What comparing it with a text of ordinary length costs at most, in nanoseconds of work. */
  readonly priceNs: number;
  matches(folded: string): boolean;
}

/** Characters of a text that a mask is compared with, for its price: nick!user@host with names of ordinary length. */
const ORDINARY_LENGTH = 64;

/** Whether a mask contains a wildcard. */
export function hasWildcard(mask: string): boolean {
  return mask.includes('*') || mask.includes('?');
}

/** Compiles a mask; masks without wildcards compare as strings. */
export function compileMask(text: string, fold: Fold): Mask {
  const pattern = collapseStars(fold(text));
  const { mask, maskCharacter } = workPrices;
  if (!hasWildcard(pattern)) {
    return { text, pattern, priceNs: mask.ns, matches: (folded) => folded === pattern };
  }
  if (pattern === '*') return { text, pattern, priceNs: mask.ns, matches: () => true };
  if (pattern.includes('?')) {
    const priceNs = mask.ns + maskCharacter.ns * ORDINARY_LENGTH * longestRun(pattern);
    const least = pattern.replaceAll('*', '').length;
    return {
      text,
      pattern,
      priceNs,
      matches: (folded) => folded.length >= least && globMatch(pattern, folded),
    };
  }
  return {
    text,
    pattern,
    priceNs: mask.ns + maskCharacter.ns * pattern.length,
    matches: starMatcher(pattern),
  };
}

/** The longest part between stars: how far a match goes before it may have to go back. */
function longestRun(pattern: string): number {
  return Math.max(...pattern.split('*').map((run) => run.length));
}

/** A matcher for a folded pattern with stars and no question mark. */
function starMatcher(pattern: string): (folded: string) => boolean {
  const runs = pattern.split('*');
  const head = runs[0]!;
  const tail = runs.at(-1)!;
  const middle = runs.slice(1, -1);
  const least = pattern.length - runs.length + 1;
  return (folded) => {
    if (folded.length < least || !folded.startsWith(head) || !folded.endsWith(tail)) return false;
    const end = folded.length - tail.length;
    let at = head.length;
    // The leftmost place for each run leaves the most room for the next.
    for (let i = 0; i < middle.length; i++) {
      const run = middle[i]!;
      const found = folded.indexOf(run, at);
      if (found === -1) return false;
      at = found + run.length;
      if (at > end) return false;
    }
    return true;
  };
}

/** Matches folded text against a folded pattern. */
export function globMatch(pattern: string, text: string): boolean {
  let p = 0;
  let t = 0;
  let star = -1;
  let resume = 0;
  while (t < text.length) {
    const code = p < pattern.length ? pattern.charCodeAt(p) : -1;
    if (code === 0x2a) {
      star = p++;
      resume = t;
    } else if (code === 0x3f || code === text.charCodeAt(t)) {
      p++;
      t++;
    } else if (star !== -1) {
      p = star + 1;
      t = ++resume;
    } else {
      return false;
    }
  }
  while (p < pattern.length && pattern.charCodeAt(p) === 0x2a) p++;
  return p === pattern.length;
}

function collapseStars(pattern: string): string {
  let out = pattern;
  while (out.includes('**')) out = out.replaceAll('**', '*');
  return out;
}

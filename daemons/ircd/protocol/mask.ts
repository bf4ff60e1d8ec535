/**
 * Glob masks (`*` and `?`) over folded text: bans, server bans, LIST and WHO filters. Matching backtracks to the
 * last star only, so a hostile mask costs at most mask length x text length steps.
 */
import { fold } from './casemapping.ts';

/** A mask ready to match. Text given to {@link matches} must be folded already. */
export interface Mask {
  /** As the user wrote it. */
  readonly text: string;
  matches(folded: string): boolean;
}

/** Whether a mask contains a wildcard. */
export function hasWildcard(mask: string): boolean {
  return mask.includes('*') || mask.includes('?');
}

/** Compiles a mask; masks without wildcards compare as strings. */
export function compileMask(text: string): Mask {
  const pattern = collapseStars(fold(text));
  if (!hasWildcard(pattern)) return { text, matches: (folded) => folded === pattern };
  if (pattern === '*') return { text, matches: () => true };
  return { text, matches: (folded) => globMatch(pattern, folded) };
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

/** Completes what a person typed to `nick!user@host`: `bob` becomes `bob!*@*`, `*.org` becomes `*!*@*.org`. */
export function normalizeUserMask(input: string): string {
  const bang = input.indexOf('!');
  const at = input.indexOf('@', bang + 1);
  if (bang !== -1 && at !== -1) {
    return `${input.slice(0, bang) || '*'}!${input.slice(bang + 1, at) || '*'}@${input.slice(at + 1) || '*'}`;
  }
  if (bang !== -1) return `${input.slice(0, bang) || '*'}!${input.slice(bang + 1) || '*'}@*`;
  if (at !== -1) return `*!${input.slice(0, at) || '*'}@${input.slice(at + 1) || '*'}`;
  if (input.includes('.') || input.includes(':')) return `*!*@${input}`;
  return `${input}!*@*`;
}

function collapseStars(pattern: string): string {
  let out = pattern;
  while (out.includes('**')) out = out.replaceAll('**', '*');
  return out;
}

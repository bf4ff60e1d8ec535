/** What a filter would have met of what was said lately. */
import type { RecentText, RecentTexts } from './recent-texts.ts';
import { isPrivate } from './recent-texts.ts';
import type { SpamTarget } from './spam-filter.ts';
import { compileSpamPattern } from './spam-pattern.ts';

/** What was met. */
export interface FilterTrial {
  /** The newest first. */
  readonly met: readonly RecentText[];
  /** How many there were of the targets. */
  readonly compared: number;
  /** What comparing cost, in nanoseconds of work. */
  readonly ns: number;
}

export function tryFilter(recent: RecentTexts, pattern: string, targets: readonly SpamTarget[]): FilterTrial {
  recent.expire();
  const compiled = compileSpamPattern(pattern);
  const met: RecentText[] = [];
  let compared = 0;
  let ns = 0;
  for (const text of recent.values()) {
    if (!targets.includes(text.target)) continue;
    compared++;
    ns += compiled.priceNs(text.folded);
    if (compiled.matches(text.folded)) met.push(text);
  }
  return { met: met.reverse(), compared, ns };
}

/** What may be shown of one: nobody reads what was said in private. */
export function shownText(text: RecentText): string {
  return isPrivate(text) ? '' : text.text;
}

/** Where nothing was recorded of a process, so that a reader knows whether a range is complete. */
import type { HistoryResult } from '../../contract/control/history.ts';

/** A stretch of time, Unix seconds. */
export interface Gap {
  readonly from: number;
  readonly to: number;
}

/**
 * The stretches of a range in which none of the series has a value, oldest first.
 * @param until Unix seconds: what begins later, or ends later, may still come
 */
export function gapsIn({ times, stepSeconds, series }: HistoryResult, until: number): readonly Gap[] {
  const gaps: Gap[] = [];
  for (const [place, from] of times.entries()) {
    const to = from + stepSeconds;
    if (to > until || series.some(({ values }) => (values[place] ?? null) !== null)) continue;
    const before = gaps.at(-1);
    if (before?.to === from) gaps[gaps.length - 1] = { from: before.from, to };
    else gaps.push({ from, to });
  }
  return gaps;
}

/** How much is shown around a moment that is asked about. */
import type { Range } from './entered-range.ts';

/** As much before as after, in milliseconds: what led there, and what came of it. */
const AROUND_MS = 5 * 60_000;

/** @param moment Unix milliseconds */
export function aroundMoment(moment: number): Range {
  return { from: moment - AROUND_MS, to: moment + AROUND_MS };
}

/** The range that two fields stand for: what was not edited is the moment that was shown, to the millisecond. */
import { fromEnteredMoment } from '../format/times.ts';

/** Unix milliseconds. */
export interface Range {
  readonly from: number;
  readonly to: number;
}

/** The texts of the fields that were edited. */
export interface EnteredRange {
  readonly from?: string;
  readonly to?: string;
}

/** Null where a field holds no time, or the range does not end after it begins. `now` is what a clock alone is read by. */
export function enteredRange(shown: Range, entered: EnteredRange, now: number): Range | null {
  const from = entered.from === undefined ? shown.from : fromEnteredMoment(entered.from, now);
  const to = entered.to === undefined ? shown.to : fromEnteredMoment(entered.to, now);
  return from !== null && to !== null && from < to ? { from, to } : null;
}

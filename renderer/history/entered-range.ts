/** The range that two fields stand for: what was not edited is the moment that was shown, to the millisecond. */
import { fromEnteredTime } from '../format/times.ts';

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

/** Null where a field holds no time, or the range does not end after it begins. */
export function enteredRange(shown: Range, entered: EnteredRange): Range | null {
  const from = entered.from === undefined ? shown.from : fromEnteredTime(entered.from);
  const to = entered.to === undefined ? shown.to : fromEnteredTime(entered.to);
  return from !== null && to !== null && from < to ? { from, to } : null;
}

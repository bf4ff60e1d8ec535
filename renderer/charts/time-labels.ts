/** The labels of a time axis: the clock, the day where it begins, and the year where it is not to be guessed. */
import { formatClock, formatDay } from '../format/times.ts';

/** From this step on every label is a day, in seconds. */
const DAY_S = 86_400;

const YEAR_DIGITS = 4;

/**
 * One label a place of the axis. A day has its year where the day that was named before is of another; before the first
 * that is this year, unless the axis reaches from one into the next.
 * @param splits places of the labels, Unix seconds, rising
 * @param step seconds between two of them
 * @param now Unix milliseconds
 */
export function timeLabels(splits: readonly number[], step: number, now: number): string[] {
  const days = splits.map((seconds) => formatDay(seconds * 1000));
  const yearOf = (day: string | undefined) => day?.slice(0, YEAR_DIGITS);
  const oneYear = yearOf(days[0]) === yearOf(days.at(-1));
  let year = oneYear ? yearOf(formatDay(now)) : undefined;
  return days.map((day, place) => {
    const before = days[place - 1];
    if (step < DAY_S && (before === undefined || before === day)) {
      const clock = formatClock(splits[place]! * 1000);
      return step >= 60 ? clock.slice(0, 5) : clock;
    }
    const known = yearOf(day) === year;
    year = yearOf(day);
    return known ? day.slice(YEAR_DIGITS + 1) : day;
  });
}

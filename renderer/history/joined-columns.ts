/**
 * One line of time from what was recorded and what arrived since: recorded steps as they are, then steps of the same length made of
 * the samples of the stream, so that neither a second is missing nor one is there twice. A gap of both is a gap.
 */
import type { HistoryStat } from '../../contract/control/history.ts';

/** The percentiles of a frame cover this long (metric-frame.ts), and so does a step of a chart that has percentiles, at least. */
export const PERCENTILE_STEP_S = 10;

/** The newest seconds may not have come to the recorder when it was asked: they are not taken for recorded yet. */
const SETTLED_AFTER_S = 2;

/** How much later than a step a sample may come that is its first: frames come once a second at least. */
const FIRST_SAMPLE_S = 1.5;

type Column = readonly (number | null)[];

/** Steps of one length, from `start` on; Unix seconds. */
export interface Steps {
  readonly stepSeconds: number;
  readonly times: readonly number[];
  /** One a line. */
  readonly columns: readonly Column[];
}

/** Samples of the stream: views on the columns of the window. */
export interface Samples {
  /** Unix seconds, rising. */
  readonly times: ArrayLike<number>;
  /** One a line: its values, and for a percentile how many values a second it stands for; null where there are none. */
  readonly lines: readonly SampledLine[];
}

export interface SampledLine {
  readonly stat: HistoryStat;
  readonly values: ArrayLike<number>;
  readonly counts: ArrayLike<number> | null;
}

/**
 * Joins them. What was recorded up to `askedTo` (Unix seconds, when the recorder was asked) stays as it is; what is newer is made of
 * the samples where they reach back to the beginning of its step.
 */
export function joinLive(recorded: Steps, askedTo: number, samples: Samples): Steps {
  const { stepSeconds: step } = recorded;
  const { times: at } = samples;
  const settled = recorded.times.findLastIndex((time) => time + step <= askedTo - SETTLED_AFTER_S) + 1;
  const newest = at.length === 0 ? Number.NEGATIVE_INFINITY : Math.floor(at[at.length - 1]! / step) * step;
  const first = recorded.times[settled] ?? (settled > 0 ? recorded.times[settled - 1]! + step : null);
  const begin = first ?? (at.length === 0 ? null : Math.floor(at[0]! / step) * step);
  const times = recorded.times.slice(0, settled);
  const columns = recorded.columns.map((column) => column.slice(0, settled));
  if (begin === null) return { stepSeconds: step, times, columns };
  const last = Math.max(newest, recorded.times.at(-1) ?? newest);
  let place = firstAt(at, begin);
  for (let time = begin; time <= last; time += step) {
    const from = place;
    while (place < at.length && at[place]! < time + step) place++;
    const isWhole =
      from < place &&
      (at[from]! - time <= FIRST_SAMPLE_S || (from > 0 && at[from - 1]! >= time - FIRST_SAMPLE_S));
    const known = times.length;
    times.push(time);
    for (const [line, column] of columns.entries()) {
      const live = worthOf(samples.lines[line]!, from, place, step);
      const kept = recorded.columns[line]![known];
      // What the samples have only a part of, the recorder knows better.
      column.push((isWhole && live !== undefined ? live : (kept ?? live)) ?? null);
    }
  }
  return { stepSeconds: step, times, columns };
}

/** Place of the first sample of that time or later. */
function firstAt(times: ArrayLike<number>, time: number): number {
  let [low, high] = [0, times.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (times[middle]! < time) low = middle + 1;
    else high = middle;
  }
  return low;
}

/**
 * What the samples in `from..to` (without the end) say of a step; null where they hold no value, undefined where they cannot say:
 * percentiles are never averaged, and a frame has only those of ten seconds.
 */
function worthOf(
  { stat, values, counts }: SampledLine,
  from: number,
  to: number,
  step: number,
): number | null | undefined {
  let sum = 0;
  let count = 0;
  let least = Number.POSITIVE_INFINITY;
  let greatest = Number.NEGATIVE_INFINITY;
  let last = Number.NaN;
  let measured = counts === null;
  for (let place = from; place < to; place++) {
    const value = values[place];
    if (counts !== null && counts[place]! > 0) measured = true;
    if (value === undefined || Number.isNaN(value)) continue;
    sum += value;
    count++;
    last = value;
    if (value < least) least = value;
    if (value > greatest) greatest = value;
  }
  if (counts !== null) {
    if (step !== PERCENTILE_STEP_S) return undefined;
    return measured && count > 0 ? last : null;
  }
  if (count === 0) return null;
  if (stat === 'min') return least;
  return stat === 'max' ? greatest : sum / count;
}

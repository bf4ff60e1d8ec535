/**
 * Where the line of a chart is broken, and which samples are left alone by that: a line needs two points, so a lone one
 * is drawn as a dot, or a process that ran for seconds could not be seen in a day.
 */

type Values = ArrayLike<number | null | undefined>;

const isValue = (value: number | null | undefined): value is number =>
  value !== null && value !== undefined && !Number.isNaN(value);

/** Whether the samples at two neighbouring places are joined; `gapSeconds` null where only missing values break lines. */
function joined(times: ArrayLike<number>, values: Values, place: number, gapSeconds: number | null): boolean {
  if (!isValue(values[place - 1]) || !isValue(values[place])) return false;
  return gapSeconds === null || times[place]! - times[place - 1]! <= gapSeconds;
}

/**
 * Places in `first..last` of samples that a line does not show: those that no line leads to or from, and short runs of
 * them, whose line would be too short to be seen. Null where there are none.
 * @param leastSeconds a run no longer than this is not seen as a line
 */
export function unseenPlaces(
  times: ArrayLike<number>,
  values: Values,
  gapSeconds: number | null,
  [first, last]: readonly [number, number],
  leastSeconds: number,
): number[] | null {
  let found: number[] | null = null;
  let start = -1;
  for (let place = first; place <= last + 1; place++) {
    if (start >= 0 && place <= last && joined(times, values, place, gapSeconds)) continue;
    const end = place - 1;
    // What goes on beyond what is looked at is longer than it seems.
    const whole =
      start >= 0 &&
      (start > first || first === 0 || !joined(times, values, first, gapSeconds)) &&
      (end < last || end + 1 >= times.length || !joined(times, values, end + 1, gapSeconds));
    if (whole && times[end]! - times[start]! <= leastSeconds) {
      found ??= [];
      for (let lone = start; lone <= end; lone++) found.push(lone);
    }
    start = place <= last && isValue(values[place]) ? place : -1;
  }
  return found;
}

/** Pairs of places in `first..last` between which there is no line although both have a value. */
export function brokenSpans(
  times: ArrayLike<number>,
  values: Values,
  gapSeconds: number,
  first: number,
  last: number,
): readonly (readonly [number, number])[] {
  const spans: [number, number][] = [];
  let held = -1;
  for (let place = first; place <= last; place++) {
    if (!isValue(values[place])) continue;
    if (held >= 0 && !joined(times, values, place, gapSeconds)) spans.push([held, place]);
    held = place;
  }
  return spans;
}

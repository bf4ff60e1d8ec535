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

/** Places in `first..last` of samples that no line leads to or from. Null where there are none. */
export function lonePlaces(
  times: ArrayLike<number>,
  values: Values,
  gapSeconds: number | null,
  first: number,
  last: number,
): number[] | null {
  let found: number[] | null = null;
  let before = first > 0 && joined(times, values, first, gapSeconds);
  for (let place = first; place <= last; place++) {
    const after = place + 1 < times.length && joined(times, values, place + 1, gapSeconds);
    if (!before && !after && isValue(values[place])) {
      found ??= [];
      found.push(place);
    }
    before = after;
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
    if (held >= 0 && (held < place - 1 || !joined(times, values, place, gapSeconds))) {
      spans.push([held, place]);
    }
    held = place;
  }
  return spans;
}

/** Which samples of a chart are drawn as dots besides those that stand alone (line-gaps.ts). */

type Values = ArrayLike<number | null | undefined>;

const isValue = (value: number | null | undefined): value is number =>
  value !== null && value !== undefined && !Number.isNaN(value);

/** All places in `first..last` that have a value; null where there are none. */
export function valuePlaces(values: Values, [first, last]: readonly [number, number]): number[] | null {
  const found: number[] = [];
  for (let place = first; place <= last; place++) if (isValue(values[place])) found.push(place);
  return found.length === 0 ? null : found;
}

/**
 * The places in `first..last` at which a value is more than twice the p99 of the same sample: of neighbours that would lie on each
 * other the highest. Null where there are none.
 * @param most how many dots there is room for beside each other
 */
export function outlierPlaces(
  values: Values,
  p99: Values,
  [first, last]: readonly [number, number],
  most: number,
): number[] | null {
  const apart = Math.max(1, Math.ceil((last - first + 1) / Math.max(1, most)));
  const found: number[] = [];
  for (let place = first; place <= last; place++) {
    const value = values[place];
    const usual = p99[place];
    if (!isValue(value) || !isValue(usual) || value <= 2 * usual) continue;
    const before = found.at(-1);
    if (before === undefined || place - before >= apart) found.push(place);
    else if (value > (values[before] ?? 0)) found[found.length - 1] = place;
  }
  return found.length === 0 ? null : found;
}

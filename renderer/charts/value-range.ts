/** The range of an axis of values. */

type Values = ArrayLike<number | null | undefined>;

/**
 * Least and greatest of some columns between two places, zero included. Places without a value (null, NaN) decide
 * nothing, as they would in the chart's own reckoning, which a NaN turns into NaN.
 */
export function valueRange(
  columns: readonly Values[],
  [first, last]: readonly [number, number],
): readonly [number, number] {
  let least = 0;
  let greatest = 0;
  for (const values of columns) {
    for (let place = first; place <= last; place++) {
      const value = values[place];
      // Comparisons with NaN are false.
      if (value === null || value === undefined) continue;
      if (value < least) least = value;
      else if (value > greatest) greatest = value;
    }
  }
  return [least, greatest];
}

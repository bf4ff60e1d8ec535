/** What the pools of the benchmark run. */

/** Nothing, so that only the way there and back is measured. */
export function echo<Value>(value: Value): Value {
  return value;
}

/** Computes for so many milliseconds. */
export function compute(ms: number): number {
  const until = performance.now() + ms;
  while (performance.now() < until);
  return ms;
}

import { afterEach, expect, it, vi } from 'vitest';
import { HISTOGRAM_FIELDS } from '../../../contract/metric-frame.ts';
import { RollingHistogram } from './rolling-histogram.ts';

afterEach(() => {
  vi.useRealTimers();
});

/** A histogram that writes behind one slot of another owner. */
function make() {
  const values = new Float64Array(1 + HISTOGRAM_FIELDS.length + 1).fill(-1);
  const histogram = new RollingHistogram(values, 1);
  const figures = () =>
    Object.fromEntries(HISTOGRAM_FIELDS.map((field, at) => [field, values[1 + at]])) as Record<
      string,
      number
    >;
  return { values, histogram, figures };
}

it('writes its figures where they belong, in seconds, and nowhere else', () => {
  const { values, histogram, figures } = make();
  for (let ms = 1; ms <= 1_000; ms++) histogram.record(ms * 1e6);
  const interval = histogram.rotate();
  expect(interval).not.toBeNull();
  const { p50, p95, p99, p999, max } = figures();
  // Buckets are exact to 1.6 %.
  const near = (value: number | undefined, seconds: number) =>
    expect(Math.abs((value ?? 0) / seconds - 1)).toBeLessThan(0.02);
  near(p50, 0.5);
  near(p95, 0.95);
  near(p99, 0.99);
  near(p999, 0.999);
  near(max, 1);
  expect([values[1], values[2]]).toEqual([1_000, 500.5]);
  expect([values[0], values.at(-1)]).toEqual([-1, -1]);
});

it('counts on over seconds, and tells what came since the last one before it is over', () => {
  const { values, histogram } = make();
  histogram.record(2e9, 3);
  histogram.rotate();
  histogram.record(1e9);
  histogram.refreshTotals();
  expect([values[1], values[2]]).toEqual([4, 7]);
  expect(histogram.rotate()).not.toBeNull();
  expect(histogram.rotate()).toBeNull();
  histogram.refreshTotals();
  expect([values[1], values[2]]).toEqual([4, 7]);
});

it('measures from a reading of the monotonic clock', () => {
  vi.useFakeTimers({ toFake: ['performance'] });
  const { values, histogram } = make();
  const startedMs = performance.now();
  vi.advanceTimersByTime(250);
  histogram.recordSince(startedMs);
  histogram.refreshTotals();
  expect([values[1], values[2]]).toEqual([1, 0.25]);
});

it('is seen by nobody once its slots have another owner', () => {
  const { values, histogram } = make();
  histogram.record(1e9);
  histogram.rotate();
  const before = [...values];
  histogram.detach();
  histogram.record(1e9);
  histogram.refreshTotals();
  histogram.rotate();
  expect([...values]).toEqual(before);
});

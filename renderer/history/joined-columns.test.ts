import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { joinLive, type SampledLine, type Samples, type Steps } from './joined-columns.ts';

const NOW = 1_000_000;
const steps = (stepSeconds: number, times: readonly number[], ...columns: (number | null)[][]): Steps => ({
  stepSeconds,
  times,
  columns,
});
const gauge = (values: readonly number[]): SampledLine => ({ stat: 'value', values, counts: null });
const sampled = (times: readonly number[], ...lines: SampledLine[]): Samples => ({ times, lines });

describe('what was recorded and what arrived since', () => {
  it('is one line: a second that is in both is there once, and none is missing', () => {
    const recorded = steps(1, [NOW, NOW + 1, NOW + 2, NOW + 3], [1, 2, 3, null]);
    const times = [NOW + 1.5, NOW + 2.5, NOW + 3.5, NOW + 4.5, NOW + 5.5];
    const { times: joined, columns } = joinLive(
      recorded,
      NOW + 4,
      sampled(times, gauge([20, 30, 40, 50, 60])),
    );
    expect(joined).toEqual([0, 1, 2, 3, 4, 5].map((second) => NOW + second));
    // The last two seconds may not have come to the recorder when it was asked.
    expect(columns).toEqual([[1, 2, 30, 40, 50, 60]]);
  });

  it('leaves a gap of the recorder a gap, and one of the stream too', () => {
    const recorded = steps(1, [NOW, NOW + 1, NOW + 2], [1, null, 3]);
    const times = [NOW + 3.2, NOW + 6.2];
    expect(joinLive(recorded, NOW + 5, sampled(times, gauge([4, 7]))).columns).toEqual([
      [1, null, 3, 4, null, null, 7],
    ]);
  });

  it('has the mean, the least and the greatest of a step, and the rate of it', () => {
    const times = [NOW, NOW + 1, NOW + 2, NOW + 9];
    const line = (stat: SampledLine['stat']): SampledLine => ({ stat, values: [1, 2, 6, 3], counts: null });
    const lines = (['value', 'min', 'max', 'rate'] as const).map(line);
    const nothing = steps(10, [], [], [], [], []);
    expect(joinLive(nothing, 0, sampled(times, ...lines)).columns).toEqual([[3], [1], [6], [3]]);
  });

  it('averages no percentiles: a step of ten seconds has those of the stream, a longer one those of the recorder', () => {
    const times = Array.from({ length: 20 }, (_, i) => NOW + i);
    const p99 = {
      stat: 'p99',
      values: times.map((_, i) => i),
      counts: times.map((_, i) => (i < 10 ? 1 : 0)),
    } as const;
    const ten = joinLive(steps(10, [NOW - 10], [5]), NOW, sampled(times, p99));
    // In the second ten seconds nothing was measured: what the stream still shows is older.
    expect(ten.columns).toEqual([[5, 9, null]]);
    const minute = joinLive(steps(20, [NOW - 20, NOW], [5, 6]), NOW + 10, sampled(times, p99));
    expect(minute).toMatchObject({ times: [NOW - 20, NOW], columns: [[5, 6]] });
  });

  it('keeps what the recorder knows of a step of which the window has seen only the end', () => {
    const recorded = steps(60, [NOW - (NOW % 60), NOW - (NOW % 60) + 60], [1, 2]);
    const times = [NOW - (NOW % 60) + 100, NOW - (NOW % 60) + 121];
    const joined = joinLive(recorded, NOW - (NOW % 60) + 90, sampled(times, gauge([9, 5])));
    expect(joined.columns).toEqual([[1, 2, 5]]);
    // Without a recorder it has what was seen.
    expect(joinLive(steps(60, [], []), 0, sampled(times, gauge([9, 5]))).columns).toEqual([[9, 5]]);
  });

  it('is what was recorded where nothing arrives', () => {
    const recorded = steps(10, [NOW, NOW + 10], [1, 2]);
    expect(joinLive(recorded, NOW + 15, sampled([], gauge([])))).toEqual(recorded);
    expect(joinLive(steps(1, [], []), 0, sampled([], gauge([]))).times).toEqual([]);
  });

  it('is whole and rises evenly, whatever came when, and changes nothing of what was settled', () => {
    const scene = fc.record({
      step: fc.constantFrom(1, 2, 5, 10, 60),
      askedTo: fc.integer({ min: 20, max: 400 }),
      // What the process measured in each of so many seconds; null where it did not run.
      truth: fc.array(fc.option(fc.integer({ min: 0, max: 9 })), { minLength: 30, maxLength: 420 }),
      seenFrom: fc.nat({ max: 400 }),
    });
    fc.assert(
      fc.property(scene, ({ step, askedTo, truth, seenFrom }) => {
        const asked = Math.min(askedTo, truth.length);
        const base = 600_000;
        const meanOf = (from: number, to: number) => {
          const known = truth.slice(from, to).filter((value) => value !== null);
          return known.length === 0 ? null : known.reduce((sum, value) => sum + value, 0) / known.length;
        };
        const places = Array.from({ length: Math.floor(asked / step) + 1 }, (_, i) => i * step);
        const recorded = steps(
          step,
          places.map((place) => base + place),
          places.map((place) => meanOf(place, Math.min(place + step, asked))),
        );
        const seen = truth.flatMap((value, i) =>
          value === null || i < seenFrom ? [] : [{ at: base + i, value }],
        );
        const samples = sampled(
          seen.map(({ at }) => at),
          gauge(seen.map(({ value }) => value)),
        );
        const { times, columns } = joinLive(recorded, base + asked, samples);
        expect(times.every((time, i) => i === 0 || time - times[i - 1]! === step)).toBe(true);
        expect(columns[0]).toHaveLength(times.length);
        for (const [i, time] of times.entries()) {
          const place = time - base;
          if (place + step <= asked - 2) expect(columns[0]![i]).toBe(recorded.columns[0]![i]);
          // What was seen from its beginning is as it was.
          else if (place >= seenFrom + 2) expect(columns[0]![i] ?? null).toBe(meanOf(place, place + step));
        }
        const last = seen.at(-1);
        if (last !== undefined) expect(times.at(-1)! + step).toBeGreaterThan(last.at);
      }),
      { numRuns: 120 },
    );
  });
});

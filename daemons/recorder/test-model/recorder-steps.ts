/** Random steps for the property test of the recorder's store. */
import fc from 'fast-check';

/** Who sends samples. */
export const SOURCES = ['ircd', 'relay'] as const;

/** One sample. */
export interface Second {
  /** Since the sample before. */
  readonly gap: number;
  /** Milliseconds within the second. */
  readonly ms: number;
  /** Seconds by which it comes too late. */
  readonly late: number;
  readonly rise: number;
  readonly level: number;
  readonly quarters: number;
  readonly waits: readonly number[];
}

/** What is done to the recorder and its model. */
export type RecorderStep =
  | { readonly do: 'play'; readonly source: 0 | 1; readonly seconds: readonly Second[] }
  | { readonly do: 'pass'; readonly seconds: number }
  | { readonly do: 'again'; readonly source: 0 | 1; readonly said: boolean; readonly newRun: boolean }
  | { readonly do: 'old'; readonly source: 0 | 1; readonly level: number }
  | { readonly do: 'restart' }
  | { readonly do: 'encode'; readonly count: number; readonly fails: boolean }
  | { readonly do: 'refused'; readonly source: 0 | 1; readonly seconds: number }
  | { readonly do: 'audit'; readonly entries: readonly { actor: string; ok: boolean; target: string }[] }
  | {
      readonly do: 'history';
      readonly source: 0 | 1;
      readonly back: number;
      readonly length: number;
      readonly points: number;
    }
  | { readonly do: 'find'; readonly query: Record<string, unknown>; readonly page: number };

const second: fc.Arbitrary<Second> = fc.record({
  gap: fc.constantFrom(0, 1, 1, 1, 1, 1, 1, 2, 3, 40),
  ms: fc.constantFrom(0, 300, 300, 300, 400, 999),
  late: fc.constantFrom(0, 0, 0, 0, 0, 0, 0, 1, 30, 90, 700),
  rise: fc.constantFrom(0, 1, 7, 1_000, -3),
  level: fc.integer({ min: -50, max: 5_000_000 }),
  quarters: fc.nat(9),
  waits: fc.array(fc.constantFrom(1, 150, 5_000, 99_000, 1e9, 7e9), { maxLength: 6 }),
});
const source = fc.constantFrom(0 as const, 1 as const);
const actor = fc.constantFrom('ann', 'Anna', 'bo_b', 'bo%b', 'back\\slash');
const target = fc.constantFrom('ircd', 'relay');
export const step: fc.Arbitrary<RecorderStep> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      do: fc.constant('play' as const),
      source,
      seconds: fc.array(second, { minLength: 1, maxLength: 150, size: 'max' }),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant('pass' as const),
      seconds: fc.constantFrom(1, 61, 600, 3_600, 7_500, 86_400, 90_000),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant('again' as const),
      source,
      said: fc.boolean(),
      newRun: fc.boolean(),
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('old' as const), source, level: fc.nat(9) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('restart' as const) }) },
  {
    weight: 5,
    arbitrary: fc.record({
      do: fc.constant('encode' as const),
      count: fc.constantFrom(1, 1, 2, 5, 100),
      fails: fc.constantFrom(false, false, false, true),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant('refused' as const),
      source,
      seconds: fc.constantFrom(0, 1, 60, 600),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant('audit' as const),
      entries: fc.array(fc.record({ actor, ok: fc.boolean(), target }), { minLength: 1, maxLength: 15 }),
    }),
  },
  {
    weight: 7,
    arbitrary: fc.record({
      do: fc.constant('history' as const),
      source,
      back: fc.constantFrom(0, 30, 119, 600, 3_000, 90_000),
      length: fc.constantFrom(0, 59, 200, 1_000, 9_000, 200_000),
      points: fc.constantFrom(10, 40, 300, 2_000),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constant('find' as const),
      page: fc.nat(3),
      query: fc.record(
        {
          target,
          actor: fc.constantFrom('ANN', 'o_b', 'o%b', '\\', 'zoe'),
          ok: fc.boolean(),
          since: fc.constantFrom(0, 60_000, 3_600_000).map((ms) => -ms),
          until: fc.constantFrom(0, 60_000).map((ms) => -ms),
          text: fc.constantFrom('KILL', 'n":1', 'ann', '%', 'nothing'),
          limit: fc.integer({ min: 1, max: 12 }),
        },
        { requiredKeys: [] },
      ),
    }),
  },
);

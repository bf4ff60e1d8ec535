/**
 * The resolutions in which samples are kept, and which of them answers a question. Used by the sample store, the
 * retention and the history query.
 */
import { limits } from '../limits.ts';

/** One resolution in which history is kept. */
export interface Tier {
  readonly name: '1s' | '10s' | '1m' | '5m' | '20m';
  readonly stepSeconds: number;
  /**
   * Span of a chunk, which is one row a metric. An open chunk is held in memory, and computed again from the finer tier
   * after a restart.
   */
  readonly chunkSeconds: number;
  readonly table: `samples_${Tier['name']}`;
}

/**
 * Finest first; every step divides the next. The first three are what history promises; five and twenty minutes are
 * there so that a day, a week and a month are answered from a few hundred intervals each.
 */
export const TIERS = [
  { name: '1s', stepSeconds: 1, chunkSeconds: 60, table: 'samples_1s' },
  { name: '10s', stepSeconds: 10, chunkSeconds: 600, table: 'samples_10s' },
  { name: '1m', stepSeconds: 60, chunkSeconds: 3_600, table: 'samples_1m' },
  { name: '5m', stepSeconds: 300, chunkSeconds: 3_600, table: 'samples_5m' },
  { name: '20m', stepSeconds: 1_200, chunkSeconds: 3_600, table: 'samples_20m' },
] as const satisfies readonly Tier[];

const SECONDS: Tier = TIERS[0];

/** How long each tier is kept, in seconds. */
export type TierKeep = Readonly<Record<Tier['name'], number>>;

/** How long each tier is kept when one-minute samples are kept for `historyDays`. */
export function tierKeep(historyDays: number): TierKeep {
  return {
    '1s': limits.secondTierKeepSeconds.default,
    '10s': Math.min(limits.tenSecondTierKeepSeconds.default, historyDays * 86_400),
    '1m': historyDays * 86_400,
    '5m': historyDays * 86_400,
    '20m': historyDays * 86_400,
  };
}

/** Rows of the log are keyed by catalog and second in one integer: a row id, the fastest key that SQLite has. */
const SECONDS_PER_CATALOG = 2 ** 36;

/** Latest time that fits every key, Unix seconds (the year 2225). */
export const LATEST_SECOND = 60 * (2 ** 27 - 1);

/** The key of a row of the log: rows of one catalog are neighbours, in order of time. */
export function rowKey(catalogId: number, second: number): number {
  return catalogId * SECONDS_PER_CATALOG + second;
}

/** The second of a row's key. */
export function secondOfKey(key: number): number {
  return key % SECONDS_PER_CATALOG;
}

/** Columns of a catalog; above the limit of metrics. */
const COLUMNS_PER_CATALOG = 1_024;
/** Chunks of a column: minutes until the year 2225. */
const CHUNKS_PER_COLUMN = 2 ** 27;

/** Highest id of a catalog with which every key fits 53 bits: one is taken only by a metric list that is new to the file. */
export const LAST_CATALOG = 2 ** 16 - 1;

/** The key of a chunk: chunks of one metric are neighbours, in order of time. */
export function chunkKey(catalogId: number, column: number, chunk: number): number {
  return (catalogId * COLUMNS_PER_CATALOG + column) * CHUNKS_PER_COLUMN + chunk;
}

/** The chunk of a key, counted in spans of a chunk since 1970. */
export function chunkOfKey(key: number): number {
  return key % CHUNKS_PER_COLUMN;
}

/** Start of the interval of `stepSeconds` that holds `second`. */
export function alignDown(second: number, stepSeconds: number): number {
  return Math.floor(second / stepSeconds) * stepSeconds;
}

/** Steps that people read easily; each is a whole number of steps of the tier it is served from. */
const STEPS = [
  1, 2, 5, 10, 20, 30, 60, 120, 300, 600, 900, 1_200, 1_800, 3_600, 7_200, 10_800, 14_400, 21_600, 43_200,
  86_400,
] as const;

/** From which rows a question is answered, and at which times. */
export interface Resolution {
  readonly tier: Tier;
  readonly stepSeconds: number;
  /** Start of the first point, Unix seconds, a multiple of the step. */
  readonly start: number;
  readonly points: number;
}

/**
 * The resolution for `from`..`to` (Unix seconds) in at most `points` points: the smallest easy step that stays below,
 * from the coarsest tier that can serve it, but never from a tier that has forgotten `from` already.
 */
export function chooseResolution(
  range: { readonly from: number; readonly to: number; readonly points: number },
  now: number,
  keep: TierKeep,
): Resolution {
  const slack = limits.retentionSlackSeconds.default;
  const remembered = TIERS.filter((tier) => range.from >= now - keep[tier.name] - slack);
  const finest: Tier = remembered[0] ?? TIERS[2];
  const countAt = (step: number) => Math.floor(range.to / step) - Math.floor(range.from / step) + 1;
  const fits = (step: number) => step >= finest.stepSeconds && countAt(step) <= range.points;
  const stepSeconds = STEPS.find(fits) ?? daysThatFit(countAt, range);
  const tier = TIERS.findLast((candidate) => stepSeconds % candidate.stepSeconds === 0) ?? SECONDS;
  return { tier, stepSeconds, start: alignDown(range.from, stepSeconds), points: countAt(stepSeconds) };
}

function daysThatFit(
  countAt: (step: number) => number,
  range: { readonly from: number; readonly to: number; readonly points: number },
): number {
  let days = Math.max(1, Math.floor((range.to - range.from) / range.points / 86_400));
  while (countAt(days * 86_400) > range.points) days++;
  return days * 86_400;
}

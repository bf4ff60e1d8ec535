/** The figures of before, as the recorder keeps them. */
import { z } from 'zod';
import { source, time } from './arguments.ts';
import { defineRequest, resultType } from './request.ts';

/** Whether history is being written. */
export interface HistoryStatus {
  readonly state: 'recording' | 'paused';
  /** Since when, Unix milliseconds. */
  readonly since: number;
  readonly reason: string | null;
  /** Entries that main holds until the recorder is back. */
  readonly buffered: number;
  /** Entries lost because that buffer was full. */
  readonly dropped: number;
}

/** Which figure of a metric a history series holds. */
export type HistoryStat = 'value' | 'rate' | 'min' | 'max' | 'p50' | 'p95' | 'p99' | 'p999';

/** One line of a history chart. */
export interface HistorySeries {
  readonly metric: string;
  readonly stat: HistoryStat;
  /** One entry a time; null where nothing was recorded. */
  readonly values: readonly (number | null)[];
}

/** Answer to `history.query`. */
export interface HistoryResult {
  /** Seconds between points. */
  readonly stepSeconds: number;
  /** Unix seconds, rising. */
  readonly times: readonly number[];
  readonly series: readonly HistorySeries[];
}

/** Longest name of a series with its labels. */
export const SERIES_ID_CHARACTERS = 1_024;

/** Most metrics that one history query asks for. */
export const HISTORY_QUERY_METRICS = 64;

export const historyRequests = {
  'history.query': defineRequest({
    summary: 'Series of metrics over a time, in the resolution that fits the number of points.',
    access: 'read',
    danger: null,
    audited: false,
    unrecorded: 'run',
    args: z.object({
      source,
      metrics: z
        .array(z.string().max(SERIES_ID_CHARACTERS))
        .min(1)
        .max(HISTORY_QUERY_METRICS)
        .describe('Full names, with labels where there are any: `name{a="x",b="y"}`'),
      from: time.describe(
        'Unix seconds, unlike the times of logs and audit; the first point is that of the step that holds it',
      ),
      to: time.describe('Unix seconds; the last point is that of the step that holds it'),
      points: z
        .number()
        .int()
        .min(10)
        .max(5_000)
        .optional()
        .describe('Most points a series; the tier and step are chosen to stay below'),
    }),
    result: resultType<HistoryResult>(),
    errors: ['history_paused', 'timeout'],
    example: {
      source: 'main',
      metrics: ['signalbox_main_resident_memory_bytes'],
      from: 1_700_000_000,
      to: 1_700_003_600,
    },
  }),
};

/**
 * The minutes before a window was opened, or was away from its host, read from the recorder, so that live charts neither
 * begin empty nor keep a hole. Asked for by source-model.ts once a frame has come; SampleColumns.fill takes the figures.
 */

import {
  HISTORY_QUERY_METRICS,
  type HistoryResult,
  type HistoryStat,
} from '../../contract/control/history.ts';
import type { ControlApi } from '../../contract/control/requests.ts';
import { type FrameLayout, HISTOGRAM_FIELDS, type HistogramField } from '../../contract/metric-frame.ts';

/** How far back is read, in seconds: as far as the longest live chart reaches. */
const BACKFILL_S = 600;

/** The percentiles of a frame cover ten seconds (metric-frame.ts), so those of the past are asked for by ten too. */
const PERCENTILE_STEP_S = 10;

type Query = ControlApi['history.query']['args'];

/** Samples of the past: times in Unix seconds, rising, and the values of the slots that are known. */
export interface Backfill {
  readonly times: Float64Array;
  readonly columns: ReadonlyMap<number, Float64Array>;
}

/** What to ask the recorder for: every metric of the manifest that `layout` has, in the minutes before `before` (Unix seconds). */
export function backfillQueries(source: string, layout: FrameLayout, before: number): readonly Query[] {
  // Instruments are drawn from the moment on that somebody looks at them.
  const fixed = layout.catalog.filter((metric) => metric.labels === undefined);
  const histograms = fixed.filter((metric) => metric.kind === 'histogram');
  const others = fixed.filter((metric) => metric.kind !== 'histogram');
  return [
    { metrics: others, step: 1 },
    { metrics: histograms, step: PERCENTILE_STEP_S },
  ].flatMap(({ metrics, step }) =>
    chunks(
      metrics.map((metric) => metric.name),
      HISTORY_QUERY_METRICS,
    ).map((names) => ({
      source,
      metrics: names,
      from: before - BACKFILL_S,
      to: before,
      // Both ends are points, and either may begin within a step.
      points: BACKFILL_S / step + 2,
    })),
  );
}

/** From the answers to {@link backfillQueries} to samples, a second apart; null where nothing was recorded. */
export function backfillOf(layout: FrameLayout, results: readonly HistoryResult[]): Backfill | null {
  if (results.length === 0) return null;
  const finest = results.reduce((best, result) => (result.stepSeconds < best.stepSeconds ? result : best));
  const recorded = finest.times.filter((_, point) =>
    finest.series.some((series) => (series.values[point] ?? null) !== null),
  );
  if (recorded.length === 0) return null;
  const times = Float64Array.from(recorded);
  const columns = new Map<number, Float64Array>();
  for (const result of results) {
    for (const { metric, stat, values } of result.series) {
      const slot = slotOf(layout, metric, stat);
      if (slot >= 0) columns.set(slot, spread(times, result, values, isPercentile(stat)));
    }
  }
  return { times, columns };
}

/** The slot of a frame that shows what a series of the past holds; -1 where there is none. */
function slotOf(layout: FrameLayout, name: string, stat: HistoryStat): number {
  const metric = layout.spec(name);
  if (metric === undefined) return -1;
  const slot = layout.slot(name);
  if (metric.kind !== 'histogram') return stat === 'value' || stat === 'rate' ? slot : -1;
  const field = HISTOGRAM_FIELDS.indexOf(stat as HistogramField);
  return field < 0 ? -1 : slot + field;
}

/** Whether a figure stands for measured values, so that there is none before the first of them. */
function isPercentile(stat: HistoryStat): boolean {
  return HISTOGRAM_FIELDS.some((field) => field === stat);
}

/** The values at `times`; where nothing was recorded, the one before holds, as it does in a frame. */
function spread(
  times: Float64Array,
  result: HistoryResult,
  values: readonly (number | null)[],
  fromFirst: boolean,
): Float64Array {
  let held = fromFirst ? Number.NaN : (values.find((value) => value !== null) ?? 0);
  let point = 0;
  return times.map((time) => {
    for (; point < result.times.length && result.times[point]! <= time; point++) {
      held = values[point] ?? held;
    }
    return held;
  });
}

function chunks<T>(items: readonly T[], size: number): T[][] {
  return Array.from({ length: Math.ceil(items.length / size) }, (_, i) =>
    items.slice(i * size, (i + 1) * size),
  );
}

/** The figures of the still host: every metric moves in waves that its name and the time alone decide. */
import type { HistoryResult, HistorySeries } from '../../contract/control/history.ts';
import type { MetricSpec } from '../../contract/manifest.ts';
import {
  encodeFrameInto,
  FRAME_HEADER_BYTES,
  HISTOGRAM_FIELDS,
  layoutOf,
  type MetricFrame,
} from '../../contract/metric-frame.ts';
import { TYPICAL } from './network.ts';

/** How far percentiles lie from the middle of what is measured. */
const SPREAD: Readonly<Record<string, number>> = { p50: 1, p95: 2.6, p99: 4.2, p999: 11, max: 13 };
/** What is measured so often a second, where durations are. */
const MEASURED = 40;
/** Steps of recorded series, in seconds. */
const STEPS = [1, 10, 60, 600];

/** From 0.7 to 1.3 or so; each name has a phase of its own. Percentiles hold for ten seconds. */
function wave(name: string, seconds: number): number {
  let phase = 0;
  for (const letter of name) phase = (phase * 31 + letter.charCodeAt(0)) % 628;
  const at = seconds + phase;
  return 1 + 0.22 * Math.sin(at / 410) + 0.05 * Math.sin(at / 11) + 0.03 * Math.sin(at / 2.3 + phase);
}

function level({ name, unit, kind }: MetricSpec, seconds: number): number {
  const typical = TYPICAL[name] ?? 0;
  const value = typical * wave(name, kind === 'histogram' ? Math.floor(seconds / 10) * 10 : seconds);
  return unit === 'count' && kind === 'gauge' ? Math.round(value) : value;
}

/** A frame as it travels on a WebSocket; `seq` is 1 or 2, a second apart, `time` in Unix milliseconds. */
export function frameAt(catalog: readonly MetricSpec[], seq: number, time: number): Buffer {
  const values = Float64Array.from(
    catalog.flatMap((metric) => {
      const value = level(metric, time / 1_000);
      if (metric.kind === 'gauge') return [value];
      // Totals that have grown by what happens in a second.
      if (metric.kind === 'counter') return [seq === 1 ? 0 : value];
      const count = value === 0 ? 0 : MEASURED * seq;
      return HISTOGRAM_FIELDS.map((field) =>
        field === 'count' ? count : field === 'sum' ? count * value : value * SPREAD[field]!,
      );
    }),
  );
  const frame: MetricFrame = { seq, time, skipped: 0, revision: 1, values };
  const bytes = new ArrayBuffer(FRAME_HEADER_BYTES + values.byteLength);
  encodeFrameInto(new DataView(bytes), frame);
  return Buffer.from(bytes);
}

/** What was recorded, from and to in Unix seconds; nothing in the gap, where there is one. */
export function recordedOf(
  catalog: readonly MetricSpec[],
  asked: {
    readonly metrics: readonly string[];
    readonly from: number;
    readonly to: number;
    readonly points?: number | undefined;
  },
  gap: { readonly from: number; readonly to: number } | null,
): HistoryResult {
  const { spec } = layoutOf(catalog);
  const { from, to, points = 400 } = asked;
  const stepSeconds = STEPS.find((step) => (to - from) / step + 1 <= points) ?? 3_600;
  const first = Math.ceil(from / stepSeconds) * stepSeconds;
  const times = Array.from(
    { length: Math.max(0, Math.floor((to - first) / stepSeconds) + 1) },
    (_, place) => first + place * stepSeconds,
  );
  const series = asked.metrics.flatMap((name): HistorySeries[] => {
    const metric = spec(name);
    if (metric === undefined) return [];
    const of = (stat: HistorySeries['stat'], factor: number): HistorySeries => ({
      metric: name,
      stat,
      values: times.map((time) =>
        gap !== null && time >= gap.from && time < gap.to ? null : level(metric, time) * factor,
      ),
    });
    if (metric.kind === 'counter') return [of('rate', 1)];
    if (metric.kind === 'gauge')
      return stepSeconds === 1 ? [of('value', 1)] : [of('value', 1), of('min', 0.93), of('max', 1.06)];
    if (TYPICAL[name] === undefined) return [];
    return (['p50', 'p95', 'p99', 'p999', 'max'] as const).map((stat) => of(stat, SPREAD[stat]!));
  });
  return { stepSeconds, times, series };
}

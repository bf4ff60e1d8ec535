/** From the answer of a history query to charts: one a metric, with a line for each figure that was kept of it. */
import type { HistoryResult, HistoryStat } from '../../contract/control/history.ts';
import type { MetricSpec, MetricUnit } from '../../contract/manifest.ts';
import type { HistogramField } from '../../contract/metric-frame.ts';
import { seriesId } from '../../contract/series-id.ts';
import { metricLabel, PERCENTILE_LABELS, type SeriesSpec } from '../charts/chart-series.ts';

export interface HistoryChartSpec {
  readonly metric: string;
  readonly title: string;
  readonly series: readonly SeriesSpec[];
  readonly columns: readonly (readonly (number | null)[])[];
}

/** The order of lines: the range of a gauge comes before its mean, which is drawn over it. */
const ORDER: readonly HistoryStat[] = ['rate', 'p50', 'p95', 'p99', 'p999', 'max', 'min', 'value'];

/** Lines that begin switched off, where there are others to see. */
const HIDDEN: ReadonlySet<HistoryStat> = new Set(['max']);

function labelOf(stat: HistoryStat, alone: boolean): string {
  if (stat === 'value') return alone ? 'value' : 'mean';
  if (stat === 'rate') return 'rate';
  return PERCENTILE_LABELS[stat] ?? stat;
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

const isPercentile = (metric: MetricSpec, stat: HistoryStat) =>
  metric.kind === 'histogram' && PERCENTILE_LABELS[stat] !== undefined;

/** The charts of a result, in the order in which the metrics were asked for. */
export function historyCharts(
  source: string,
  catalog: readonly MetricSpec[],
  metrics: readonly string[],
  result: HistoryResult,
): readonly HistoryChartSpec[] {
  return metrics.flatMap((name) => {
    const metric = catalog.find((one) => seriesId(one) === name) ?? goneMetric(name, result);
    const found = result.series
      .filter((series) => series.metric === name)
      .sort((a, b) => ORDER.indexOf(a.stat) - ORDER.indexOf(b.stat));
    if (metric === undefined || found.length === 0) return [];
    const series = found.map(
      (one): SeriesSpec => ({
        label: labelOf(one.stat, found.length === 1),
        help: metric.help,
        unit: metric.unit,
        perSecond: one.stat === 'rate',
        // The range of a gauge is shown; the outliers of a histogram would flatten its percentiles.
        hidden: metric.kind === 'histogram' && HIDDEN.has(one.stat),
        edge: metric.kind === 'gauge' && (one.stat === 'min' || one.stat === 'max'),
        ...(isPercentile(metric, one.stat) ? { percentile: one.stat as HistogramField } : {}),
      }),
    );
    return [
      {
        metric: name,
        title: capital(metricLabel(source, metric)),
        series,
        columns: found.map((one) => one.values),
      },
    ];
  });
}

/** A series that nothing measures any more, such as that of an instrument that was closed: its figures tell its kind. */
export function goneMetric(name: string, { series }: HistoryResult): MetricSpec | undefined {
  const stats = series.filter(({ metric }) => metric === name).map(({ stat }) => stat);
  if (stats.length === 0) return undefined;
  const kind = stats.includes('rate') ? 'counter' : stats.includes('p50') ? 'histogram' : 'gauge';
  const unit = /_(bytes|seconds|ratio)(_total)?(\{|$)/.exec(name)?.[1];
  return { name, kind, unit: (unit ?? 'count') as MetricUnit, help: '' };
}

/** Whether anything at all was recorded. */
export function isEmpty(charts: readonly HistoryChartSpec[]): boolean {
  return charts.every((chart) => chart.columns.every((column) => column.every((value) => value === null)));
}

/** The lines that a chart of a process has over a range of time, and where the figures of each are found. */
import type { HistoryResult, HistoryStat } from '../../contract/control/history.ts';
import type { MetricSpec, MetricUnit } from '../../contract/manifest.ts';
import type { FrameLayout } from '../../contract/metric-frame.ts';
import { type LiveChartSpec, type LiveSeries, liveChart, metricLabel } from '../charts/chart-series.ts';

/** Whether the stream has percentiles for a chart: then its steps are as long as those of the stream cover. */
export function hasPercentiles({ series }: LiveChartSpec): boolean {
  return series.some(({ slot, stat }) => slot >= 0 && stat === 'p50');
}

/**
 * The lines of a chart over a range: a single gauge has its extremes beside its mean, drawn first; a line of steps is one of means.
 */
export function rangeLines({ series }: LiveChartSpec): readonly LiveSeries[] {
  const lines = series.map(({ step: _, ...line }): LiveSeries => line);
  const [only] = lines;
  if (lines.length !== 1 || only?.stat !== 'value') return lines;
  const edge = (stat: 'min' | 'max'): LiveSeries => ({ ...only, label: stat, stat, edge: true });
  return [edge('max'), edge('min'), { ...only, label: 'mean' }];
}

/** Slot of the count of the histogram that a line is a percentile of; -1 for another line. */
export function countSlot(layout: FrameLayout, { metric }: LiveSeries): number {
  return layout.spec(metric)?.kind === 'histogram' ? layout.slot(metric) : -1;
}

/** A chart for each metric that a reader has chosen; one that nothing measures any more is known by what was recorded of it. */
export function chosenCharts(
  source: string,
  layout: FrameLayout,
  ids: readonly string[],
  recorded: readonly HistoryResult[],
): readonly LiveChartSpec[] {
  return ids.flatMap((id) => {
    const metric = layout.spec(id) ?? goneMetric(id, recorded);
    if (metric === undefined) return [];
    const title = capital(metricLabel(source, metric));
    if (layout.slot(id) >= 0) return [liveChart(source, layout, { title, metrics: [id] })];
    return [goneChart(title, id, metric)];
  });
}

function goneChart(title: string, id: string, metric: MetricSpec): LiveChartSpec {
  const line = { help: metric.help, unit: metric.unit, hidden: false, slot: -1, metric: id };
  const of = (stat: HistoryStat): LiveSeries => ({
    ...line,
    label: stat === 'p999' ? 'p99.9' : stat,
    stat,
    perSecond: stat === 'rate',
  });
  const percentiles = ['p50', 'p95', 'p99', 'p999', 'max'] as const;
  const series =
    metric.kind === 'histogram'
      ? percentiles.map((stat) => ({ ...of(stat), percentile: stat, hidden: stat === 'max' }))
      : [of(metric.kind === 'counter' ? 'rate' : 'value')];
  return { title, series, metrics: [id], countSlot: null };
}

/** A series that nothing measures any more, such as that of an instrument that was closed: its figures tell its kind. */
export function goneMetric(id: string, recorded: readonly HistoryResult[]): MetricSpec | undefined {
  const stats = recorded.flatMap(({ series }) =>
    series.filter(({ metric }) => metric === id).map(({ stat }) => stat),
  );
  if (stats.length === 0) return undefined;
  const kind = stats.includes('rate') ? 'counter' : stats.includes('p50') ? 'histogram' : 'gauge';
  const unit = /_(bytes|seconds|ratio)(_total)?(\{|$)/.exec(id)?.[1];
  return { name: id, kind, unit: (unit ?? 'count') as MetricUnit, help: '' };
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

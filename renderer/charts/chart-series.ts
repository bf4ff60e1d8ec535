/**
 * Which lines a chart shows: counters as rates, gauges as they are, histograms as percentiles. Says it once for live
 * charts, history charts and their legends.
 */
import type { ChartSpec, MetricSpec, MetricUnit } from '../../contract/manifest.ts';
import { type FrameLayout, HISTOGRAM_FIELDS, type HistogramField } from '../../contract/metric-frame.ts';
import { formatMetric } from '../format/numbers.ts';

/** One line of a chart. */
export interface SeriesSpec {
  readonly label: string;
  /** Longer explanation, for a tooltip. */
  readonly help: string;
  readonly unit: MetricUnit;
  readonly perSecond: boolean;
  /** Shown only where the reader asks for it. */
  readonly hidden: boolean;
  /** An edge of the range of the line that comes last: drawn faintly in its colour, with the range between filled. */
  readonly edge?: boolean;
}

/** A line of a live chart with its place in the frames. */
export interface LiveSeries extends SeriesSpec {
  readonly slot: number;
}

/** A live chart made from what a manifest declares. */
export interface LiveChartSpec {
  readonly title: string;
  readonly series: readonly LiveSeries[];
  /** Slot of the count of the one histogram that is shown: how many values a second its percentiles stand for. */
  readonly countSlot: number | null;
}

/** Words for the fields of a histogram that are drawn. */
export const PERCENTILE_LABELS: Readonly<Record<string, string>> = {
  p50: 'p50',
  p95: 'p95',
  p99: 'p99',
  p999: 'p99.9',
  max: 'max',
};

const ALL_PERCENTILES: readonly HistogramField[] = ['p50', 'p95', 'p99', 'p999', 'max'];

/** Words that end a Prometheus name for its unit or kind, which a label need not repeat. */
const NAME_ENDINGS = /_(total|bytes|seconds|ratio)$/;

/** Abbreviations that are written in capitals. */
const CAPITALS = /\b(cpu|dns|gc|tls|irc)\b/g;

/** What tells an instrument from the others of its kind: the values of its labels, by the names of these. */
export function instanceLabel({ labels = {} }: MetricSpec): string {
  return Object.keys(labels)
    .sort()
    .map((name) => labels[name])
    .join(', ');
}

/**
 * The readable part of a metric's name: `signalbox_x_bytes_in_total` of x becomes `bytes in`. That of an instrument has its
 * instance behind.
 */
export function metricLabel(source: string, metric: MetricSpec): string {
  const prefix = `signalbox_${source}_`;
  let name = metric.name.startsWith(prefix) ? metric.name.slice(prefix.length) : metric.name;
  if (metric.kind === 'counter') name = name.replace(/_total$/, '');
  const short = name.replace(NAME_ENDINGS, '');
  const words = (short === '' ? name : short).replaceAll('_', ' ');
  const label = words.replace(CAPITALS, (word) => word.toUpperCase());
  return metric.labels === undefined ? label : `${label} (${instanceLabel(metric)})`;
}

/** Which colour a line has: one of its own, or one for a line and the edges of its range. */
export function colorIndex(series: readonly SeriesSpec[], index: number): number {
  return series.some((one) => one.edge === true) ? 0 : index;
}

/** A value of a series with its unit. */
export function formatSeries(series: SeriesSpec, value: number): string {
  return formatMetric(value, series.unit, series.perSecond);
}

/** Key of the axis that a series belongs to: what has the same unit shares one. */
export function scaleOf(series: SeriesSpec): string {
  return series.perSecond ? `${series.unit}/s` : series.unit;
}

/** The live chart for a declaration; names that the catalog lacks are left out. */
export function liveChart(source: string, layout: FrameLayout, chart: ChartSpec): LiveChartSpec {
  const metrics = chart.metrics.map((name) => layout.spec(name)).filter((metric) => metric !== undefined);
  const histograms = metrics.filter((metric) => metric.kind === 'histogram').length;
  const series: LiveSeries[] = [];
  let countSlot: number | null = null;
  for (const metric of metrics) {
    const slot = layout.slot(metric.name);
    const label = metricLabel(source, metric);
    const common = {
      help: metric.help,
      unit: metric.unit,
      perSecond: metric.kind === 'counter',
      hidden: false,
    };
    if (metric.kind !== 'histogram') {
      series.push({ ...common, label, slot });
      continue;
    }
    if (metrics.length === 1) countSlot = slot;
    // Alone, a histogram shows all it has; among others, the two that are compared.
    for (const field of histograms === 1 ? ALL_PERCENTILES : (['p50', 'p99'] as const)) {
      const name = PERCENTILE_LABELS[field] ?? field;
      series.push({
        ...common,
        label: metrics.length === 1 ? name : `${label} ${name}`,
        slot: slot + HISTOGRAM_FIELDS.indexOf(field),
        // One outlier would flatten all the other lines.
        hidden: field === 'max',
      });
    }
  }
  return { title: chart.title, series, countSlot };
}

/** The charts that every process has. */
export function runtimeCharts(source: string, titles: RuntimeChartTitles): readonly ChartSpec[] {
  const name = (suffix: string) => `signalbox_${source}_${suffix}`;
  return [
    { title: titles.loop, metrics: [name('loop_delay_seconds')] },
    { title: titles.cpu, metrics: [name('cpu_ratio'), name('monitoring_cpu_ratio')] },
    { title: titles.memory, metrics: [name('resident_memory_bytes'), name('heap_used_bytes')] },
    { title: titles.gc, metrics: [name('gc_pause_seconds')] },
  ];
}

export interface RuntimeChartTitles {
  readonly loop: string;
  readonly cpu: string;
  readonly memory: string;
  readonly gc: string;
}

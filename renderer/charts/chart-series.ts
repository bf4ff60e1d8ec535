/**
 * Which lines a chart shows: counters as rates, gauges as they are, histograms as percentiles. Says it once for live
 * charts, history charts and their legends.
 */
import type { HistoryStat } from '../../contract/control/history.ts';
import type { ChartSpec, MetricSpec, MetricUnit } from '../../contract/manifest.ts';
import { type FrameLayout, HISTOGRAM_FIELDS, type HistogramField } from '../../contract/metric-frame.ts';
import { seriesId } from '../../contract/series-id.ts';
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
  /** Holds its value until the next sample: it goes up and down in steps. */
  readonly step?: boolean;
  /** Which percentile it is of the one histogram of its chart: all are of one hue. */
  readonly percentile?: HistogramField;
  /** An edge of the range of the line that comes last: drawn faintly in its colour, with the range between filled. */
  readonly edge?: boolean;
}

/** A line of a chart of a process: its place in the frames, and what history calls it. */
export interface LiveSeries extends SeriesSpec {
  /** -1 for what the process does not measure now. */
  readonly slot: number;
  /** Id of the series that it is of. */
  readonly metric: string;
  readonly stat: HistoryStat;
}

/** A live chart made from what a manifest declares. */
export interface LiveChartSpec {
  readonly title: string;
  readonly series: readonly LiveSeries[];
  /** Names of what is drawn, for the history of the same. */
  readonly metrics: readonly string[];
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

const ALL_PERCENTILES = ['p50', 'p95', 'p99', 'p999', 'max'] as const satisfies readonly HistogramField[];

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

/** How many colours lines have; further ones begin again with dashes of their own. */
const COLORS = 8;

/** Dashes by pairs of lines; of a pair the first is the thicker. So equal lines are seen both, and none by its colour alone. */
const DASHES: readonly (readonly number[] | null)[] = [null, [10, 4], [5, 3], [2, 3], [12, 3, 2, 3]];

/** What a line is drawn with. */
export interface LineLook {
  /** Name of its colour. */
  readonly token: string;
  /** In pixels. */
  readonly width: number;
  readonly dash: readonly number[] | null;
  /** An edge of a range. */
  readonly isFaint: boolean;
  /** Drawn as dots, and only where it is far above the others. */
  readonly isDots: boolean;
}

const PERCENTILE_LOOKS: Readonly<Record<string, Pick<LineLook, 'token' | 'width' | 'dash' | 'isDots'>>> = {
  p50: { token: '--p50', width: 1.5, dash: [4, 3], isDots: false },
  p95: { token: '--p95', width: 1.25, dash: null, isDots: false },
  p99: { token: '--p99', width: 2, dash: null, isDots: false },
  p999: { token: '--p999', width: 1, dash: null, isDots: true },
  max: { token: '--worst', width: 1, dash: null, isDots: true },
};

/** How a line of a chart is drawn: of its own colour, or of one for a line and the edges of its range. */
export function lineLook(series: readonly SeriesSpec[], index: number): LineLook {
  const { percentile, edge } = series[index]!;
  if (percentile !== undefined) return { ...PERCENTILE_LOOKS[percentile]!, isFaint: false };
  if (series.some((one) => one.edge === true)) {
    const width = edge === true ? 1 : 1.5;
    return { token: '--series-1', width, dash: null, isFaint: edge === true, isDots: false };
  }
  const first = index % 2 === 0 && series.length > 1;
  return {
    token: `--series-${(index % COLORS) + 1}`,
    width: first ? 2.25 : 1.25,
    dash: DASHES[Math.min(index >> 1, DASHES.length - 1)]!,
    isFaint: false,
    isDots: false,
  };
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
    const id = seriesId(metric);
    const slot = layout.slot(id);
    const label = metricLabel(source, metric);
    const common = {
      help: metric.help,
      unit: metric.unit,
      perSecond: metric.kind === 'counter',
      hidden: false,
    };
    if (metric.kind !== 'histogram') {
      const step = metric.kind === 'gauge' && metric.unit === 'count';
      const stat = metric.kind === 'counter' ? 'rate' : 'value';
      series.push({ ...common, label, slot, metric: id, stat, ...(step ? { step } : {}) });
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
        metric: id,
        stat: field,
        ...(metrics.length === 1 ? { percentile: field } : {}),
        // One outlier would flatten all the other lines.
        hidden: field === 'max',
      });
    }
  }
  return { title: chart.title, series, metrics: metrics.map(seriesId), countSlot };
}

/** The charts that every process has. */
export function runtimeCharts(source: string, titles: RuntimeChartTitles): readonly ChartSpec[] {
  const name = (suffix: string) => `signalbox_${source}_${suffix}`;
  return [
    { title: titles.loop, metrics: [name('loop_delay_seconds')] },
    { title: titles.cpu, metrics: [name('cpu_ratio'), name('monitoring_cpu_ratio')] },
    { title: titles.memory, metrics: [name('resident_memory_bytes'), name('heap_used_bytes')] },
    { title: titles.gc, metrics: [name('gc_pause_seconds')] },
    { title: titles.watching, metrics: [name('monitoring_bytes_total')] },
  ];
}

export interface RuntimeChartTitles {
  readonly loop: string;
  readonly cpu: string;
  readonly memory: string;
  readonly gc: string;
  readonly watching: string;
}

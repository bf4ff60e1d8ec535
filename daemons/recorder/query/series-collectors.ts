/**
 * One metric of a history query on its way from intervals into series: counters become rates, gauges mean and extremes,
 * histograms percentiles of merged counts. Filled by history-query.ts.
 */
import type { HistorySeries, HistoryStat } from '../../../contract/control/history.ts';
import type { MetricKind } from '../../../contract/manifest.ts';
import type { Aggregate } from '../codec/aggregate.ts';
import { decodeCounter, decodeGauge, type TimeColumn } from '../codec/chunk-codec.ts';
import {
  type FigureBuckets,
  figureBuckets,
  figuresOf,
  readCounts,
  readFigures,
} from '../codec/histogram-column.ts';
import { KEPT_MIDDLES } from '../codec/kept-histogram.ts';
import type { Catalog } from '../store/catalogs.ts';
import { MergedHistogram } from './merged-histogram.ts';

const STATS: Readonly<Record<MetricKind, readonly HistoryStat[]>> = {
  gauge: ['value', 'min', 'max'],
  counter: ['rate'],
  histogram: ['p50', 'p95', 'p99', 'p999', 'max'],
};

/** Value of each point, null where nothing is known. */
type Values = (number | null)[];

/** One metric on its way into series. A point is −1 where an interval lies outside of the range. */
export interface Collector {
  readonly kind: MetricKind;
  /** Takes a column of a chunk; `points` says for each of its intervals to which point it belongs. */
  addColumn(data: Uint8Array | null, times: TimeColumn, points: Int32Array): void;
  /** Takes one interval of an open chunk; `index` is the metric's among its kind. */
  addRow(row: Aggregate, index: number, point: number): void;
  /** After the last interval. Values by stat. */
  values(): readonly Values[];
}

/** A counter as its increase a second. */
class CounterCollector implements Collector {
  readonly kind = 'counter';
  readonly #increase: Float64Array;
  readonly #spanMs: Float64Array;
  #column = new Float64Array(0);

  constructor(points: number) {
    this.#increase = new Float64Array(points);
    this.#spanMs = new Float64Array(points);
  }

  addColumn(data: Uint8Array | null, { spansMs }: TimeColumn, points: Int32Array): void {
    if (this.#column.length !== points.length) this.#column = new Float64Array(points.length);
    decodeCounter(data, this.#column);
    for (let i = 0; i < points.length; i++) this.#add(points[i]!, this.#column[i]!, spansMs[i]!);
  }

  addRow(row: Aggregate, index: number, point: number): void {
    this.#add(point, row.counters[index]!, row.spanMs);
  }

  #add(point: number, increase: number, spanMs: number): void {
    if (point < 0) return;
    this.#increase[point]! += increase;
    this.#spanMs[point]! += spanMs;
  }

  values(): readonly Values[] {
    return [
      Array.from(this.#spanMs, (spanMs, i) => (spanMs > 0 ? (this.#increase[i]! * 1_000) / spanMs : null)),
    ];
  }
}

/** A gauge as its mean, least and largest value. */
class GaugeCollector implements Collector {
  readonly kind = 'gauge';
  readonly #samples: Float64Array;
  readonly #sum: Float64Array;
  readonly #min: Float64Array;
  readonly #max: Float64Array;
  #column = { min: new Float64Array(0), max: new Float64Array(0), sum: new Float64Array(0) };

  constructor(points: number) {
    this.#samples = new Float64Array(points);
    this.#sum = new Float64Array(points);
    this.#min = new Float64Array(points).fill(Number.POSITIVE_INFINITY);
    this.#max = new Float64Array(points).fill(Number.NEGATIVE_INFINITY);
  }

  addColumn(data: Uint8Array | null, times: TimeColumn, points: Int32Array): void {
    const { length } = points;
    if (this.#column.min.length !== length) {
      const part = () => new Float64Array(length);
      this.#column = { min: part(), max: part(), sum: part() };
    }
    const { min, max, sum } = this.#column;
    decodeGauge(data, times, this.#column);
    for (let i = 0; i < length; i++) this.#add(points[i]!, times.samples[i]!, sum[i]!, min[i]!, max[i]!);
  }

  addRow(row: Aggregate, index: number, point: number): void {
    this.#add(point, row.samples, row.sum[index]!, row.min[index]!, row.max[index]!);
  }

  #add(point: number, samples: number, sum: number, min: number, max: number): void {
    if (point < 0) return;
    this.#samples[point]! += samples;
    this.#sum[point]! += sum;
    if (min < this.#min[point]!) this.#min[point] = min;
    if (max > this.#max[point]!) this.#max[point] = max;
  }

  values(): readonly Values[] {
    const known = (value: (point: number) => number) =>
      Array.from(this.#samples, (samples, point) => (samples === 0 ? null : value(point)));
    return [
      // Sums are stored rounded, so the mean may come out a hair beyond the extremes.
      known((point) =>
        Math.min(this.#max[point]!, Math.max(this.#min[point]!, this.#sum[point]! / this.#samples[point]!)),
      ),
      known((point) => this.#min[point]!),
      known((point) => this.#max[point]!),
    ];
  }
}

/** A histogram as its percentiles and maximum. */
class HistogramCollector implements Collector {
  readonly kind = 'histogram';
  readonly #figures: Values[];
  readonly #asTheyAre: boolean;
  /** Points that are not settled: the newest, or all where intervals do not come in order. */
  readonly #merging = new Map<number, MergedHistogram>();
  readonly #inOrder: boolean;
  #spare: MergedHistogram | null = null;
  readonly #buckets = figureBuckets();

  /** With one interval a point, figures are taken as they are stored. */
  constructor(points: number, options: { readonly inOrder: boolean; readonly oneEach: boolean }) {
    this.#figures = STATS.histogram.map(() => new Array<number | null>(points).fill(null));
    this.#inOrder = options.inOrder;
    this.#asTheyAre = options.inOrder && options.oneEach;
  }

  addColumn(data: Uint8Array | null, _times: TimeColumn, points: Int32Array): void {
    if (data === null) return;
    if (this.#asTheyAre) {
      readFigures(data, points.length, (interval, figures) => this.#settle(points[interval]!, figures));
      return;
    }
    readCounts(data, points.length, (interval, first, last, counts) => {
      if (points[interval]! >= 0) this.#at(points[interval]!).addCounts(first, last, counts);
    });
  }

  addRow(row: Aggregate, index: number, point: number): void {
    const histogram = row.histograms[index] ?? null;
    if (histogram === null || point < 0) return;
    if (!this.#asTheyAre) {
      this.#at(point).addSparse(histogram);
      return;
    }
    figuresOf(histogram, this.#buckets);
    this.#settle(point, this.#buckets);
  }

  #at(point: number): MergedHistogram {
    let merged = this.#merging.get(point);
    if (merged !== undefined) return merged;
    if (this.#inOrder) this.#settleAll();
    merged = this.#spare ?? new MergedHistogram();
    this.#spare = null;
    this.#merging.set(point, merged);
    return merged;
  }

  #settleAll(): void {
    for (const [point, merged] of this.#merging) {
      this.#settle(point, merged.figures());
      merged.reset();
      this.#spare = merged;
    }
    this.#merging.clear();
  }

  #settle(point: number, figures: FigureBuckets): void {
    if (point < 0) return;
    for (let i = 0; i < figures.length; i++) this.#figures[i]![point] = KEPT_MIDDLES[figures[i]!]!;
  }

  values(): readonly Values[] {
    this.#settleAll();
    return this.#figures;
  }
}

/** Series of a metric from what its collector has taken. */
export function seriesOf(metric: string, collector: Collector): HistorySeries[] {
  const values = collector.values();
  return STATS[collector.kind].map((stat, i) => ({ metric, stat, values: values[i]! }));
}

/** No collector for a metric that no catalog of the source has: it has no kind, so it has no series. */
export function collectorFor(
  metric: string,
  catalogs: readonly Catalog[],
  points: number,
  oneEach: boolean,
): Collector | null {
  const having = catalogs.filter((catalog) => catalog.places.has(metric));
  const kind = having.at(-1)?.places.get(metric)?.kind;
  if (kind === 'counter') return new CounterCollector(points);
  if (kind === 'gauge') return new GaugeCollector(points);
  if (kind === 'histogram') return new HistogramCollector(points, { inOrder: having.length === 1, oneEach });
  return null;
}

/**
 * One metric of a history query on its way from rows into series: counters become rates, gauges mean and extremes,
 * histograms percentiles of merged counts. Filled by row-cursor.ts, driven by history-query.ts.
 */
import type { HistorySeries, HistoryStat } from '../contract/control-api.ts';
import type { MetricKind } from '../contract/manifest.ts';
import type { Catalog } from './catalogs.ts';
import { MergedHistogram } from './merged-histogram.ts';

const STATS: Readonly<Record<MetricKind, readonly HistoryStat[]>> = {
  gauge: ['value', 'min', 'max'],
  counter: ['rate'],
  histogram: ['p50', 'p95', 'p99', 'p999', 'max'],
};

/** One metric on its way into series. */
export interface Collector {
  readonly metric: string;
  readonly kind: MetricKind;
  begin(): void;
  end(point: number): void;
  /** Fills the point before this one where it is empty. */
  bridge(point: number): void;
  series(): HistorySeries[];
}

/** A counter as its increase a second. */
export class CounterCollector implements Collector {
  readonly metric: string;
  readonly kind = 'counter';
  #increase = 0;
  #spanMs = 0;
  readonly #rate: (number | null)[];

  constructor(metric: string, points: number) {
    this.metric = metric;
    this.#rate = new Array<number | null>(points).fill(null);
  }

  begin(): void {
    this.#increase = 0;
    this.#spanMs = 0;
  }

  add(increase: number, spanMs: number): void {
    this.#increase += increase;
    this.#spanMs += spanMs;
  }

  end(point: number): void {
    if (this.#spanMs > 0) this.#rate[point] = (this.#increase * 1_000) / this.#spanMs;
  }

  bridge(point: number): void {
    this.#rate[point - 1] ??= this.#rate[point]!;
  }

  series(): HistorySeries[] {
    return [{ metric: this.metric, stat: 'rate', values: this.#rate }];
  }
}

/** A gauge as its mean, least and largest value. */
export class GaugeCollector implements Collector {
  readonly metric: string;
  readonly kind = 'gauge';
  #samples = 0;
  #sum = 0;
  #min = 0;
  #max = 0;
  readonly #values: Record<'value' | 'min' | 'max', (number | null)[]>;

  constructor(metric: string, points: number) {
    this.metric = metric;
    const empty = () => new Array<number | null>(points).fill(null);
    this.#values = { value: empty(), min: empty(), max: empty() };
  }

  begin(): void {
    this.#samples = 0;
    this.#sum = 0;
    this.#min = Number.POSITIVE_INFINITY;
    this.#max = Number.NEGATIVE_INFINITY;
  }

  add(samples: number, sum: number, min: number, max: number): void {
    this.#samples += samples;
    this.#sum += sum;
    if (min < this.#min) this.#min = min;
    if (max > this.#max) this.#max = max;
  }

  end(point: number): void {
    if (this.#samples === 0) return;
    // Sums are stored rounded, so the mean may come out a hair beyond the extremes.
    const mean = Math.min(this.#max, Math.max(this.#min, this.#sum / this.#samples));
    this.#values.value[point] = mean;
    this.#values.min[point] = this.#min;
    this.#values.max[point] = this.#max;
  }

  bridge(point: number): void {
    for (const values of Object.values(this.#values)) values[point - 1] ??= values[point]!;
  }

  series(): HistorySeries[] {
    return STATS.gauge.map((stat) => ({
      metric: this.metric,
      stat,
      values: this.#values[stat as 'value' | 'min' | 'max'],
    }));
  }
}

/** A histogram as its percentiles and maximum. */
export class HistogramCollector implements Collector {
  readonly metric: string;
  readonly kind = 'histogram';
  readonly merged = new MergedHistogram();
  readonly #values: (number | null)[][];

  constructor(metric: string, points: number) {
    this.metric = metric;
    this.#values = STATS.histogram.map(() => new Array<number | null>(points).fill(null));
  }

  begin(): void {
    this.merged.reset();
  }

  end(point: number): void {
    if (this.merged.count === 0) return;
    const figures = this.merged.figures();
    for (let i = 0; i < figures.length; i++) this.#values[i]![point] = figures[i]!;
  }

  /** Where nothing was recorded, a percentile has no value to be bridged with. */
  bridge(): void {}

  series(): HistorySeries[] {
    return STATS.histogram.map((stat, i) => ({ metric: this.metric, stat, values: this.#values[i]! }));
  }
}

/** No collector for a metric that no catalog of the source has: it has no kind, so it has no series. */
export function collectorFor(metric: string, catalogs: readonly Catalog[], points: number): Collector[] {
  const kind = catalogs.findLast((catalog) => catalog.places.has(metric))?.places.get(metric)?.kind;
  if (kind === 'counter') return [new CounterCollector(metric, points)];
  if (kind === 'gauge') return [new GaugeCollector(metric, points)];
  if (kind === 'histogram') return [new HistogramCollector(metric, points)];
  return [];
}

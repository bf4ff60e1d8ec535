/**
 * The metrics of one process in typed arrays, laid out as the catalog says. Handles write a slot; nothing here
 * allocates on a hot path. Used by runDaemon for daemons and by main/core for main itself.
 */
import { Histogram, type SparseHistogram } from '../../../contract/histogram.ts';
import { type Catalog, FIRST_REVISION } from '../../../contract/link/catalog.ts';
import type { MetricSpec } from '../../../contract/manifest.ts';
import { type FrameLayout, layoutOf } from '../../../contract/metric-frame.ts';
import { catalogOf, OWN_METRICS_FROM } from '../../../contract/metric-specs.ts';

/** One-second intervals with values that the percentiles of a frame cover. */
const WINDOW_INTERVALS = 10;

/** A total that only rises. */
export class Counter {
  readonly #values: Float64Array;
  readonly #slot: number;

  constructor(values: Float64Array, slot: number) {
    this.#values = values;
    this.#slot = slot;
  }

  /** Adds `amount`, which must not be negative; 1 when left out. */
  add(amount = 1): void {
    this.#values[this.#slot]! += amount;
  }

  /** Takes over a total that is kept elsewhere. */
  setTotal(total: number): void {
    this.#values[this.#slot] = total;
  }

  get value(): number {
    return this.#values[this.#slot]!;
  }
}

/** A value that goes both ways. */
export class Gauge {
  readonly #values: Float64Array;
  readonly #slot: number;

  constructor(values: Float64Array, slot: number) {
    this.#values = values;
    this.#slot = slot;
  }

  set(value: number): void {
    this.#values[this.#slot] = value;
  }

  add(amount: number): void {
    this.#values[this.#slot]! += amount;
  }

  get value(): number {
    return this.#values[this.#slot]!;
  }
}

/** Durations: the current second, and the last ten seconds in which there were any. */
export class RollingHistogram {
  readonly #current = new Histogram();
  readonly #merged = new Histogram();
  readonly #window: SparseHistogram[] = [];
  readonly #values: Float64Array;
  readonly #slot: number;
  #count = 0;
  #sumNs = 0;

  constructor(values: Float64Array, slot: number) {
    this.#values = values;
    this.#slot = slot;
  }

  /** Records a duration in nanoseconds, `times` over. Does not allocate. */
  record(ns: number, times = 1): void {
    this.#current.record(ns, times);
  }

  /** Records the time since `startMs`, a reading of `performance.now()`. */
  recordSince(startMs: number): void {
    this.#current.record((performance.now() - startMs) * 1e6);
  }

  /** Writes the totals into the slots; the percentiles are those of the last rotation. */
  refreshTotals(): void {
    this.#values[this.#slot] = this.#count + this.#current.count;
    this.#values[this.#slot + 1] = (this.#sumNs + this.#current.sumNs) / 1e9;
  }

  /** Ends the current interval; returns its buckets, or null when nothing was recorded in it. */
  rotate(): SparseHistogram | null {
    const current = this.#current;
    if (current.count === 0) return null;
    const interval = current.toSparse();
    this.#count += current.count;
    this.#sumNs += current.sumNs;
    current.reset();
    this.#window.push(interval);
    this.#merged.addSparse(interval);
    if (this.#window.length > WINDOW_INTERVALS) this.#merged.subtractSparse(this.#window.shift()!);
    const summary = this.#merged.summary();
    const at = this.#slot;
    this.#values[at + 2] = summary.p50;
    this.#values[at + 3] = summary.p95;
    this.#values[at + 4] = summary.p99;
    this.#values[at + 5] = summary.p999;
    this.#values[at + 6] = summary.max;
    this.refreshTotals();
    return interval;
  }
}

/** All metrics of a process. A name that is not in the catalog is a defect and throws when the handle is taken. */
export class MetricRegistry {
  readonly layout: FrameLayout;
  /** What is measured, with its revision. */
  readonly catalog: Catalog;
  readonly values: Float64Array;
  readonly #histograms = new Map<string, RollingHistogram>();
  readonly #hooks: (() => void)[] = [];
  /** The daemon's own values in the sample before. */
  readonly #before: Float64Array;
  #revision = 0;

  /** `id` names the process, `own` are its metrics beyond those of every process. */
  constructor(id: string, own: readonly MetricSpec[]) {
    this.layout = layoutOf(catalogOf(id, own));
    this.catalog = { revision: FIRST_REVISION, metrics: this.layout.catalog };
    this.values = new Float64Array(this.layout.size);
    for (const metric of this.layout.catalog) {
      if (metric.kind !== 'histogram') continue;
      this.#histograms.set(metric.name, new RollingHistogram(this.values, this.layout.slot(metric.name)));
    }
    this.#before = new Float64Array(this.layout.size - OWN_METRICS_FROM);
  }

  /**
   * Rises when there is something new to show: with a sample in which a metric of the daemon's own has changed, and with
   * every second. The figures of the process itself are measured once a second; what watching moves in between, such as
   * the bytes that were sent, is no news.
   */
  get revision(): number {
    return this.#revision;
  }

  counter(name: string): Counter {
    return new Counter(this.values, this.#slot(name, 'counter'));
  }

  gauge(name: string): Gauge {
    return new Gauge(this.values, this.#slot(name, 'gauge'));
  }

  histogram(name: string): RollingHistogram {
    const histogram = this.#histograms.get(name);
    if (histogram === undefined) throw new Error(`The catalog has no histogram ${name}`);
    return histogram;
  }

  /** Calls `hook` just before every sample, to bring gauges up to date that cost something to know. */
  onSample(hook: () => void): void {
    this.#hooks.push(hook);
  }

  /** Brings {@link values} up to date. */
  sample(): void {
    for (const hook of this.#hooks) hook();
    for (const histogram of this.#histograms.values()) histogram.refreshTotals();
    if (this.#takeOver()) this.#revision++;
  }

  /** Ends the current second of every histogram; returns the intervals that have values. */
  rotate(): { metric: string; buckets: SparseHistogram }[] {
    const intervals: { metric: string; buckets: SparseHistogram }[] = [];
    for (const [metric, histogram] of this.#histograms) {
      const buckets = histogram.rotate();
      if (buckets !== null) intervals.push({ metric, buckets });
    }
    this.#revision++;
    return intervals;
  }

  /** Remembers the daemon's own values; true where one differs from the sample before. */
  #takeOver(): boolean {
    const before = this.#before;
    let changed = false;
    for (let i = 0; i < before.length; i++) {
      const value = this.values[OWN_METRICS_FROM + i]!;
      if (value === before[i]) continue;
      before[i] = value;
      changed = true;
    }
    return changed;
  }

  #slot(name: string, kind: MetricSpec['kind']): number {
    const spec = this.layout.catalog.find((metric) => metric.name === name);
    if (spec === undefined || spec.kind !== kind) throw new Error(`The catalog has no ${kind} ${name}`);
    return this.layout.slot(name);
  }
}

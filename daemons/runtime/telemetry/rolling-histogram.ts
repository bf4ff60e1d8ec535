/** Durations over a moving window, in the slots that a frame has for them. Made by the MetricRegistry. */
import { Histogram, type SparseHistogram } from '../../../contract/histogram.ts';
import { HISTOGRAM_FIELDS } from '../../../contract/metric-frame.ts';

/** One-second intervals with values that the percentiles of a frame cover. */
const WINDOW_INTERVALS = 10;

/** Durations: the current second, and the last ten seconds in which there were any. */
export class RollingHistogram {
  readonly #current = new Histogram();
  readonly #merged = new Histogram();
  readonly #window: SparseHistogram[] = [];
  #values: Float64Array;
  #slot: number;
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

  /** Adds what another thread has recorded: its buckets, and the sum of its values in nanoseconds. */
  take(pairs: SparseHistogram, sumNs: number): void {
    this.#current.addSparse(pairs, sumNs);
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

  /** Lets go of the slots, which get another owner: what is recorded from now on is seen by nobody. */
  detach(): void {
    this.#values = new Float64Array(HISTOGRAM_FIELDS.length);
    this.#slot = 0;
  }
}

/**
 * What one row says: the sum of one or more one-second samples of a source. The sample store merges them into
 * coarser tiers as data arrives, the history query merges rows into points; both by {@link Aggregate.add}, so a
 * percentile is always taken from merged counts and never from other percentiles.
 */
import type { SparseHistogram } from '../../../contract/histogram.ts';

/** How many metrics of each kind a catalog has, in its order. */
export interface RowShape {
  readonly counters: number;
  readonly gauges: number;
  readonly histograms: number;
}

/** Counters, gauges and histograms of one source over one interval. */
export class Aggregate {
  /** One-second samples in it. */
  samples = 0;
  /** Milliseconds over which the counters rose by what {@link counters} holds; 0 where that is unknown. */
  spanMs = 0;
  /** Increases, not totals: they stay right when a process starts again and they add up over any interval. */
  readonly counters: Float64Array;
  readonly min: Float64Array;
  readonly max: Float64Array;
  /** Sum of the gauge over the samples; the mean is `sum / samples`. */
  readonly sum: Float64Array;
  /** Kept buckets in rising order, null where nothing was recorded. */
  readonly histograms: (SparseHistogram | null)[];

  constructor(shape: RowShape) {
    this.counters = new Float64Array(shape.counters);
    this.min = new Float64Array(shape.gauges);
    this.max = new Float64Array(shape.gauges);
    this.sum = new Float64Array(shape.gauges);
    this.histograms = new Array<SparseHistogram | null>(shape.histograms).fill(null);
  }

  /** Adds samples of the same shape that are newer than those in here. */
  add(newer: Aggregate): void {
    for (let i = 0; i < this.counters.length; i++) this.counters[i]! += newer.counters[i]!;
    const first = this.samples === 0;
    for (let i = 0; i < this.sum.length; i++) {
      this.sum[i]! += newer.sum[i]!;
      if (first || newer.min[i]! < this.min[i]!) this.min[i] = newer.min[i]!;
      if (first || newer.max[i]! > this.max[i]!) this.max[i] = newer.max[i]!;
    }
    for (let i = 0; i < this.histograms.length; i++) {
      const theirs = newer.histograms[i];
      if (theirs === null || theirs === undefined) continue;
      const mine = this.histograms[i];
      this.histograms[i] = mine === null || mine === undefined ? theirs : mergeSparse(mine, theirs);
    }
    this.samples += newer.samples;
    this.spanMs += newer.spanMs;
  }
}

/** The sum of two sparse histograms whose buckets rise; counts stop at the largest that 32 bits hold. */
export function mergeSparse(a: SparseHistogram, b: SparseHistogram): SparseHistogram {
  const merged = new Uint32Array(a.length + b.length);
  let at = 0;
  let i = 0;
  let j = 0;
  while (i < a.length || j < b.length) {
    const left = i < a.length ? a[i]! : Number.POSITIVE_INFINITY;
    const right = j < b.length ? b[j]! : Number.POSITIVE_INFINITY;
    merged[at] = Math.min(left, right);
    let count = 0;
    if (left <= right) {
      count += a[i + 1]!;
      i += 2;
    }
    if (right <= left) {
      count += b[j + 1]!;
      j += 2;
    }
    merged[at + 1] = Math.min(count, 0xffff_ffff);
    at += 2;
  }
  return at === merged.length ? merged : merged.slice(0, at);
}

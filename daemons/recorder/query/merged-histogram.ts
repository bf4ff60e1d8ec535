/**
 * Counts of all buckets over any stretch of time, for the history query. The contract's Histogram counts in 32 bits,
 * which a busy daemon exceeds in hours; here a count is exact up to 2^53. Percentiles are read the same way.
 */
import { type SparseHistogram, SUMMARY_QUANTILES } from '../../../contract/histogram.ts';
import { type FigureBuckets, figureBuckets } from '../codec/histogram-column.ts';
import { KEPT_BUCKETS } from '../codec/kept-histogram.ts';

/** Merges, summarises, and starts again. */
export class MergedHistogram {
  readonly #counts = new Float64Array(KEPT_BUCKETS);
  #count = 0;
  #lowest = KEPT_BUCKETS;
  #highest = -1;

  get count(): number {
    return this.#count;
  }

  /** Adds the counts of the kept buckets `first` to `last`, by bucket. */
  addCounts(first: number, last: number, counts: Float64Array): void {
    let sum = 0;
    for (let bucket = first; bucket <= last; bucket++) {
      const count = counts[bucket]!;
      this.#counts[bucket]! += count;
      sum += count;
    }
    this.#count += sum;
    if (first < this.#lowest) this.#lowest = first;
    if (last > this.#highest) this.#highest = last;
  }

  /** Adds pairs of kept bucket and count. */
  addSparse(pairs: SparseHistogram): void {
    for (let i = 0; i < pairs.length; i += 2) {
      this.#counts[pairs[i]!]! += pairs[i + 1]!;
      this.#count += pairs[i + 1]!;
    }
    this.#lowest = Math.min(this.#lowest, pairs[0]!);
    this.#highest = Math.max(this.#highest, pairs.at(-2)!);
  }

  reset(): void {
    if (this.#count === 0) return;
    this.#counts.fill(0, this.#lowest, this.#highest + 1);
    this.#count = 0;
    this.#lowest = KEPT_BUCKETS;
    this.#highest = -1;
  }

  /** Where p50, p95, p99, p99.9 and the maximum lie. Meaningless when empty. */
  figures(): FigureBuckets {
    const figures = figureBuckets();
    let seen = 0;
    let bucket = this.#lowest;
    for (const [i, quantile] of SUMMARY_QUANTILES.entries()) {
      const rank = Math.max(1, Math.ceil(quantile * this.#count));
      while (bucket < this.#highest && seen + this.#counts[bucket]! < rank) seen += this.#counts[bucket++]!;
      figures[i] = bucket;
    }
    figures[SUMMARY_QUANTILES.length] = this.#highest;
    return figures;
  }
}

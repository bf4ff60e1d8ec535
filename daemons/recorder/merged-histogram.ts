/**
 * Counts of all buckets over any stretch of time, for the history query. The contract's Histogram counts in 32 bits,
 * which a busy daemon exceeds in hours; here a count is exact up to 2^53. Percentiles are read the same way.
 */
import { bucketMidNs, HISTOGRAM_BUCKETS, SUMMARY_QUANTILES } from '../contract/histogram.ts';

/** Merges, summarises, and starts again. */
export class MergedHistogram {
  readonly #counts = new Float64Array(HISTOGRAM_BUCKETS);
  #count = 0;
  #lowest = HISTOGRAM_BUCKETS;
  #highest = -1;

  get count(): number {
    return this.#count;
  }

  /** Adds to a bucket; one out of range is ignored. */
  add(bucket: number, count: number): void {
    if (bucket >= HISTOGRAM_BUCKETS) return;
    this.#counts[bucket]! += count;
    this.#count += count;
    if (bucket < this.#lowest) this.#lowest = bucket;
    if (bucket > this.#highest) this.#highest = bucket;
  }

  reset(): void {
    if (this.#count === 0) return;
    this.#counts.fill(0, this.#lowest, this.#highest + 1);
    this.#count = 0;
    this.#lowest = HISTOGRAM_BUCKETS;
    this.#highest = -1;
  }

  /** p50, p95, p99, p99.9 and the maximum, in seconds. Meaningless when empty. */
  figures(): number[] {
    const figures: number[] = [];
    let seen = 0;
    let bucket = this.#lowest;
    for (const quantile of SUMMARY_QUANTILES) {
      const rank = Math.max(1, Math.ceil(quantile * this.#count));
      while (bucket < this.#highest && seen + this.#counts[bucket]! < rank) seen += this.#counts[bucket++]!;
      figures.push(bucketMidNs(bucket) / 1e9);
    }
    figures.push(bucketMidNs(this.#highest) / 1e9);
    return figures;
  }
}

/**
 * High-dynamic-range latency histogram in one typed array: 64 linear sub-buckets for each power of two, so that any
 * value is off by at most 1.6 %. Written in the network daemons' hot path (no allocation), merged by adding counts
 * (recorder, window), and sent as sparse pairs. `perf_hooks` histograms were left aside because their buckets cannot
 * be read, sent to another process or merged there.
 */
const SUB_BITS = 6;
const SUB_COUNT = 1 << SUB_BITS;

/** Largest value that is told apart, in nanoseconds (about 68.7 s); larger ones count there. */
export const HISTOGRAM_MAX_NS = 2 ** 36 - 1;

/** Number of buckets; every histogram of every process has the same. */
export const HISTOGRAM_BUCKETS = bucketOf(HISTOGRAM_MAX_NS) + 1;

/** The bucket that counts `ns` (whole nanoseconds, clamped to 0..{@link HISTOGRAM_MAX_NS}). */
export function bucketOf(ns: number): number {
  if (ns < SUB_COUNT * 2) return ns < 0 ? 0 : ns | 0;
  const value = Math.min(ns, 2 ** 36 - 1);
  // clz32 sees 32 bits: fold the high part down first.
  const high = value >= 2 ** 31 ? 31 - Math.clz32(Math.floor(value / 2 ** 16)) + 16 : 31 - Math.clz32(value);
  const shift = high - SUB_BITS;
  return shift * SUB_COUNT + Math.floor(value / 2 ** shift);
}

/** The middle of a bucket's range in nanoseconds. */
export function bucketMidNs(bucket: number): number {
  if (bucket < SUB_COUNT * 2) return bucket;
  const shift = Math.floor(bucket / SUB_COUNT) - 1;
  const base = (bucket - shift * SUB_COUNT) * 2 ** shift;
  return base + (2 ** shift - 1) / 2;
}

/** What a histogram says in five figures; times in seconds. */
export interface HistogramSummary {
  readonly count: number;
  readonly p50: number;
  readonly p95: number;
  readonly p99: number;
  readonly p999: number;
  readonly max: number;
}

/** The quantiles of a {@link HistogramSummary}, rising. */
export const SUMMARY_QUANTILES = [0.5, 0.95, 0.99, 0.999] as const;

/** Non-empty buckets as pairs (bucket, count): the form in which intervals travel and are stored. */
export type SparseHistogram = Uint32Array;

/** A mergeable histogram of durations. */
export class Histogram {
  readonly counts = new Uint32Array(HISTOGRAM_BUCKETS);
  #count = 0;
  #sumNs = 0;
  #maxNs = 0;

  /** Records a duration in nanoseconds, `times` over. Does not allocate. */
  record(ns: number, times = 1): void {
    const bucket = bucketOf(ns);
    this.counts[bucket]! += times;
    this.#count += times;
    this.#sumNs += ns * times;
    if (ns > this.#maxNs) this.#maxNs = ns;
  }

  /** Values recorded since the last reset. */
  get count(): number {
    return this.#count;
  }

  /** Sum of the values in nanoseconds. */
  get sumNs(): number {
    return this.#sumNs;
  }

  /** Largest value in nanoseconds, exact for values recorded here, the bucket's middle for merged ones. */
  get maxNs(): number {
    return this.#maxNs;
  }

  /** Adds the counts of `other`; percentiles of the sum are those of all values together. */
  add(other: Histogram): void {
    if (other.#count === 0) return;
    const counts = this.counts;
    const theirs = other.counts;
    for (let i = 0; i < counts.length; i++) counts[i]! += theirs[i]!;
    this.#count += other.#count;
    this.#sumNs += other.#sumNs;
    if (other.#maxNs > this.#maxNs) this.#maxNs = other.#maxNs;
  }

  /**
   * Adds an interval in its sparse form. Pairs outside the range are ignored. The sum is that of the buckets' middles, or
   * `sumNs` where it is known.
   */
  addSparse(pairs: SparseHistogram, sumNs?: number): void {
    const sumBefore = this.#sumNs;
    for (let i = 0; i + 1 < pairs.length; i += 2) {
      const bucket = pairs[i]!;
      const count = pairs[i + 1]!;
      if (bucket >= HISTOGRAM_BUCKETS || count === 0) continue;
      this.counts[bucket]! += count;
      this.#count += count;
      const mid = bucketMidNs(bucket);
      this.#sumNs += mid * count;
      if (mid > this.#maxNs) this.#maxNs = mid;
    }
    if (sumNs !== undefined) this.#sumNs = sumBefore + sumNs;
  }

  /** Takes an interval that was added with {@link addSparse} away again. */
  subtractSparse(pairs: SparseHistogram): void {
    for (let i = 0; i + 1 < pairs.length; i += 2) {
      const bucket = pairs[i]!;
      const count = pairs[i + 1]!;
      if (bucket >= HISTOGRAM_BUCKETS || count === 0) continue;
      this.counts[bucket]! -= count;
      this.#count -= count;
      this.#sumNs -= bucketMidNs(bucket) * count;
    }
    let highest = HISTOGRAM_BUCKETS - 1;
    while (highest >= 0 && this.counts[highest] === 0) highest--;
    this.#maxNs = highest < 0 ? 0 : Math.min(this.#maxNs, bucketMidNs(highest));
  }

  /** The non-empty buckets. */
  toSparse(): SparseHistogram {
    let used = 0;
    for (let i = 0; i < this.counts.length; i++) if (this.counts[i] !== 0) used++;
    const pairs = new Uint32Array(used * 2);
    let at = 0;
    for (let i = 0; i < this.counts.length; i++) {
      const count = this.counts[i]!;
      if (count === 0) continue;
      pairs[at++] = i;
      pairs[at++] = count;
    }
    return pairs;
  }

  /** The value in nanoseconds below which `quantile` (0..1) of the values lie; 0 when empty. */
  quantileNs(quantile: number): number {
    if (this.#count === 0) return 0;
    const rank = Math.max(1, Math.ceil(quantile * this.#count));
    let seen = 0;
    for (let i = 0; i < this.counts.length; i++) {
      seen += this.counts[i]!;
      if (seen >= rank) return Math.min(bucketMidNs(i), this.#maxNs);
    }
    return this.#maxNs;
  }

  /** The five figures, in seconds, from one pass over the buckets. */
  summary(): HistogramSummary {
    const at = [0, 0, 0, 0];
    const ranks = SUMMARY_QUANTILES.map((quantile) => Math.max(1, Math.ceil(quantile * this.#count)));
    let next = 0;
    let seen = 0;
    for (let i = 0; i < HISTOGRAM_BUCKETS && next < ranks.length && this.#count > 0; i++) {
      const count = this.counts[i]!;
      if (count === 0) continue;
      seen += count;
      while (next < ranks.length && seen >= ranks[next]!) {
        at[next++] = Math.min(bucketMidNs(i), this.#maxNs) / 1e9;
      }
    }
    const [p50, p95, p99, p999] = at as [number, number, number, number];
    return { count: this.#count, p50, p95, p99, p999, max: this.#maxNs / 1e9 };
  }

  /** Forgets everything. */
  reset(): void {
    if (this.#count === 0) return;
    this.counts.fill(0);
    this.#count = 0;
    this.#sumNs = 0;
    this.#maxNs = 0;
  }
}

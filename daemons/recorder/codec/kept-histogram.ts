/**
 * Histograms as history keeps them: 16 sub-buckets an octave instead of the contract's 64, so that a value is off by at
 * most 3.1 %, and a month of them fits on any disk. Used wherever the recorder stores or merges histograms.
 */
import { bucketMidNs, HISTOGRAM_BUCKETS, type SparseHistogram } from '../../../contract/histogram.ts';

/** Buckets of the contract in one that is kept; they never cross an octave. */
const MERGED = 4;

/** Number of buckets of a kept histogram. */
export const KEPT_BUCKETS = Math.ceil(HISTOGRAM_BUCKETS / MERGED);

/** The kept bucket that counts what the contract's `bucket` counts. */
export function keptBucketOf(bucket: number): number {
  return Math.floor(bucket / MERGED);
}

/** The middle of each kept bucket's range, in seconds. */
export const KEPT_MIDDLES: Readonly<Float64Array> = Float64Array.from(
  { length: KEPT_BUCKETS },
  (_, bucket) => (bucketMidNs(bucket * MERGED) + bucketMidNs(bucket * MERGED + MERGED - 1)) / 2e9,
);

/**
 * An interval from another process in the form that is kept: kept buckets, rising, no empty ones; null when nothing is
 * left. Buckets that do not exist are dropped.
 */
export function keptSparse(pairs: SparseHistogram): SparseHistogram | null {
  const kept = new Uint32Array(pairs.length);
  let at = 0;
  let previous = -1;
  for (let i = 0; i + 1 < pairs.length; i += 2) {
    const count = pairs[i + 1]!;
    if (pairs[i]! >= HISTOGRAM_BUCKETS || count === 0) continue;
    const bucket = keptBucketOf(pairs[i]!);
    if (bucket < previous) return keptSparse(inOrder(pairs));
    if (bucket === previous) {
      kept[at - 1] = Math.min(kept[at - 1]! + count, 0xffff_ffff);
      continue;
    }
    kept[at++] = bucket;
    kept[at++] = count;
    previous = bucket;
  }
  return at === 0 ? null : kept.slice(0, at);
}

function inOrder(pairs: SparseHistogram): SparseHistogram {
  const list = Array.from(
    { length: pairs.length >> 1 },
    (_, i) => [pairs[i * 2]!, pairs[i * 2 + 1]!] as const,
  );
  return Uint32Array.from(list.sort(([a], [b]) => a - b).flat());
}

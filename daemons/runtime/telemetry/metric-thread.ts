/** The slots of one worker thread, as the thread that samples sees them. Made by `MetricRegistry.forThread`. */
import { HISTOGRAM_BUCKETS } from '../../../contract/histogram.ts';
import type { MetricKind } from '../../../contract/manifest.ts';
import type { RollingHistogram } from './rolling-histogram.ts';
import { type Place, sharedSlots } from './slot-memory.ts';
import { THREAD_HISTOGRAM_BYTES, type ThreadDescription } from './thread-metrics.ts';

/** A series as a thread is told of it. */
export interface DescribedSeries {
  readonly id: string;
  readonly kind: MetricKind;
  readonly place: Place;
}

/** What the registry tells a thread, and takes from it at its end. */
export interface ThreadOwner {
  /** Lengths of the chunks that there are. */
  chunkLengths(): readonly number[];
  described(): { readonly generation: number; readonly series: readonly DescribedSeries[] };
  ended(thread: MetricThread): void;
}

/** Differences of one histogram that a thread writes. */
class DrainedHistogram {
  readonly shared = new SharedArrayBuffer(THREAD_HISTOGRAM_BYTES);
  readonly #totals = new Float64Array(this.shared, 0, 2);
  readonly #counts = new Uint32Array(this.shared, 16, HISTOGRAM_BUCKETS);
  readonly #before = new Uint32Array(HISTOGRAM_BUCKETS);
  #sumBefore = 0;
  #countBefore = 0;

  /** Gives what was recorded since the last call to `target`. */
  drainInto(target: RollingHistogram): void {
    const count = this.#totals[1]!;
    if (count === this.#countBefore) return;
    const sum = this.#totals[0]!;
    const pairs: number[] = [];
    for (let bucket = 0; bucket < HISTOGRAM_BUCKETS; bucket++) {
      const now = this.#counts[bucket]!;
      // Counts go round at 2^32, and so does the difference.
      const more = (now - this.#before[bucket]!) >>> 0;
      if (more === 0) continue;
      pairs.push(bucket, more);
      this.#before[bucket] = now;
    }
    target.take(Uint32Array.from(pairs), sum - this.#sumBefore);
    this.#sumBefore = sum;
    this.#countBefore = count;
  }
}

/** One worker thread that writes metrics. */
export class MetricThread {
  readonly #owner: ThreadOwner;
  readonly #chunks: Float64Array[] = [];
  /** By place. */
  readonly #histograms = new Map<string, DrainedHistogram>();
  readonly #acknowledged = new Int32Array(new SharedArrayBuffer(4));

  #described = false;

  constructor(owner: ThreadOwner) {
    this.#owner = owner;
  }

  /** What the worker attaches to, and is sent again after instruments were made or closed. */
  description(): ThreadDescription {
    const { generation, series } = this.#owner.described();
    this.#described = true;
    for (const length of this.#owner.chunkLengths().slice(this.#chunks.length))
      this.#chunks.push(sharedSlots(length));
    return {
      generation,
      chunks: this.#chunks.map(({ buffer }) => buffer as SharedArrayBuffer),
      acknowledged: this.#acknowledged.buffer as SharedArrayBuffer,
      series: series.map(({ id, kind, place }) => ({
        id,
        kind,
        place,
        buckets: this.#bucketsOf(kind, place),
      })),
    };
  }

  /** The generation that the worker has taken over: it writes to nothing that left before. */
  get acknowledged(): number {
    return this.#described ? Atomics.load(this.#acknowledged, 0) : Number.POSITIVE_INFINITY;
  }

  /** What the thread has in a slot. */
  valueAt(chunk: number, slot: number): number {
    return this.#chunks[chunk]?.[slot] ?? 0;
  }

  /** Moves what was recorded at a place since the last call into the histogram of the thread that samples. */
  drain(place: Place, target: RollingHistogram): void {
    this.#histograms.get(keyOf(place))?.drainInto(target);
  }

  /** Forgets what a series had at a place that is given back. */
  forget(place: Place): void {
    this.#chunks[place.chunk]?.fill(0, place.slot, place.slot + place.width);
    this.#histograms.delete(keyOf(place));
  }

  /** Call when the worker has ended: its totals stay counted, its parts of gauges are gone. */
  close(): void {
    this.#owner.ended(this);
  }

  #bucketsOf(kind: MetricKind, place: Place): SharedArrayBuffer | null {
    if (kind !== 'histogram') return null;
    let histogram = this.#histograms.get(keyOf(place));
    if (histogram === undefined) {
      histogram = new DrainedHistogram();
      this.#histograms.set(keyOf(place), histogram);
    }
    return histogram.shared;
  }
}

/** A series that is closed and made again may have two places for a while, its id only one. */
function keyOf({ chunk, slot }: Place): string {
  return `${chunk}:${slot}`;
}

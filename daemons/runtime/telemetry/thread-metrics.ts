/**
 * Metrics in a worker thread: the same handles, over slots that only this thread writes. Two threads that add to one slot
 * lose additions, so each has its own, and the thread that samples sums them.
 *
 * The registry's `forThread().description()` is sent to the worker, which attaches to it. Handles write shared memory; no
 * message follows. After instruments were made or closed the worker is sent another description.
 */
import { bucketOf, HISTOGRAM_BUCKETS, HISTOGRAM_MAX_NS } from '../../../contract/histogram.ts';
import type { MetricKind } from '../../../contract/manifest.ts';
import { Counter, Gauge } from './metric-handles.ts';
import type { Place } from './slot-memory.ts';

/** Where a thread writes one series. */
export interface ThreadSeries {
  readonly id: string;
  readonly kind: MetricKind;
  readonly place: Place;
  /** Of a histogram; null for other kinds. */
  readonly buckets: SharedArrayBuffer | null;
}

/** What a worker thread needs to write metrics; survives structured cloning, its memory is shared. */
export interface ThreadDescription {
  /** Rises when series leave. */
  readonly generation: number;
  readonly chunks: readonly SharedArrayBuffer[];
  readonly series: readonly ThreadSeries[];
  /** One int32: the generation that the thread has taken over. */
  readonly acknowledged: SharedArrayBuffer;
}

/** Bytes of the shared form of a histogram: sum and count (two float64), then the buckets (uint32). */
export const THREAD_HISTOGRAM_BYTES = 16 + HISTOGRAM_BUCKETS * 4;

/** Durations that a thread records. Its counts only rise; the thread that samples takes the differences. */
export class ThreadHistogram {
  readonly #totals: Float64Array;
  readonly #counts: Uint32Array;

  constructor(shared: SharedArrayBuffer) {
    this.#totals = new Float64Array(shared, 0, 2);
    this.#counts = new Uint32Array(shared, 16, HISTOGRAM_BUCKETS);
  }

  /** Records a duration in nanoseconds, `times` over. Does not allocate. */
  record(ns: number, times = 1): void {
    const value = ns < 0 ? 0 : ns > HISTOGRAM_MAX_NS ? HISTOGRAM_MAX_NS : ns;
    this.#counts[bucketOf(value)]! += times;
    this.#totals[0]! += ns * times;
    this.#totals[1]! += times;
  }

  /** Records the time since `startMs`, a reading of `performance.now()`. */
  recordSince(startMs: number): void {
    this.record((performance.now() - startMs) * 1e6);
  }
}

/** The metrics of a process as one of its worker threads writes them. */
export class ThreadMetrics {
  readonly #series = new Map<string, ThreadSeries>();
  readonly #handles = new Map<string, Counter | Gauge>();
  readonly #histograms = new Map<string, ThreadHistogram>();
  #chunks: readonly Float64Array[] = [];

  /** Takes over what the registry described. Called once in the worker. */
  static attach(description: ThreadDescription): ThreadMetrics {
    const metrics = new ThreadMetrics();
    metrics.update(description);
    return metrics;
  }

  /** Takes a later description over. Handles of series that have left write nowhere from here on. */
  update({ generation, chunks, series, acknowledged }: ThreadDescription): void {
    this.#chunks = chunks.map((chunk) => new Float64Array(chunk));
    const present = new Map(series.map((one) => [one.id, one]));
    for (const [id, { place }] of this.#series) {
      const now = present.get(id)?.place;
      if (now !== undefined && now.chunk === place.chunk && now.slot === place.slot) continue;
      this.#handles.get(id)?.detach();
      this.#handles.delete(id);
      this.#histograms.delete(id);
    }
    this.#series.clear();
    for (const one of series) this.#series.set(one.id, one);
    Atomics.store(new Int32Array(acknowledged), 0, generation);
  }

  /** @throws Error for a series that the description does not have */
  counter(id: string): Counter {
    return this.#handle(id, 'counter', Counter);
  }

  /** @throws Error for a series that the description does not have */
  gauge(id: string): Gauge {
    return this.#handle(id, 'gauge', Gauge);
  }

  /** @throws Error for a series that the description does not have */
  histogram(id: string): ThreadHistogram {
    let histogram = this.#histograms.get(id);
    if (histogram !== undefined) return histogram;
    const { buckets } = this.#find(id, 'histogram');
    if (buckets === null) throw new Error(`The histogram ${id} came without buckets`);
    histogram = new ThreadHistogram(buckets);
    this.#histograms.set(id, histogram);
    return histogram;
  }

  #handle<Handle extends Counter | Gauge>(
    id: string,
    kind: MetricKind,
    type: new (values: Float64Array, slot: number) => Handle,
  ): Handle {
    const known = this.#handles.get(id);
    if (known instanceof type) return known;
    const { place } = this.#find(id, kind);
    const handle = new type(this.#chunks[place.chunk]!, place.slot);
    this.#handles.set(id, handle);
    return handle;
  }

  #find(id: string, kind: MetricKind): ThreadSeries {
    const series = this.#series.get(id);
    if (series === undefined || series.kind !== kind) throw new Error(`The catalog has no ${kind} ${id}`);
    return series;
  }
}

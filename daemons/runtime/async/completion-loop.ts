/**
 * Completions of threads in the loop that also serves sockets: threads post a key with a value, the loop wakes at once and calls the
 * handler of the key. Nothing polls. A flood of completions is cut into bursts, between which sockets and timers have their turn.
 *
 * Use it where threads tell a loop much and often. For the result of a task the thread pool has promises.
 */
import { SignalboxError } from '../../../contract/errors.ts';
import { limits } from '../limits.ts';
import type { MetricRegistry } from '../telemetry/metric-registry.ts';
import { standardInstrument } from '../telemetry/standard-instrument.ts';
import { AsyncQueue, type QueueStats } from './async-queue.ts';
import { HEADER_BYTES, headerSlot } from './completion-port.ts';
import { sharedNow } from './pool-memory.ts';
import type { SharedQueue, WhenFull } from './queue-memory.ts';

/** Called with a completion. The bytes are those of the loop: they change when it returns. */
export type CompletionHandler = (value: number, bytes: Uint8Array) => void;

export interface CompletionLoopOptions {
  /** Completions that may wait; default `completionsWaiting`. */
  readonly capacity?: number;
  /** Bytes that may come with one; default 0. */
  readonly maxBytes?: number;
  /** What becomes of one for which there is no room: see `AsyncQueue`. Default `block`, so that nothing is lost. */
  readonly whenFull?: WhenFull;
  /** Completions between which sockets and timers have their turn; default `completionBurst`. */
  readonly burst?: number;
  /** Told of what a handler has thrown; the loop goes on. */
  readonly onError: (error: unknown, key: number) => void;
}

/** Figures of a loop; those of its queue, and: */
export interface CompletionStats extends QueueStats {
  /** Completions whose key had no handler; they are dropped. */
  readonly unclaimed: number;
}

const NO_BYTES = new Uint8Array(0);

export class CompletionLoop {
  readonly #queue: AsyncQueue;
  readonly #burst: number;
  readonly #onError: CompletionLoopOptions['onError'];
  readonly #handlers = new Map<number, CompletionHandler>();
  readonly #message: Uint8Array;
  readonly #header: Float64Array;
  readonly #running: Promise<void>;
  #times: ((waitNs: number) => void) | null = null;
  #unclaimed = 0;

  /**
   * Begins to listen; it keeps the process alive until {@link close}.
   * @throws SignalboxError `bad_request` or `limit_reached` where a size cannot be
   */
  constructor(options: CompletionLoopOptions) {
    const {
      capacity = limits.completionsWaiting.default,
      burst = limits.completionBurst.default,
      maxBytes = 0,
      whenFull = 'block',
    } = options;
    if (!Number.isSafeInteger(burst) || burst < 1)
      throw new SignalboxError('bad_request', `burst is ${burst}: expected a whole number from 1.`);
    const maxMessageBytes = HEADER_BYTES + maxBytes;
    this.#queue = AsyncQueue.create({ capacity, maxMessageBytes, whenFull });
    this.#burst = burst;
    this.#onError = options.onError;
    // Up to three bytes behind a message may be written.
    const memory = new ArrayBuffer(Math.ceil((maxMessageBytes + 3) / 8) * 8);
    this.#message = new Uint8Array(memory);
    this.#header = new Float64Array(memory, 0, HEADER_BYTES / Float64Array.BYTES_PER_ELEMENT);
    this.#running = this.#run();
  }

  /** What a thread makes its CompletionPort of. */
  get shared(): SharedQueue {
    return this.#queue.shared;
  }

  /**
   * Has completions of a key handled.
   * @returns ends it
   * @throws SignalboxError `conflict` where the key has a handler
   */
  on(key: number, handler: CompletionHandler): () => void {
    if (this.#handlers.has(key))
      throw new SignalboxError('conflict', `Completions of key ${key} are handled already: choose another.`);
    this.#handlers.set(key, handler);
    return () => {
      if (this.#handlers.get(key) === handler) this.#handlers.delete(key);
    };
  }

  /** Tells `listener` from now on how long each completion waited, in nanoseconds; an instrument does. */
  onTimes(listener: ((waitNs: number) => void) | null): void {
    this.#times = listener;
  }

  stats(): CompletionStats {
    return { ...this.#queue.stats(), unclaimed: this.#unclaimed };
  }

  /** Takes nothing more in; resolves when what is there has been handled. */
  close(): Promise<void> {
    this.#queue.close();
    return this.#running;
  }

  async #run(): Promise<void> {
    while (await this.#queue.readable())
      // As long as a burst was full there may be more, and waking for it would cost more than looking.
      while (this.#dispatchBurst()) await new Promise(setImmediate);
  }

  /** Handles what waits, up to the bound; true where that was reached. */
  #dispatchBurst(): boolean {
    for (let left = this.#burst; left > 0; left--) {
      const length = this.#queue.dequeueInto(this.#message);
      if (length < 0) return false;
      this.#dispatch(length);
    }
    return true;
  }

  #dispatch(length: number): void {
    const key = this.#header[headerSlot.key]!;
    this.#times?.(Math.max(0, (sharedNow() - this.#header[headerSlot.postedMs]!) * 1e6));
    const handler = this.#handlers.get(key);
    if (handler === undefined) {
      this.#unclaimed++;
      return;
    }
    const bytes = length === HEADER_BYTES ? NO_BYTES : this.#message.subarray(HEADER_BYTES, length);
    try {
      handler(this.#header[headerSlot.value]!, bytes);
    } catch (error) {
      this.#onError(error, key);
    }
  }
}

/**
 * Shows a loop as a queue of that name; what has no handler counts as dropped.
 * @returns takes it away; the loop goes on
 */
export function instrumentCompletions(
  metrics: MetricRegistry,
  name: string,
  loop: CompletionLoop,
): () => void {
  const { handles, close } = standardInstrument(metrics, 'queue', name, (to) => {
    const stats = loop.stats();
    to.depth.set(stats.size);
    to.high_water.set(stats.highWater);
    to.capacity.set(stats.capacity);
    to.submitted.setTotal(stats.enqueued);
    to.completed.setTotal(stats.dequeued - stats.unclaimed);
    to.dropped.setTotal(stats.dropped + stats.unclaimed);
    to.rejected.setTotal(stats.rejected);
  });
  loop.onTimes((waitNs) => handles.wait.record(waitNs));
  return () => {
    loop.onTimes(null);
    close();
  };
}

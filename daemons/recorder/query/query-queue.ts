/**
 * Runs long queries in slices on the daemon's own loop, one query at a time: appends and heartbeats come in between
 * slices and never wait longer than one. A thread with a second connection was left aside: slices need no second
 * copy of the codec in memory and no second bundle, and a query always sees what was acknowledged.
 */
import { SignalboxError } from '../../../contract/errors.ts';
import { limits } from '../limits.ts';

/** A query that yields wherever it may be interrupted. */
export type SlicedQuery<Result> = Generator<void, Result>;

/** At most `queuedQueries` queries; more are refused with `busy`. */
export class QueryQueue {
  #last: Promise<unknown> = Promise.resolve();
  #waiting = 0;
  #begun = 0;
  #refused = 0;
  readonly #onBegun: (waitedMs: number) => void;
  #closed = false;

  /** `onBegun` hears how many milliseconds a query waited when its turn comes. */
  constructor(onBegun: (waitedMs: number) => void = () => {}) {
    this.#onBegun = onBegun;
  }

  /** Queries whose turn came so far. */
  get begun(): number {
    return this.#begun;
  }

  /** Queries that found the queue full so far. */
  get refused(): number {
    return this.#refused;
  }

  /** Queries that run or wait. */
  get depth(): number {
    return this.#waiting;
  }

  /**
   * Runs a query when those before it are done. Rejects with `limit_reached` when too many wait, with the signal's
   * reason when it is aborted, and with `cancelled` when the queue is closed meanwhile.
   */
  run<Result>(begin: () => SlicedQuery<Result>, signal?: AbortSignal): Promise<Result> {
    if (this.#waiting >= limits.queuedQueries.default) {
      this.#refused++;
      return Promise.reject(
        new SignalboxError(
          'limit_reached',
          `${this.#waiting} queries are waiting for the recorder; try again shortly.`,
        ),
      );
    }
    this.#waiting++;
    const queuedAt = performance.now();
    const begun = () => {
      this.#begun++;
      this.#onBegun(performance.now() - queuedAt);
      return this.#slices(begin, signal);
    };
    const result = this.#last.then(begun).finally(() => this.#waiting--);
    this.#last = result.catch(() => {});
    return result;
  }

  async #slices<Result>(begin: () => SlicedQuery<Result>, signal?: AbortSignal): Promise<Result> {
    signal?.throwIfAborted();
    this.#throwIfClosed();
    const query = begin();
    for (;;) {
      const sliceEnd = performance.now() + limits.querySliceMs.default;
      do {
        const step = query.next();
        if (step.done === true) return step.value;
      } while (performance.now() < sliceEnd);
      await new Promise((resolve) => setImmediate(resolve));
      signal?.throwIfAborted();
      this.#throwIfClosed();
    }
  }

  #throwIfClosed(): void {
    if (this.#closed) throw new SignalboxError('cancelled', 'The recorder is stopping.');
  }

  /** Ends every query at its next slice; resolves when none runs. */
  async close(): Promise<void> {
    this.#closed = true;
    await this.#last;
  }
}

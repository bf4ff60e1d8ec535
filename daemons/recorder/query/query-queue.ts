/**
 * Runs long queries in slices on the daemon's own loop, one query at a time: appends and heartbeats come in between
 * slices and never wait longer than one. A thread with a second connection was left aside: slices need no second
 * copy of the codec in memory and no second bundle, and a query always sees what was acknowledged.
 */
import { SignalboxError } from '../../../contract/errors.ts';
import { loopTurn } from '../../runtime/async/loop-turn.ts';
import { limits } from '../limits.ts';

/** A query that yields wherever it may be interrupted. */
export type SlicedQuery<Result> = Generator<void, Result>;

/** Figures of the queue. Totals are since it was made. */
export interface QueryQueueStats {
  /** Queries that wait for their turn. */
  readonly depth: number;
  readonly highWater: number;
  readonly capacity: number;
  readonly submitted: number;
  /** Queries whose turn came. */
  readonly begun: number;
  /** Queries that found the queue full. */
  readonly rejected: number;
}

/** At most `queuedQueries` queries wait; more are refused. */
export class QueryQueue {
  #last: Promise<unknown> = Promise.resolve();
  #unfinished = 0;
  /** Those that run or wait, by the command that asked, in their order. */
  readonly #names: string[] = [];
  #highWater = 0;
  #submitted = 0;
  #begun = 0;
  #rejected = 0;
  readonly #onBegun: (waitedMs: number) => void;
  #closed = false;

  /** `onBegun` hears how many milliseconds a query waited when its turn comes. */
  constructor(onBegun: (waitedMs: number) => void = () => {}) {
    this.#onBegun = onBegun;
  }

  /** Queries that run or wait. */
  get unfinished(): number {
    return this.#unfinished;
  }

  stats(): QueryQueueStats {
    return {
      depth: this.#depth,
      highWater: this.#highWater,
      capacity: limits.queuedQueries.default,
      submitted: this.#submitted,
      begun: this.#begun,
      rejected: this.#rejected,
    };
  }

  /**
   * Runs a query when those before it are done. Rejects with `limit_reached` when too many wait, with the signal's
   * reason when it is aborted, and with `cancelled` when the queue is closed meanwhile.
   */
  run<Result>(begin: () => SlicedQuery<Result>, signal?: AbortSignal): Promise<Result> {
    if (this.#depth >= limits.queuedQueries.default) {
      this.#rejected++;
      return Promise.reject(
        new SignalboxError(
          'limit_reached',
          `${this.#depth} queries are waiting for the recorder; try again shortly.`,
        ),
      );
    }
    this.#unfinished++;
    this.#submitted++;
    this.#highWater = Math.max(this.#highWater, this.#depth);
    const queuedAt = performance.now();
    const { traced } = loopTurn;
    const ahead = [...this.#names];
    this.#names.push(traced?.work ?? 'query');
    const begun = () => {
      this.#begun++;
      const waitedMs = performance.now() - queuedAt;
      traced?.waited(waitedMs, ahead);
      this.#onBegun(waitedMs);
      return this.#slices(begin, signal);
    };
    const result = this.#last.then(begun).finally(() => {
      this.#unfinished--;
      this.#names.shift();
    });
    this.#last = result.catch(() => {});
    return result;
  }

  get #depth(): number {
    return this.#submitted - this.#begun;
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

/**
 * When what a turn of the loop has gathered is written. A write costs nearly the same whatever its size, and what comes within a
 * millisecond can share one: so it waits for one more poll of the sockets, and for another as long as that has brought more of it.
 * Where nothing was written for a while nothing waits. Asked where a turn ends.
 */

/**
 * Why it is written: `idle`, nothing more came; `time`, the first of it has waited as long as it may; `bytes` and `size`, there is
 * as much of it as one write, or one turn, is for.
 */
export type FlushReason = (typeof FLUSH_REASONS)[number];

/** All of them. */
export const FLUSH_REASONS = ['idle', 'time', 'bytes', 'size'] as const;

/** How much is gathered at most, and when. */
export interface FlushBounds {
  /** Milliseconds since the last write after which the loop has time: what comes then does not wait. */
  readonly busyMs: number;
  readonly bytes: number;
  /** Receivers, or lines, as the owner counts them. */
  readonly size: number;
}

export class FlushHold {
  readonly #bounds: FlushBounds;
  readonly #now: () => number;
  /** What there was of it when it was last asked; 0 while nothing is held. */
  #bytes = 0;
  #since = 0;
  #writtenAt = Number.NEGATIVE_INFINITY;
  #patienceMs = Number.POSITIVE_INFINITY;

  /** @param now a monotonic clock in milliseconds */
  constructor(bounds: FlushBounds, now: () => number = () => performance.now()) {
    this.#bounds = bounds;
    this.#now = now;
  }

  /** Some of what is gathered may not wait longer than so many milliseconds. */
  atMost(patienceMs: number): void {
    if (patienceMs < this.#patienceMs) this.#patienceMs = patienceMs;
  }

  /**
   * Whether it is written now, and why; null where it waits for one more poll.
   * @param bytes gathered so far, which only grows until it is written
   * @param size gathered so far
   */
  ask(bytes: number, size: number): FlushReason | null {
    if (bytes >= this.#bounds.bytes) return 'bytes';
    if (size >= this.#bounds.size) return 'size';
    if (bytes === this.#bytes) return 'idle';
    const now = this.#now();
    if (this.#bytes === 0) {
      this.#since = now;
      if (now - this.#writtenAt >= this.#bounds.busyMs) return 'idle';
    }
    if (now - this.#since >= this.#patienceMs) return 'time';
    this.#bytes = bytes;
    return null;
  }

  /** It is taken, to be written: what comes from here on is gathered anew. */
  taken(): void {
    this.#bytes = 0;
    this.#patienceMs = Number.POSITIVE_INFINITY;
  }

  /** It was written. */
  written(): void {
    this.#writtenAt = this.#now();
  }
}

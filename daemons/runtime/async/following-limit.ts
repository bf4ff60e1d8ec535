/**
 * How many requests a target is given at once, found out from how long it takes. What a target works off one after the other anyway only
 * takes longer when it is given more, and everything beside it on its machine waits as well; one that is far away or has many processors
 * takes as many as there may be. In the manner of TCP Vegas: what a request took beyond the fastest of its kind was a wait in line there,
 * and the line is kept at one to two. Used by connection-pool.ts.
 */
import { limits } from '../limits.ts';

/** A line of less than this lets one more in, requests. */
const SHORT_LINE = 1;
/** A line of more than this lets one less in. */
const LONG_LINE = 2;

/** How fast requests of one kind are. */
interface Pace {
  /** Milliseconds of the fastest since the last period began, and of the period before. */
  now: number;
  before: number;
}

export class FollowingLimit {
  readonly #least: number;
  readonly #most: number;
  readonly #paces = new Map<string, Pace>();
  #current: number;
  #periodEnds = 0;
  /** Requests since the last look, and their share that was no wait in line, added up. */
  #seen = 0;
  #shares = 0;

  /**
   * @param least requests at once to begin with, and at least
   * @param most the same to end with; where both are one number nothing follows anything
   */
  constructor(least: number, most: number) {
    this.#least = Math.min(least, most);
    this.#most = most;
    this.#current = this.#least;
  }

  /** Requests that may be under way now. */
  get current(): number {
    return this.#current;
  }

  /**
   * One was answered.
   * @param kind such as are equally fast; bounded by the caller
   * @param ms from when it was sent until the answer was there
   * @param crowded whether others waited for its place: who is alone says how fast the target is, not how much it can take
   * @param nowMs a monotonic clock
   */
  answered(kind: string, ms: number, crowded: boolean, nowMs: number): void {
    if (this.#least === this.#most) return;
    const fastest = this.#fastest(kind, Math.max(ms, Number.MIN_VALUE), nowMs);
    if (!crowded) return;
    this.#shares += fastest / Math.max(ms, fastest);
    if (++this.#seen < this.#current) return;
    const line = this.#current * (1 - this.#shares / this.#seen);
    this.#seen = 0;
    this.#shares = 0;
    if (line < SHORT_LINE) this.#current = Math.min(this.#most, this.#current + 1);
    else if (line > LONG_LINE) this.#current = Math.max(this.#least, this.#current - 1);
  }

  /** The fastest of its kind of late: who was fast an hour ago may have been given more to do by now. */
  #fastest(kind: string, ms: number, nowMs: number): number {
    if (nowMs >= this.#periodEnds) {
      this.#periodEnds = nowMs + limits.paceMs.default;
      for (const pace of this.#paces.values()) {
        pace.before = pace.now;
        pace.now = Number.POSITIVE_INFINITY;
      }
    }
    let pace = this.#paces.get(kind);
    if (pace === undefined) {
      pace = { now: ms, before: Number.POSITIVE_INFINITY };
      this.#paces.set(kind, pace);
    }
    pace.now = Math.min(pace.now, ms);
    return Math.min(pace.now, pace.before);
  }
}

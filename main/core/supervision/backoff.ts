/** When a crashed daemon starts again, and when it does not: exponential backoff with jitter, and the crash-loop window. */
import type { ControlLimits } from '../limits.ts';

/** The crashes of one daemon and what follows from them. */
export class CrashPolicy {
  readonly #limits: ControlLimits;
  readonly #random: () => number;
  #times: number[] = [];
  #consecutive = 0;

  /** `random` gives numbers from 0 up to 1. */
  constructor(limits: ControlLimits, random: () => number) {
    this.#limits = limits;
    this.#random = random;
  }

  /**
   * Takes a crash at `now` (milliseconds, monotonic) of a process that had been up for `uptimeMs`. Answers the wait
   * before the next start in milliseconds, or null for a crash loop.
   */
  crashed(now: number, uptimeMs: number): number | null {
    const { crashLoopCount, crashLoopWindowMs, stableMs } = this.#limits;
    this.#times = this.#times.filter((time) => now - time < crashLoopWindowMs);
    this.#times.push(now);
    this.#consecutive = uptimeMs >= stableMs ? 1 : this.#consecutive + 1;
    if (this.#times.length >= crashLoopCount) return null;
    return this.#delay();
  }

  /**
   * Takes a start that failed for a cause which passes by itself. Answers the wait before the next try in milliseconds;
   * there is always a next one.
   */
  unavailable(): number {
    this.#consecutive++;
    return this.#delay();
  }

  /** The daemon runs: what kept it from starting is over. */
  started(): void {
    if (this.#times.length === 0) this.#consecutive = 0;
  }

  /** The operator took over: earlier crashes no longer count. */
  forget(): void {
    this.#times = [];
    this.#consecutive = 0;
  }

  #delay(): number {
    const { backoffBaseMs, backoffMaxMs, backoffJitter } = this.#limits;
    const full = Math.min(backoffMaxMs, backoffBaseMs * 2 ** (this.#consecutive - 1));
    return Math.round(full * (1 - backoffJitter * this.#random()));
  }
}

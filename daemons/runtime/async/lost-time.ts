/**
 * Tells how much of some time the process did not run because the machine was busy with others. A turn that is measured
 * by the clock alone would end early there, and split work that is cheaper in one piece. Used by what bounds turns, and
 * only where the clock says that one is over: asking the system costs a microsecond.
 */

/** Milliseconds that the threads of this process have used, all together. */
export function cpuMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1_000;
}

/** Time that was lost since a mark. */
export class LostTime {
  readonly #cpuMs: () => number;
  #markedAtMs = 0;
  #markedCpuMs = 0;

  /** @param usedMs for tests: what the process has used so far, in milliseconds */
  constructor(usedMs: () => number = cpuMs) {
    this.#cpuMs = usedMs;
  }

  /** Begins anew. `nowMs` is of a clock that never jumps. */
  mark(nowMs: number): void {
    this.#markedAtMs = nowMs;
    this.#markedCpuMs = this.#cpuMs();
  }

  /** Milliseconds since the mark in which the process did not run, at least 0; marks again. */
  take(nowMs: number): number {
    const passedMs = nowMs - this.#markedAtMs;
    const before = this.#markedCpuMs;
    this.mark(nowMs);
    return Math.max(0, passedMs - (this.#markedCpuMs - before));
  }
}

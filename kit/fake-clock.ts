/** A clock that stands still until a test moves it. Used by unit tests only. */
import type { Clock, Timer } from './clock.ts';

interface Pending {
  readonly due: number;
  readonly order: number;
  readonly callback: () => void;
}

export class FakeClock implements Clock {
  /** Wall time at the start, chosen so that tests can tell it from a duration. */
  readonly #epoch = 1_700_000_000_000;
  #elapsed = 0;
  #order = 0;
  readonly #pending = new Set<Pending>();

  now(): number {
    return this.#epoch + this.#elapsed;
  }

  monotonic(): number {
    return this.#elapsed;
  }

  /** Timers that have neither fired nor been cancelled. */
  get pendingTimers(): number {
    return this.#pending.size;
  }

  after(ms: number, callback: () => void): Timer {
    const pending: Pending = { due: this.#elapsed + Math.max(0, ms), order: this.#order++, callback };
    this.#pending.add(pending);
    return { cancel: () => void this.#pending.delete(pending) };
  }

  /** Moves time on, firing each timer at its moment, and lets promises settle in between. */
  async advance(ms: number): Promise<void> {
    const target = this.#elapsed + ms;
    for (;;) {
      await settle();
      const next = this.#earliest();
      if (next === null || next.due > target) break;
      this.#elapsed = Math.max(this.#elapsed, next.due);
      this.#pending.delete(next);
      next.callback();
    }
    this.#elapsed = target;
    await settle();
  }

  /** What sleep does: time passes while nothing runs, then every timer that came due fires at once. */
  async jump(ms: number): Promise<void> {
    this.#elapsed += ms;
    await this.advance(0);
  }

  #earliest(): Pending | null {
    let best: Pending | null = null;
    for (const one of this.#pending) {
      if (best === null || one.due < best.due || (one.due === best.due && one.order < best.order)) best = one;
    }
    return best;
  }
}

/** Lets everything that is already resolved run. */
async function settle(): Promise<void> {
  for (let turn = 0; turn < 20; turn++) await Promise.resolve();
}

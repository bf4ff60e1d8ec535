/**
 * A deadline that counts only time in which this process ran: the Supervisor uses it for handshakes and stops, so that
 * a laptop that slept for an hour does not wake up to daemons killed for being late.
 */
import type { Clock, Timer } from '../../../kit/clock.ts';

/** One deadline; it may be set again. */
export class Countdown {
  readonly #clock: Clock;
  readonly #stepMs: number;
  #remaining = 0;
  #armedAt = 0;
  #onExpire: (() => void) | null = null;
  #timer: Timer | null = null;
  #paused = false;

  constructor(clock: Clock, stepMs: number) {
    this.#clock = clock;
    this.#stepMs = stepMs;
  }

  /** Starts anew with `ms` left; an earlier countdown is forgotten. */
  start(ms: number, onExpire: () => void): void {
    this.cancel();
    this.#remaining = ms;
    this.#onExpire = onExpire;
    if (!this.#paused) this.#arm();
  }

  cancel(): void {
    this.#timer?.cancel();
    this.#timer = null;
    this.#onExpire = null;
  }

  /** Stops counting until {@link resume}. */
  pause(): void {
    this.#paused = true;
    this.#timer?.cancel();
    this.#timer = null;
  }

  resume(): void {
    if (!this.#paused) return;
    this.#paused = false;
    if (this.#onExpire !== null) this.#arm();
  }

  #arm(): void {
    this.#armedAt = this.#clock.monotonic();
    this.#timer = this.#clock.after(Math.min(this.#stepMs, this.#remaining), () => this.#tick());
  }

  #tick(): void {
    // A step that took more than twice its time was not waited for by anyone: the machine slept, or main was stopped.
    const elapsed = Math.min(this.#clock.monotonic() - this.#armedAt, 2 * this.#stepMs);
    this.#remaining -= elapsed;
    if (this.#remaining > 0) {
      this.#arm();
      return;
    }
    const expire = this.#onExpire;
    this.cancel();
    expire?.();
  }
}

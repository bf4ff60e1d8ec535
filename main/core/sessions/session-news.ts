/**
 * Says that sessions have begun or ended: at once, and then no more often than every so many milliseconds, however many
 * programs come for a single request. Made by the control plane.
 */
import type { Clock, Timer } from '../../../kit/clock.ts';

/** Tells of changes, the last of them always. */
export class SessionNews {
  readonly #clock: Clock;
  readonly #everyMs: number;
  readonly #tell: () => void;
  #wait: Timer | null = null;
  #more = false;

  constructor(clock: Clock, everyMs: number, tell: () => void) {
    this.#clock = clock;
    this.#everyMs = everyMs;
    this.#tell = tell;
  }

  /** Something has changed. */
  readonly changed = (): void => {
    if (this.#wait !== null) {
      this.#more = true;
      return;
    }
    this.#more = false;
    this.#wait = this.#clock.after(this.#everyMs, () => {
      this.#wait = null;
      if (this.#more) this.changed();
    });
    this.#tell();
  };

  close(): void {
    this.#wait?.cancel();
  }
}

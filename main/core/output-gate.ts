/**
 * Lets a bounded number of a daemon's output lines into main's log: a daemon that writes without end must not keep
 * main busy. Lines for crash records are kept elsewhere and do not pass here. Used by the control plane.
 */
import type { Clock } from '../../kit/clock.ts';

interface Window {
  startedAt: number;
  passed: number;
  held: number;
}

const WINDOW_MS = 1_000;

/** Counts lines by source in windows of a second. */
export class OutputGate {
  readonly #clock: Clock;
  readonly #linesPerSecond: number;
  readonly #windows = new Map<string, Window>();

  constructor(clock: Clock, linesPerSecond: number) {
    this.#clock = clock;
    this.#linesPerSecond = linesPerSecond;
  }

  /** Whether a line of `source` may pass, and how many were held back in the seconds before it. */
  admit(source: string): { readonly pass: boolean; readonly heldBefore: number } {
    const now = this.#clock.monotonic();
    let window = this.#windows.get(source);
    let heldBefore = 0;
    if (window === undefined || now - window.startedAt >= WINDOW_MS) {
      heldBefore = window?.held ?? 0;
      window = { startedAt: now, passed: 0, held: 0 };
      this.#windows.set(source, window);
    }
    const pass = window.passed < this.#linesPerSecond;
    if (pass) window.passed++;
    else window.held++;
    return { pass, heldBefore };
  }
}

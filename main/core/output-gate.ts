/**
 * Lets a bounded number of a daemon's output lines into main's log: a daemon that writes without end must not keep
 * main busy. Lines for crash records are kept elsewhere and do not pass here. Used by the control plane.
 */
import type { Counts } from '../../daemons/runtime/telemetry/counted-instrument.ts';
import type { Clock } from '../../kit/clock.ts';
import { Rate, TokenBucket } from '../../kit/token-bucket.ts';

interface Source {
  readonly bucket: TokenBucket;
  /** Lines held back that nobody was told of. */
  held: number;
  toldAt: number;
}

/** Lines that were held back are told of at most this often, in milliseconds. */
const TELL_MS = 1_000;

/** Counts lines by source. There are as many as daemons. */
export class OutputGate {
  readonly #clock: Clock;
  readonly #rate: Rate;
  readonly #sources = new Map<string, Source>();
  #passed = 0;
  #held = 0;

  constructor(clock: Clock, linesPerSecond: number) {
    this.#clock = clock;
    this.#rate = new Rate({ burst: linesPerSecond, tokens: linesPerSecond, perMs: 1_000 });
  }

  /** Daemons that have written, and the lines that passed and were held back so far. */
  get counts(): Counts<'limiter'> {
    return { depth: this.#sources.size, completed: this.#passed, rejected: this.#held };
  }

  /** Whether a line of `source` may pass, and how many were held back before it that nobody was told of. */
  admit(source: string): { readonly pass: boolean; readonly heldBefore: number } {
    const now = this.#clock.monotonic();
    let state = this.#sources.get(source);
    if (state === undefined) {
      state = { bucket: new TokenBucket(this.#rate, now), held: 0, toldAt: now };
      this.#sources.set(source, state);
    }
    const pass = state.bucket.take(1, now);
    let heldBefore = 0;
    if (state.held > 0 && now - state.toldAt >= TELL_MS) {
      heldBefore = state.held;
      state.held = 0;
      state.toldAt = now;
    }
    if (pass) this.#passed++;
    else {
      state.held++;
      this.#held++;
    }
    return { pass, heldBefore };
  }
}

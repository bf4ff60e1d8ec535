/**
 * Says when threads end unasked so often that another one helps nobody: whatever ends them does so again, and their connections are lost
 * each time. Used by sharded-front.ts and net-server.ts.
 */
import { limits } from '../../limits.ts';

/** Ends the process with an error that nobody catches, whoever has called. */
export function endProcessWith(text: string): void {
  setImmediate(() => {
    throw new Error(text);
  });
}

/** The ends of late. */
export class UnaskedEnds {
  readonly #most: number;
  readonly #withinMs: number;
  /** When they were, the oldest first; at most as many as are borne. */
  #at: number[] = [];

  constructor(most: number = limits.threadEnds.default, withinMs: number = limits.threadEndsMs.default) {
    this.#most = most;
    this.#withinMs = withinMs;
  }

  /** Notes one; answers whether it is one too many. @param nowMs of a clock that never goes back */
  areTooMany(nowMs: number): boolean {
    this.#at = this.#at.filter((at) => nowMs - at < this.#withinMs);
    if (this.#at.length >= this.#most) return true;
    this.#at.push(nowMs);
    return false;
  }
}

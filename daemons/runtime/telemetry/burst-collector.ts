/**
 * Gives memory back after a burst of disconnects. V8 collects old objects when the heap has grown enough, not when they
 * die, so after thousands of short connections the process would keep their garbage for as long as it is quiet. Used by
 * the daemons that clients connect to.
 */
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { limits } from '../limits.ts';

const MIN_CLOSED = limits.burstClosed.default;
const QUIET_MS = limits.burstQuietMs.default;
const MAX_OPEN = limits.burstMaxOpen.default;
/** Garbage that any disconnect leaves; what was held for the client counts in units of this. */
const GARBAGE_BYTES = 8 * 1024;

let exposed: (() => void) | null = null;

/** A full garbage collection. Pauses the thread for a few milliseconds per 10 MB of live objects. */
function collectGarbage(): void {
  if (exposed === null) {
    setFlagsFromString('--expose-gc');
    exposed = runInNewContext('gc') as () => void;
  }
  exposed();
}

/** Told of every disconnect; collects when a burst of them is over. */
export class BurstCollector {
  #closed = 0;
  #timer: NodeJS.Timeout | null = null;
  readonly #openConnections: () => number;
  readonly #collect: () => void;

  /**
   * @param openConnections how many are open now: with many, the pause would be noticed and is not made.
   * @param collect for tests: what is called instead of the garbage collector.
   */
  constructor(openConnections: () => number, collect: () => void = collectGarbage) {
    this.#openConnections = openConnections;
    this.#collect = collect;
  }

  /**
   * Counts a socket that is gone. After many of them, or few for which much was held, and a quiet time the garbage is
   * collected once.
   * @param heldBytes what was held for it until it ended
   */
  connectionGone(heldBytes = 0): void {
    this.#closed += 1 + heldBytes / GARBAGE_BYTES;
    if (this.#closed < MIN_CLOSED) return;
    if (this.#timer === null) this.#timer = setTimeout(() => this.#afterQuiet(), QUIET_MS);
    else this.#timer.refresh();
  }

  /** Stops the timer. */
  close(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
  }

  #afterQuiet(): void {
    this.#timer = null;
    this.#closed = 0;
    if (this.#openConnections() <= MAX_OPEN) this.#collect();
  }
}

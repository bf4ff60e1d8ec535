/**
 * A word in shared memory at which threads wait for something to become true, without polling. Whoever makes it true wakes them;
 * as long as nobody waits, that costs one look. Used by the parts of the async library that several threads share.
 */

/** The longest time that a timer has, in milliseconds: it only keeps the loop alive. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

/** One thing that threads wait for. Every thread has one on the same words. */
export class SharedSignal {
  readonly #words: Int32Array;
  readonly #signal: number;
  readonly #waiters: number;

  /**
   * @param words shared memory
   * @param signal index of the word that counts up at each waking
   * @param waiters index of the word that says how many wait
   */
  constructor(words: Int32Array, signal: number, waiters: number) {
    this.#words = words;
    this.#signal = signal;
    this.#waiters = waiters;
  }

  /** Whether somebody waits. Looked at after what they wait for was made true, so that nobody is missed. */
  get awaited(): boolean {
    return Atomics.load(this.#words, this.#waiters) > 0;
  }

  /** Wakes so many of those that wait; by default all. */
  wake(count = Number.POSITIVE_INFINITY): void {
    Atomics.add(this.#words, this.#signal, 1);
    Atomics.notify(this.#words, this.#signal, count);
  }

  /** Resolves when `isTrue` answers true. Takes no time of the loop meanwhile, and keeps it alive. */
  async until(isTrue: () => boolean): Promise<void> {
    const words = this.#words;
    let keptAlive: NodeJS.Timeout | null = null;
    try {
      for (;;) {
        const signal = Atomics.load(words, this.#signal);
        Atomics.add(words, this.#waiters, 1);
        try {
          if (isTrue()) return;
          const waiting = Atomics.waitAsync(words, this.#signal, signal);
          if (!waiting.async) continue;
          // Waiting alone does not.
          keptAlive ??= setTimeout(() => {}, LONGEST_TIMER_MS);
          await waiting.value;
        } finally {
          Atomics.sub(words, this.#waiters, 1);
        }
      }
    } finally {
      if (keptAlive !== null) clearTimeout(keptAlive);
    }
  }

  /**
   * Stands still until `isTrue` answers true or the time of `performance.now()` is `untilMs`. Only for threads that may.
   * @returns whether it is true
   */
  block(isTrue: () => boolean, untilMs: number): boolean {
    const words = this.#words;
    for (;;) {
      const signal = Atomics.load(words, this.#signal);
      Atomics.add(words, this.#waiters, 1);
      try {
        if (isTrue()) return true;
        const left = untilMs - performance.now();
        if (left <= 0) return false;
        Atomics.wait(words, this.#signal, signal, left);
      } finally {
        Atomics.sub(words, this.#waiters, 1);
      }
    }
  }
}

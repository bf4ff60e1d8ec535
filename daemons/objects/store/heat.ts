/**
 * How often objects are asked for of late, in memory that all threads share: a counter for the hash of each URI. It decides of which
 * objects the cache directory has a copy. Counting is one addition, without a message.
 */
import { SLOTS } from './generations.ts';

/** The counters of one store, as each thread has them. Slots are those of `Generations`. */
export class Heat {
  readonly memory: SharedArrayBuffer;
  readonly #counters: Uint32Array;

  constructor(memory = new SharedArrayBuffer(SLOTS * Uint32Array.BYTES_PER_ELEMENT)) {
    this.memory = memory;
    this.#counters = new Uint32Array(memory);
  }

  /** An object was asked for. Answers how often that was of late. */
  touch(slot: number): number {
    return Atomics.add(this.#counters, slot, 1) + 1;
  }

  at(slot: number): number {
    return Atomics.load(this.#counters, slot);
  }

  /** What was counted so far weighs half from here on; what is counted meanwhile may be lost, which is no harm. */
  cool(): void {
    for (let slot = 0; slot < this.#counters.length; slot++)
      this.#counters[slot] = this.#counters[slot]! >>> 1;
  }
}

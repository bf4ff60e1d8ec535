/**
 * Counters in memory that all threads share, by which a thread knows that a descriptor it keeps is of an object that was put,
 * deleted or renamed since: no message has to arrive first. An object has the counter of its URI's hash, which it shares with some
 * others; a change of those only costs an open.
 *
 * Who changes an object bumps after the change on disk and before the answer. Who opens one reads the counter before opening.
 */
import { SharedSignal } from '../../runtime/async/shared-signal.ts';

/** Counters. With 100,000 objects in use a change makes some other two be opened again. */
const COUNTERS = 65_536;
/** Words before the counters: changes so far, the signal and the waiters of {@link SharedSignal}. */
const CHANGES = 0;
const SIGNAL = 1;
const WAITERS = 2;
const HEADER_WORDS = 4;
/** Slots that {@link Generations.slotOf} gives are below this. */
export const SLOTS = HEADER_WORDS + COUNTERS;

/** The counters of one store, as each thread has them. */
export class Generations {
  /** Given to other threads in a message. */
  readonly memory: SharedArrayBuffer;
  readonly #words: Int32Array;
  readonly #signal: SharedSignal;

  constructor(memory = new SharedArrayBuffer(SLOTS * Int32Array.BYTES_PER_ELEMENT)) {
    this.memory = memory;
    this.#words = new Int32Array(memory);
    this.#signal = new SharedSignal(this.#words, SIGNAL, WAITERS);
  }

  /** Which counter a URI has. */
  slotOf(uri: string): number {
    // FNV-1a over UTF-16 units: spread evenly, and no allocation.
    let hash = 0x811c9dc5;
    for (let i = 0; i < uri.length; i++) hash = Math.imul(hash ^ uri.charCodeAt(i), 0x01000193);
    return HEADER_WORDS + ((hash ^ (hash >>> 16)) & (COUNTERS - 1));
  }

  /** The counter at a slot of {@link slotOf}. */
  at(slot: number): number {
    return Atomics.load(this.#words, slot);
  }

  /** An object has changed: no thread uses what it has of it from here on. */
  bump(uri: string): void {
    Atomics.add(this.#words, this.slotOf(uri), 1);
    this.#changed();
  }

  /** Every object may have changed. */
  bumpAll(): void {
    for (let slot = HEADER_WORDS; slot < SLOTS; slot++) Atomics.add(this.#words, slot, 1);
    this.#changed();
  }

  /** How often something has changed, modulo 2^32. */
  get changes(): number {
    return Atomics.load(this.#words, CHANGES);
  }

  /** Resolves when something has changed since {@link changes} was `since`, or when `given` answers up; wakes nobody in between. */
  changedSince(since: number, givenUp: () => boolean): Promise<void> {
    return this.#signal.until(() => this.changes !== since || givenUp());
  }

  /** Has everybody who waits look again, such as whether they have given up. */
  wake(): void {
    this.#signal.wake();
  }

  #changed(): void {
    Atomics.add(this.#words, CHANGES, 1);
    if (this.#signal.awaited) this.#signal.wake();
  }
}

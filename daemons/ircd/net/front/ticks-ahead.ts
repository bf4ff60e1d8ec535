/**
 * Which ticks a thread with sockets has still to write, and which connections they have something for: so it is known what shared
 * memory may be used again, and which answers may go ahead. Used by IoShard.
 */
import { shared } from './records.ts';

export class TicksAhead {
  /** Of {@link shared}; the thread stores how far it is. */
  readonly #words: Int32Array;
  readonly #onTaken: (before: number) => void;
  /** Ticks that had something for it and that it has not taken, as it is known. */
  readonly #ticks: number[] = [];
  /** The tick in which something was last put in line for each connection. */
  readonly #lastOf: number[] = [];
  /** The tick that goes on. */
  #tick = 0;
  #touched = false;
  #ended = false;

  /** @param onTaken told when it is seen that the thread has taken more: all ticks before this one */
  constructor(words: Int32Array, onTaken: (before: number) => void = () => {}) {
    this.#words = words;
    this.#onTaken = onTaken;
    Atomics.store(words, shared.doneTick, -1);
  }

  /** The tick that goes on. */
  get current(): number {
    return this.#tick;
  }

  /** Ticks that it has not taken yet. */
  get count(): number {
    this.#settle();
    return this.#ticks.length;
  }

  /** The first tick of which it may still need something; `tick`, which goes on, where there is none. */
  doneBefore(tick: number): number {
    this.#settle();
    return this.#ticks[0] ?? tick;
  }

  /** Something is put in line for a connection. */
  inLine(slot: number): void {
    this.#lastOf[slot] = this.#tick;
  }

  /** What is put in line needs the memory of this tick. */
  touch(): void {
    this.#touched = true;
  }

  /** Whether something is still to be written, and nothing of it is for this connection. */
  isFree(slot: number): boolean {
    if (this.count === 0) return false;
    const done = Atomics.load(this.#words, shared.doneTick);
    return ((this.#lastOf[slot]! - done) | 0) <= 0;
  }

  /** The tick is over; answers whether it had something for the thread, which is to be told of its end then. */
  endTick(tick: number): boolean {
    this.#tick = (tick + 1) | 0;
    if (!this.#touched) return false;
    this.#touched = false;
    this.#ticks.push(tick);
    return true;
  }

  /** The thread is gone, and writes nothing more. */
  end(): void {
    this.#ended = true;
  }

  #settle(): void {
    const ticks = this.#ticks;
    if (ticks.length === 0) return;
    const done = Atomics.load(this.#words, shared.doneTick);
    let count = 0;
    while (count < ticks.length && (this.#ended || ((ticks[count]! - done) | 0) <= 0)) count++;
    if (count === 0) return;
    ticks.splice(0, count);
    this.#onTaken(ticks[0] ?? this.#tick);
  }
}

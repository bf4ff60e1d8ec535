/**
 * The frames that wait for one client, oldest first: a ring that holds references to shared frames. The bound and
 * what happens at it are connection.ts's business; dropping here takes whole frames only, and those already handed
 * to the socket are no longer in the queue, so a frame is never cut.
 */
import type { Frame } from './frame.ts';

const FIRST_CAPACITY = 16;
/** An empty queue with a larger ring lets go of it. */
const KEEP_CAPACITY = 256;

/** Grows by doubling; bounded by its owner. */
export class SendQueue {
  #ring: (Frame | undefined)[] = [];
  #head = 0;
  #size = 0;
  #bytes = 0;

  /** Frames waiting. */
  get size(): number {
    return this.#size;
  }

  /** Their bytes, lengths included. */
  get bytes(): number {
    return this.#bytes;
  }

  push(frame: Frame): void {
    if (this.#size === this.#ring.length) this.#grow();
    this.#ring[(this.#head + this.#size) & (this.#ring.length - 1)] = frame;
    this.#size++;
    this.#bytes += frame.size;
  }

  /** The frame at `index` from the oldest, which must be below {@link size}. */
  at(index: number): Frame {
    return this.#ring[(this.#head + index) & (this.#ring.length - 1)]!;
  }

  /** Removes the `count` oldest frames, at most {@link size}. */
  take(count: number): void {
    const mask = this.#ring.length - 1;
    for (let i = 0; i < count; i++) {
      this.#bytes -= this.#ring[this.#head]!.size;
      this.#ring[this.#head] = undefined;
      this.#head = (this.#head + 1) & mask;
    }
    this.#size -= count;
    if (this.#size === 0 && this.#ring.length > KEEP_CAPACITY) {
      this.#ring = [];
      this.#head = 0;
    }
  }

  /** Removes the oldest data frame and returns it; undefined when only control frames wait. */
  dropOldest(): Frame | undefined {
    const mask = this.#ring.length - 1;
    let index = 0;
    while (index < this.#size && this.at(index).control) index++;
    if (index === this.#size) return undefined;
    const dropped = this.at(index);
    // The control frames before it move up by one place.
    for (let i = index; i > 0; i--) this.#ring[(this.#head + i) & mask] = this.at(i - 1);
    this.#ring[this.#head] = undefined;
    this.#head = (this.#head + 1) & mask;
    this.#size--;
    this.#bytes -= dropped.size;
    return dropped;
  }

  clear(): void {
    this.#ring = [];
    this.#head = 0;
    this.#size = 0;
    this.#bytes = 0;
  }

  #grow(): void {
    const old = this.#ring;
    const ring: (Frame | undefined)[] = new Array(old.length === 0 ? FIRST_CAPACITY : old.length * 2);
    for (let i = 0; i < this.#size; i++) ring[i] = old[(this.#head + i) & (old.length - 1)];
    this.#ring = ring;
    this.#head = 0;
  }
}

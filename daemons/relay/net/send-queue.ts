/**
 * The frames that wait for one client, oldest first: a ring that holds references to shared frames. The bound and
 * what happens at it are connection.ts's business; dropping here takes whole frames only, and those already handed
 * to the socket are no longer in the queue, so a frame is never cut.
 */
import type { Frame } from '../protocol/frame.ts';
import type { HeldMemory } from './held-memory.ts';

const FIRST_CAPACITY = 16;
/** An empty queue with a larger ring lets go of it: besides, writing young frames into an old ring costs more than a new one. */
const KEEP_CAPACITY = 256;
/** A place in a ring. */
const PLACE_BYTES = 8;
/** What a frame takes beside its bytes: the object, and the buffer where it has one of its own. */
const FRAME_BYTES = 200;

/** Grows by doubling; bounded by its owner. */
export class SendQueue {
  readonly #memory: HeldMemory;
  #ring: (Frame | undefined)[] = [];
  #head = 0;
  #size = 0;
  #bytes = 0;
  /** Whether {@link #memory} knows of the frames; not while they leave with the tick that brought them. */
  #counted = false;
  /** Control frames among those counted. */
  #controls = 0;

  /** @param memory is told what the queue holds; a frame that waits in several queues is counted once. */
  constructor(memory: HeldMemory) {
    this.#memory = memory;
  }

  /** Frames waiting. */
  get size(): number {
    return this.#size;
  }

  /** Their bytes, lengths included. */
  get bytes(): number {
    return this.#bytes;
  }

  /** What this queue answers for: its frames, whoever else they wait for, and its bookkeeping. */
  get heldBytes(): number {
    return this.#bytes + this.#size * FRAME_BYTES + this.#ring.length * PLACE_BYTES;
  }

  push(frame: Frame): void {
    if (this.#size === this.#ring.length) this.#grow();
    this.#ring[(this.#head + this.#size) & (this.#ring.length - 1)] = frame;
    this.#size++;
    this.#bytes += frame.size;
    if (this.#counted) this.#count(frame);
  }

  /** The client lags: what waits for it is memory that is held, until the queue is empty again. */
  lag(): void {
    if (this.#counted || this.#size === 0) return;
    this.#counted = true;
    for (let i = 0; i < this.#size; i++) this.#count(this.at(i));
  }

  /** The frame at `index` from the oldest, which must be below {@link size}. */
  at(index: number): Frame {
    return this.#ring[(this.#head + index) & (this.#ring.length - 1)]!;
  }

  /** Removes the `count` oldest frames, at most {@link size}. */
  take(count: number): void {
    const mask = this.#ring.length - 1;
    for (let i = 0; i < count; i++) {
      this.#letGo(this.#ring[this.#head]!);
      this.#ring[this.#head] = undefined;
      this.#head = (this.#head + 1) & mask;
    }
    this.#size -= count;
    if (this.#size === 0) this.#counted = false;
    if (this.#size === 0 && this.#ring.length > KEEP_CAPACITY) this.#setRing([]);
  }

  /** Removes the oldest data frame and returns it; undefined when only control frames wait. */
  dropOldest(): Frame | undefined {
    this.lag();
    if (this.#controls === this.#size) return undefined;
    const mask = this.#ring.length - 1;
    let index = 0;
    while (this.at(index).control) index++;
    const dropped = this.at(index);
    // The control frames before it move up by one place.
    for (let i = index; i > 0; i--) this.#ring[(this.#head + i) & mask] = this.at(i - 1);
    this.#ring[this.#head] = undefined;
    this.#head = (this.#head + 1) & mask;
    this.#size--;
    this.#letGo(dropped);
    if (this.#size === 0) this.#counted = false;
    return dropped;
  }

  /** Removes everything. */
  clear(): void {
    for (let i = 0; i < this.#size; i++) this.#letGo(this.at(i));
    this.#size = 0;
    this.#counted = false;
    this.#setRing([]);
  }

  #count(frame: Frame): void {
    if (frame.control) this.#controls++;
    if (frame.queues++ === 0) this.#memory.sendBytes += frame.size + FRAME_BYTES;
  }

  #letGo(frame: Frame): void {
    this.#bytes -= frame.size;
    if (!this.#counted) return;
    if (frame.control) this.#controls--;
    if (--frame.queues === 0) this.#memory.sendBytes -= frame.size + FRAME_BYTES;
  }

  #grow(): void {
    const old = this.#ring;
    const ring: (Frame | undefined)[] = new Array(old.length === 0 ? FIRST_CAPACITY : old.length * 2);
    for (let i = 0; i < this.#size; i++) ring[i] = old[(this.#head + i) & (old.length - 1)];
    this.#setRing(ring);
  }

  #setRing(ring: (Frame | undefined)[]): void {
    this.#memory.sendBytes += (ring.length - this.#ring.length) * PLACE_BYTES;
    this.#ring = ring;
    this.#head = 0;
  }
}

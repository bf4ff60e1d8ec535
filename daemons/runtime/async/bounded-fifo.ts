/**
 * A queue within one thread: first in, first out, bounded by entries and by bytes, with figures. It has room while it holds fewer
 * entries and fewer bytes than it may, so that one entry may go beyond the bytes. Nobody waits in it: who uses it says what happens
 * while it is full. Used by DuplexChannel.
 */

export interface BoundedFifoOptions {
  /** Entries that it holds at most. */
  readonly capacity: number;
  /** Bytes from which on it takes nothing more in. */
  readonly maxBytes: number;
}

/** Figures of a queue within one thread. Totals are since it was made. */
export interface FifoStats {
  /** Entries in it now. */
  readonly size: number;
  readonly bytes: number;
  readonly capacity: number;
  /** The largest size so far. */
  readonly highWater: number;
  /** Taken in. */
  readonly enqueued: number;
  /** Taken out. */
  readonly dequeued: number;
  /** Thrown away unread, by {@link BoundedFifo.clear}. */
  readonly dropped: number;
  /** Refused because there was no room. */
  readonly rejected: number;
}

/** Slots that it begins with; it grows to what it may hold. */
const FIRST_SLOTS = 16;

export class BoundedFifo<Entry> {
  readonly #capacity: number;
  readonly #maxBytes: number;
  /** Rings, as long as each other and a power of two. */
  #entries: (Entry | undefined)[];
  #sizes: Float64Array;
  #since: Float64Array;
  #head = 0;
  #size = 0;
  #bytes = 0;
  #highWater = 0;
  #enqueued = 0;
  #dequeued = 0;
  #dropped = 0;
  #rejected = 0;
  /** Hears how long each entry waited, in nanoseconds, when it is taken out. */
  onWait: ((ns: number) => void) | null = null;

  constructor({ capacity, maxBytes }: BoundedFifoOptions) {
    this.#capacity = capacity;
    this.#maxBytes = maxBytes;
    this.#entries = new Array<Entry | undefined>(FIRST_SLOTS).fill(undefined);
    this.#sizes = new Float64Array(FIRST_SLOTS);
    this.#since = new Float64Array(FIRST_SLOTS);
  }

  get size(): number {
    return this.#size;
  }

  get hasRoom(): boolean {
    return this.#size < this.#capacity && this.#bytes < this.#maxBytes;
  }

  /** Takes an entry in. To be called only while it {@link hasRoom}. */
  push(entry: Entry, bytes: number): void {
    if (this.#size === this.#entries.length) this.#grow();
    const slot = (this.#head + this.#size) & (this.#entries.length - 1);
    this.#entries[slot] = entry;
    this.#sizes[slot] = bytes;
    this.#since[slot] = this.onWait === null ? 0 : performance.now();
    this.#size++;
    this.#bytes += bytes;
    this.#enqueued++;
    if (this.#size > this.#highWater) this.#highWater = this.#size;
  }

  /** Takes the oldest entry out; undefined where there is none. */
  shift(): Entry | undefined {
    if (this.#size === 0) return undefined;
    const slot = this.#head;
    const entry = this.#entries[slot];
    this.#entries[slot] = undefined;
    this.#head = (slot + 1) & (this.#entries.length - 1);
    this.#size--;
    this.#bytes -= this.#sizes[slot]!;
    this.#dequeued++;
    const since = this.#since[slot]!;
    if (this.onWait !== null && since > 0) this.onWait((performance.now() - since) * 1e6);
    return entry;
  }

  /** Counts an entry that was refused. */
  reject(): void {
    this.#rejected++;
  }

  /** Throws away what is in it. */
  clear(): void {
    this.#dropped += this.#size;
    this.#entries.fill(undefined);
    this.#size = 0;
    this.#bytes = 0;
  }

  stats(): FifoStats {
    return {
      size: this.#size,
      bytes: this.#bytes,
      capacity: this.#capacity,
      highWater: this.#highWater,
      enqueued: this.#enqueued,
      dequeued: this.#dequeued,
      dropped: this.#dropped,
      rejected: this.#rejected,
    };
  }

  #grow(): void {
    const { length } = this.#entries;
    const order = Array.from({ length }, (_, i) => (this.#head + i) & (length - 1));
    const sizes = new Float64Array(length * 2);
    const since = new Float64Array(length * 2);
    const entries = new Array<Entry | undefined>(length * 2).fill(undefined);
    for (const [at, slot] of order.entries()) {
      entries[at] = this.#entries[slot];
      sizes[at] = this.#sizes[slot]!;
      since[at] = this.#since[slot]!;
    }
    this.#entries = entries;
    this.#sizes = sizes;
    this.#since = since;
    this.#head = 0;
  }
}

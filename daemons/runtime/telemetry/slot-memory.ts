/**
 * Memory for the values of metrics that grows without moving what is there: chunks, each a SharedArrayBuffer of its own.
 * A handle keeps its chunk for ever, and a thread has one of the same size beside each. Owned by the MetricRegistry.
 */

/** Slots of a chunk beyond the first: 2 kB, some thirty histograms. */
const CHUNK_SLOTS = 256;

/** Where the values of a series are. */
export interface Place {
  /** Index of the chunk. */
  readonly chunk: number;
  /** First slot within it. */
  readonly slot: number;
  /** Slots that it takes. */
  readonly width: number;
}

/** A chunk of `slots` values, all zero. */
export function sharedSlots(slots: number): Float64Array {
  return new Float64Array(new SharedArrayBuffer(slots * Float64Array.BYTES_PER_ELEMENT));
}

/** The chunks of the thread that samples, and which of their slots are free. */
export class SlotMemory {
  readonly #chunks: Float64Array[];
  /** By width. */
  readonly #free = new Map<number, Place[]>();
  #used = 0;

  /** The first chunk has `firstSlots`, for what is known from the start. */
  constructor(firstSlots: number) {
    this.#chunks = [sharedSlots(firstSlots)];
  }

  get chunks(): readonly Float64Array[] {
    return this.#chunks;
  }

  /** Slots that are zero; those of a place that was given back before new ones. */
  allocate(width: number): Place {
    const free = this.#free.get(width)?.pop();
    if (free !== undefined) return free;
    let chunk = this.#chunks.length - 1;
    if (this.#used + width > this.#chunks[chunk]!.length) {
      // What is left of a chunk is too narrow for a histogram, not for counters.
      for (; this.#used < this.#chunks[chunk]!.length; this.#used++)
        this.#give({ chunk, slot: this.#used, width: 1 });
      chunk = this.#chunks.push(sharedSlots(CHUNK_SLOTS)) - 1;
      this.#used = 0;
    }
    const slot = this.#used;
    this.#used += width;
    return { chunk, slot, width };
  }

  /** Gives a place back, to which nobody may write any more. */
  release(place: Place): void {
    this.#chunks[place.chunk]!.fill(0, place.slot, place.slot + place.width);
    this.#give(place);
  }

  #give(place: Place): void {
    const free = this.#free.get(place.width);
    if (free === undefined) this.#free.set(place.width, [place]);
    else free.push(place);
  }
}

/**
 * Writes down what connections of one thread are sent in a tick: ranges of the shared lines, each set of them once for all
 * connections that follow one another with the same. Used by IoShard.
 */
import { type Arena, SLAB_BYTES } from '../arena.ts';
import type { RangeList } from '../tick-writer.ts';
import type { RecordWriter } from './record-writer.ts';
import { MESSAGE_WORDS, READ_BYTES, toThread } from './records.ts';

/** Ranges of one record, which fits a message and leaves room for connections. */
export const MOST_RANGES = MESSAGE_WORDS / 4;
const SLAB_MASK = SLAB_BYTES - 1;

export class RangeWriter {
  readonly #out: RecordWriter;
  readonly #lines: SharedArrayBuffer;
  readonly #arena: () => Arena;
  readonly #onCopy: (slot: number, bytes: number) => void;
  /** What is current for the connections that follow, while the tick goes on; of length -1 where nothing is. */
  #bounds = new Int32Array(0);
  #length = -1;

  /**
   * @param lines the memory that the thread sees
   * @param arena the one that ranges are of
   * @param onCopy told of bytes that are copied for one connection alone
   */
  constructor(
    out: RecordWriter,
    lines: SharedArrayBuffer,
    arena: () => Arena,
    onCopy: (slot: number, bytes: number) => void = () => {},
  ) {
    this.#out = out;
    this.#lines = lines;
    this.#arena = arena;
    this.#onCopy = onCopy;
  }

  /** Ranges of the tick for a connection: one that is sent the same as the one before costs a word. */
  ranges(slot: number, ranges: RangeList): void {
    if (this.#isCurrent(ranges)) this.#out.word(slot);
    else this.#newRanges(slot, ranges);
  }

  /** Bytes for one connection. */
  bytes(slot: number, bytes: Uint8Array): void {
    this.#length = -1;
    this.#onCopy(slot, bytes.length);
    for (let from = 0; from < bytes.length; from += READ_BYTES) {
      this.#out.recordWith(toThread.bytes, 0, bytes, from, Math.min(bytes.length, from + READ_BYTES));
      this.#out.word(slot);
    }
  }

  /** The tick is over: its ranges mean something else in the next. */
  endTick(): void {
    this.#length = -1;
  }

  #isCurrent({ bounds, length }: RangeList): boolean {
    if (this.#length !== length) return false;
    const mine = this.#bounds;
    for (let i = 0; i < length; i++) if (mine[i] !== bounds[i]) return false;
    return true;
  }

  #newRanges(slot: number, ranges: RangeList): void {
    const arena = this.#arena();
    const { bounds, length } = ranges;
    let from = 0;
    let bytes = 0;
    for (let i = 0; i < length; i += 2) {
      const size = bounds[i + 1]! - bounds[i]!;
      const slab = arena.slabAt(bounds[i]!);
      const apart = slab.bytes.buffer !== (this.#lines as ArrayBufferLike);
      if (i > from && (apart || bytes + size > SLAB_BYTES || i - from >= MOST_RANGES)) {
        this.#part(slot, arena, bounds, from, i);
        from = i;
        bytes = 0;
      }
      bytes += size;
      if (!apart) continue;
      // Shared memory was full when this was serialized.
      const start = bounds[i]! & SLAB_MASK;
      this.bytes(slot, slab.bytes.subarray(start, start + size));
      from = i + 2;
      bytes = 0;
    }
    if (from < length) this.#part(slot, arena, bounds, from, length);
    if (from === 0) this.#keep(ranges);
    else this.#length = -1;
  }

  #part(slot: number, arena: Arena, bounds: Int32Array, from: number, end: number): void {
    const count = (end - from) >> 1;
    const at = this.#out.take(2 + 2 * count);
    const { words } = this.#out;
    words[at] = toThread.ranges;
    words[at + 1] = count;
    for (let i = from, to = at + 2; i < end; i += 2, to += 2) {
      const start = bounds[i]!;
      const first = arena.slabAt(start).bytes.byteOffset + (start & SLAB_MASK);
      words[to] = first;
      words[to + 1] = first + bounds[i + 1]! - start;
    }
    this.#out.word(slot);
  }

  #keep({ bounds, length }: RangeList): void {
    if (this.#bounds.length < length) this.#bounds = new Int32Array(length * 2);
    for (let i = 0; i < length; i++) this.#bounds[i] = bounds[i]!;
    this.#length = length;
  }
}

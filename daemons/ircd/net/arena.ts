/**
 * The memory a tick writes its lines into. Each message variant is serialized once, here; connections keep
 * only ranges of it until the flush at the end of the tick, after which the same slabs serve the next tick.
 * Used by the server (flush) and, through {@link Outbox}, by the protocol.
 */
import type { Chunk, Outbox } from './connection.ts';

/** Slabs are 2^16 bytes, so that a position in the arena splits into slab and offset by a shift. */
export const SLAB_SHIFT = 16;
export const SLAB_BYTES = 1 << SLAB_SHIFT;

/** The base of a slab whose tick is over: it makes every position negative, which push() refuses. */
const EXPIRED = -0x4000_0000;

/** Slabs kept for later ticks. 64 hold 4 MiB, the most a tick may serialize before it flushes early. */
const MAX_SPARE_SLABS = 64;

/** One block of the arena, as it is in one tick. */
export class Slab {
  readonly bytes: Buffer;
  /** Where the slab lies in the arena's address space: its index in the tick times {@link SLAB_BYTES}. */
  base: number;
  /** Set while a write that the kernel has not finished still reads from it: it must not be reused. */
  pinned = false;

  constructor(bytes: Buffer, base: number) {
    this.bytes = bytes;
    this.base = base;
  }
}

/** All slabs of the current tick. A position is `slab.base + offset`; a range never crosses a slab. */
export class Arena implements Outbox {
  private slabs: Slab[] = [];
  private spare: Buffer[] = [];
  private current: Slab;
  private used = 0;
  /** Called with each first line of a tick, so that the owner schedules the flush. */
  private readonly onFirstLine: () => void;

  constructor(onFirstLine: () => void = () => {}) {
    this.onFirstLine = onFirstLine;
    this.current = this.addSlab();
  }

  /** Bytes of slabs in use by this tick. */
  get sizeBytes(): number {
    return (this.slabs.length - 1) * SLAB_BYTES + this.used;
  }

  encode(line: string): Chunk {
    // A UTF-16 unit needs at most 3 bytes of UTF-8. One byte stays free so that two slabs never touch.
    const worst = line.length * 3 + 2;
    let room = SLAB_BYTES - 1 - this.used;
    if (worst > room) {
      const size = Buffer.byteLength(line) + 2;
      if (size > SLAB_BYTES - 1) throw new RangeError(`a line of ${size} bytes does not fit a slab`);
      if (size > room) {
        this.current = this.addSlab();
        this.used = 0;
        room = SLAB_BYTES - 1;
      }
    }
    const slab = this.current;
    const start = this.used;
    if (start === 0 && slab.base === 0) this.onFirstLine();
    const bytes = slab.bytes;
    let end = start + bytes.write(line, start, 'utf8');
    bytes[end++] = 13;
    bytes[end++] = 10;
    this.used = end;
    return { slab, start, end };
  }

  /** The slab that holds a position. */
  slabAt(position: number): Slab {
    return this.slabs[position >> SLAB_SHIFT] as Slab;
  }

  /** Ends the tick: every chunk of it expires, and slabs that no unfinished write reads are reused. */
  reset(): void {
    for (const slab of this.slabs) {
      slab.base = EXPIRED;
      if (!slab.pinned && this.spare.length < MAX_SPARE_SLABS) this.spare.push(slab.bytes);
    }
    this.slabs = [];
    this.used = 0;
    this.current = this.addSlab();
  }

  private addSlab(): Slab {
    const bytes = this.spare.pop() ?? Buffer.allocUnsafeSlow(SLAB_BYTES);
    const slab = new Slab(bytes, this.slabs.length << SLAB_SHIFT);
    this.slabs.push(slab);
    return slab;
  }
}

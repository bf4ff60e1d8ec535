/**
 * The memory a tick writes its lines into. Each message variant is serialized once, here; connections keep
 * only ranges of it until the flush at the end of the tick, after which the same slabs serve the next tick.
 * Used by the server (flush) and, through {@link Outbox}, by the protocol.
 */
import { discardBuffer } from '../../runtime/net/discard-buffer.ts';
import { FRAME_HEADER_BYTES, writeFrame } from '../../runtime/net/websocket-frame.ts';
import type { Counts } from '../../runtime/telemetry/counted-instrument.ts';
import { type Chunk, FRAMING, type Framing, type Outbox } from './connection.ts';

/** Slabs are 2^16 bytes, so that a position in the arena splits into slab and offset by a shift. */
const SLAB_SHIFT = 16;
export const SLAB_BYTES = 1 << SLAB_SHIFT;
/**
 * Slabs come two at a time, in one block: that is above `DAEMON_MALLOC_ENV` of main/core/daemon-launcher.ts, so that the C library
 * maps it and unmaps it when it is discarded.
 */
const BLOCK_BYTES = 2 * SLAB_BYTES;

/** The base of a slab whose tick is over: it makes every position negative, which push() refuses. */
const EXPIRED = -0x4000_0000;

/** Slabs kept for later ticks. 64 hold 4 MiB, the most a tick may serialize before it flushes early. */
const MAX_SPARE_SLABS = 64;
/** Slabs that stay: more than ticks of a quiet server need. */
const KEPT_SLABS = 8;
/** In a time this long it is seen how many slabs are needed; the others are given back. */
const TRIM_MS = 1_000;

/** One block of the arena, as it is in one tick. */
export class Slab {
  readonly bytes: Buffer;
  /** Where the slab lies in the arena's address space: its index in the tick times {@link SLAB_BYTES}. */
  base: number;

  constructor(bytes: Buffer, base: number) {
    this.bytes = bytes;
    this.base = base;
  }
}

/** What would end a line becomes a space; a line without it, which is nearly each, costs three searches and no copy. */
export function oneLine(text: string): string {
  if (!text.includes('\n') && !text.includes('\r') && !text.includes('\0')) return text;
  return text.replaceAll(/[\r\n\0]/g, ' ');
}

/** Memory of slabs that outlive their tick, because other threads write from them. */
export interface SlabSource {
  /** A slab, or null where there is none left. */
  takeSlab(): Buffer | null;
  /** Takes a slab back whose tick ends; false where it is none of its own. */
  retireSlab(bytes: Buffer): boolean;
  /** All slabs of a tick were given back. */
  endTick(): void;
}

/** Where the next line of one kind goes. */
interface Lane {
  slab: Slab | null;
  used: number;
}

/**
 * All slabs of the current tick. A position is `slab.base + offset`; a range never crosses a slab.
 *
 * Lines of different lanes lie in different slabs. Members of a channel that differ in capabilities each get
 * every message in their own variant; with a lane for each variant their lines still lie side by side and are one
 * range instead of one for each line.
 */
export class Arena implements Outbox {
  #slabs: Slab[] = [];
  #spare: Buffer[] = [];
  readonly #lanes: Lane[] = [{ slab: null, used: 0 }];
  readonly #privateLane: Lane = { slab: null, used: 0 };
  #total = 0;
  #mostSlabs = 0;
  /** The most slabs of a tick since it was last looked whether some can be given back. */
  #lately = 0;
  #trimTimer: NodeJS.Timeout | null = null;
  #given = 0;
  /** Called with each first line of a tick, so that the owner schedules the flush. */
  readonly #onFirstLine: () => void;
  readonly #source: SlabSource | null;

  /** @param source where slabs come from first; what it has not is memory of its own */
  constructor(onFirstLine: () => void = () => {}, source: SlabSource | null = null) {
    this.#onFirstLine = onFirstLine;
    this.#source = source;
  }

  /** Bytes serialized in this tick. */
  get sizeBytes(): number {
    return this.#total;
  }

  /** Slabs of this tick, those that wait for the next ones, and how many ticks had so far. */
  get counts(): Counts<'slab'> {
    const active = this.#slabs.length;
    return {
      active,
      idle: this.#spare.length,
      high_water: Math.max(this.#mostSlabs, active),
      submitted: this.#given + active,
      completed: this.#given,
    };
  }

  encode(line: string, lane = 0, framing: Framing = FRAMING.line): Chunk {
    while (lane >= this.#lanes.length) this.#lanes.push({ slab: null, used: 0 });
    return this.#write(line, this.#lanes[lane]!, framing);
  }

  /** Like {@link encode}, for a line to one connection: it lies apart from those that many receive. */
  encodePrivate(line: string, framing: Framing = FRAMING.line): Chunk {
    return this.#write(line, this.#privateLane, framing);
  }

  /** Copies bytes that go to one connection as they are. */
  copyPrivate(bytes: Buffer): Chunk {
    const lane = this.#privateLane;
    const slab = this.#exactSlabFor(lane, bytes.length);
    const start = lane.used;
    lane.used = start + bytes.copy(slab.bytes, start);
    this.#total += bytes.length;
    return { slab, start, end: lane.used };
  }

  /** The slab that holds a position. */
  slabAt(position: number): Slab {
    return this.#slabs[position >> SLAB_SHIFT]!;
  }

  /** Ends the tick: every chunk of it expires, and its slabs are used again. */
  reset(): void {
    for (const slab of this.#slabs) {
      slab.base = EXPIRED;
      if (this.#source?.retireSlab(slab.bytes)) continue;
      if (this.#spare.length < MAX_SPARE_SLABS) this.#spare.push(slab.bytes);
    }
    this.#given += this.#slabs.length;
    if (this.#slabs.length > this.#mostSlabs) this.#mostSlabs = this.#slabs.length;
    if (this.#slabs.length > this.#lately) this.#lately = this.#slabs.length;
    this.#slabs = [];
    if (this.#trimTimer === null && this.#spare.length > KEPT_SLABS) this.#trimLater();
    this.#total = 0;
    this.#privateLane.slab = null;
    for (const lane of this.#lanes) lane.slab = null;
    this.#source?.endTick();
  }

  /** Gives back what no tick of the last second has needed. */
  #trimLater(): void {
    this.#trimTimer = setTimeout(() => {
      this.#trimTimer = null;
      this.#trim(Math.max(KEPT_SLABS, this.#lately - this.#slabs.length));
      const needed = this.#lately;
      this.#lately = 0;
      if (needed > 0 && this.#spare.length > KEPT_SLABS) this.#trimLater();
    }, TRIM_MS).unref();
  }

  /** Gives back blocks of which both halves are spare, while at least so many slabs are left. */
  #trim(kept: number): void {
    const alone = new Set<ArrayBufferLike>();
    let left = this.#spare.length;
    for (const { buffer } of this.#spare) {
      if (left - 2 < kept) break;
      if (!alone.delete(buffer)) {
        alone.add(buffer);
        continue;
      }
      discardBuffer(new Uint8Array(buffer));
      left -= 2;
    }
    // What is left of a discarded block is empty.
    this.#spare = this.#spare.filter(({ length }) => length > 0);
  }

  #newBytes(): Buffer {
    const taken = this.#source?.takeSlab() ?? null;
    if (taken !== null) return taken;
    const spare = this.#spare.pop();
    if (spare !== undefined) return spare;
    const block = Buffer.allocUnsafeSlow(BLOCK_BYTES);
    this.#spare.push(block.subarray(SLAB_BYTES));
    return block.subarray(0, SLAB_BYTES);
  }

  /** A line feed from wherever it came would end the line and begin a forged one: none leaves here. */
  #write(text: string, lane: Lane, framing: Framing): Chunk {
    const line = oneLine(text);
    // A UTF-16 unit needs at most 3 bytes of UTF-8; only near the end of a slab is it counted exactly.
    const around = framing === FRAMING.line ? 2 : FRAME_HEADER_BYTES;
    const slab =
      this.#slabFor(lane, line.length * 3 + around) ??
      this.#exactSlabFor(lane, Buffer.byteLength(line) + around);
    const start = lane.used;
    const bytes = slab.bytes;
    let end: number;
    if (framing === FRAMING.line) {
      end = start + bytes.write(line, start, 'utf8');
      bytes[end++] = 13;
      bytes[end++] = 10;
    } else {
      end = writeFrame(bytes, start, framing, line);
    }
    lane.used = end;
    this.#total += end - start;
    return { slab, start, end };
  }

  /** The lane's slab where it surely has room. */
  #slabFor(lane: Lane, most: number): Slab | null {
    return lane.slab !== null && most <= SLAB_BYTES - 1 - lane.used ? lane.slab : null;
  }

  /** The lane's slab, or a new one when so many bytes do not fit. One byte stays free, so that slabs never touch. */
  #exactSlabFor(lane: Lane, size: number): Slab {
    if (size > SLAB_BYTES - 1) throw new RangeError(`a line of ${size} bytes does not fit a slab`);
    const found = this.#slabFor(lane, size);
    if (found !== null) return found;
    if (this.#slabs.length === 0) this.#onFirstLine();
    const slab = new Slab(this.#newBytes(), this.#slabs.length << SLAB_SHIFT);
    this.#slabs.push(slab);
    lane.slab = slab;
    lane.used = 0;
    return slab;
  }
}

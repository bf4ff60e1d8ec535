/**
 * Cuts a byte stream into frames: four bytes of big-endian length, then the payload (SPEC R1). One per connection,
 * fed by connection.ts with whatever the socket delivers. A frame that lies inside one chunk is handed on as a range
 * of that chunk; only a frame that spans chunks is copied together.
 */

import { discardBuffer, discardWhole } from '../../runtime/net/discard-buffer.ts';

/** Bytes of the length in front of every payload. */
export const HEADER_BYTES = 4;

/**
 * A frame that spans chunks is gathered in blocks, the first of this size, each following one twice as large: memory
 * follows what arrived, not what was announced, and nothing is copied until the frame is complete.
 */
const FIRST_BLOCK_BYTES = 1024;
/** Large enough for the C library to return it to the system when it is freed (`DAEMON_MALLOC_ENV`). */
const LARGEST_BLOCK_BYTES = 128 * 1024;
/** A page of memory, as most systems have it. */
const PAGE_BYTES = 4096;

/** Receives what the decoder finds. */
export interface FrameSink {
  /**
   * One frame: `source[start, start + 4)` is its length, `source[start + 4, end)` its payload. Who keeps the range says so
   * by {@link keeps}. Returns whether decoding goes on; with false the rest of the chunk waits for
   * {@link FrameDecoder.resume}.
   */
  onFrame(source: Buffer, start: number, end: number): boolean;
  /** Set to true by whoever keeps the range of a frame, and to false by the decoder before each. Nobody writes to it. */
  keeps?: boolean;
  /** A length over the limit. Nothing is decoded after it: where the next frame begins is unknown. */
  onOversized(lengthBytes: number): void;
}

/** Where the decoder reads the limit, so that a change holds from the next frame on. */
export interface FrameLimit {
  readonly max_frame_bytes: number;
}

/** Resumable decoder: any split of the same bytes gives the same frames. */
export class FrameDecoder {
  readonly #sink: FrameSink;
  readonly #limit: FrameLimit;
  readonly #ownsChunks: boolean;
  /** Length bytes seen so far, where a chunk ended inside the length. */
  #header = 0;
  #headerBytes = 0;
  /** The block of the frame that spans chunks, its length included, that is being filled; those before it are full. */
  #block: Buffer | null = null;
  #blockBytes = 0;
  #fullBlocks: Buffer[] = [];
  #fullBytes = 0;
  #needBytes = 0;
  /** What the sink did not want yet. */
  #rest: Buffer | null = null;
  #restAt = 0;
  #restEnd = 0;
  /** Whether a frame that lies in it is kept. */
  #restKept = false;
  #stopped = false;

  /**
   * @param ownsChunks whether nobody else needs the chunks, and the sink says what it keeps: large pieces of memory of which
   *   that is nothing are given back at once. Left to the garbage collector they call for it, and it stops everybody
   */
  constructor(sink: FrameSink, limit: FrameLimit, ownsChunks = false) {
    this.#sink = sink;
    this.#limit = limit;
    this.#ownsChunks = ownsChunks;
  }

  /** Whether the stream stands inside a frame. */
  get midFrame(): boolean {
    return this.#headerBytes > 0 || this.#block !== null;
  }

  /** Whether bytes wait for {@link resume}. */
  get waiting(): boolean {
    return this.#rest !== null;
  }

  /** Bytes that wait for {@link resume}. */
  get waitingBytes(): number {
    return this.#rest === null ? 0 : this.#restEnd - this.#restAt;
  }

  /** Memory that is held: of an incomplete frame, and of a chunk that is not decoded to its end. */
  get heldBytes(): number {
    return this.#fullBytes + this.#blockHeld() + (this.#rest?.length ?? 0);
  }

  /** Decodes nothing more and lets go of what it holds. */
  stop(): void {
    this.#stopped = true;
    this.#forget();
    this.#rest = null;
    this.#headerBytes = 0;
  }

  /**
   * Takes the next bytes of the stream; returns how many frames they completed. While bytes wait, these join them.
   * @param from where in the chunk they begin
   * @param end where in it they end
   */
  push(chunk: Buffer, from = 0, end = chunk.length): number {
    if (this.#rest === null) return this.#decode(chunk, from, end);
    this.hold(chunk.subarray(from, end));
    return 0;
  }

  /** Keeps the next bytes of the stream for {@link resume}. */
  hold(chunk: Buffer): void {
    if (this.#stopped) return;
    if (this.#rest === null) this.#rest = chunk;
    else this.#rest = Buffer.concat([this.#rest.subarray(this.#restAt, this.#restEnd), chunk]);
    this.#restAt = 0;
    this.#restEnd = this.#rest.length;
    this.#restKept = false;
  }

  /** Decodes what waits; returns how many frames that completed. */
  resume(): number {
    const rest = this.#rest;
    this.#rest = null;
    return rest === null ? 0 : this.#decode(rest, this.#restAt, this.#restEnd);
  }

  #decode(chunk: Buffer, from: number, size: number): number {
    const sink = this.#sink;
    let frames = 0;
    let at = from;
    let wanted = true;
    let kept = from > 0 && this.#restKept;
    while (at < size && !this.#stopped) {
      if (!wanted) {
        this.#rest = chunk;
        this.#restAt = at;
        this.#restEnd = size;
        this.#restKept = kept;
        break;
      }
      if (this.#block !== null) {
        at += this.#append(chunk, at, size);
        if (this.#fullBytes + this.#blockBytes < this.#needBytes) continue;
        frames++;
        wanted = this.#handOnWhole();
        continue;
      }
      if (this.#headerBytes > 0 || size - at < HEADER_BYTES) {
        // Multiplication, not a shift: the length is unsigned.
        this.#header = this.#header * 256 + chunk[at++]!;
        if (++this.#headerBytes < HEADER_BYTES) continue;
        const length = this.#header;
        this.#header = 0;
        this.#headerBytes = 0;
        if (!this.#accept(length)) break;
        this.#begin(length, size - at);
        if (length > 0) continue;
        frames++;
        wanted = this.#handOnWhole();
        continue;
      }
      const length = chunk.readUInt32BE(at);
      if (!this.#accept(length)) break;
      const end = at + HEADER_BYTES + length;
      if (end > size) {
        at += HEADER_BYTES;
        this.#begin(length, size - at);
        continue;
      }
      frames++;
      sink.keeps = false;
      wanted = sink.onFrame(chunk, at, end);
      kept ||= sink.keeps;
      at = end;
    }
    if (this.#ownsChunks && !kept && at === chunk.length) discardWhole(chunk);
    return frames;
  }

  /** Hands the frame that spans chunks on. */
  #handOnWhole(): boolean {
    const sink = this.#sink;
    const whole = this.#whole();
    sink.keeps = false;
    const wanted = sink.onFrame(whole, 0, this.#needBytes);
    if (this.#ownsChunks && !sink.keeps) discardWhole(whole);
    return wanted;
  }

  #accept(length: number): boolean {
    if (length <= this.#limit.max_frame_bytes) return true;
    this.stop();
    this.#sink.onOversized(length);
    return false;
  }

  /** @param here payload bytes that have arrived */
  #begin(length: number, here: number): void {
    this.#needBytes = HEADER_BYTES + length;
    // Of a block that the system maps only the pages that were written to are in memory.
    let size = LARGEST_BLOCK_BYTES;
    if (this.#needBytes <= LARGEST_BLOCK_BYTES) {
      const arrived = Math.max(HEADER_BYTES + here, FIRST_BLOCK_BYTES);
      // Where half of it is there already one block does, and nothing is put together in the end.
      size = 2 * arrived >= this.#needBytes ? this.#needBytes : arrived;
    }
    const block = Buffer.allocUnsafeSlow(Math.min(this.#needBytes, size));
    block.writeUInt32BE(length, 0);
    this.#block = block;
    this.#blockBytes = HEADER_BYTES;
  }

  /** Memory of the block that is being filled. */
  #blockHeld(): number {
    const size = this.#block?.length ?? 0;
    return size < LARGEST_BLOCK_BYTES ? size : Math.min(size, this.#blockBytes + PAGE_BYTES);
  }

  /** Takes as much of a chunk as the block has room for; returns how much that was. */
  #append(chunk: Buffer, at: number, size: number): number {
    let block = this.#block!;
    if (this.#blockBytes === block.length) {
      const next = Math.min(2 * block.length, LARGEST_BLOCK_BYTES);
      this.#fullBlocks.push(block);
      this.#fullBytes += block.length;
      block = Buffer.allocUnsafeSlow(Math.min(this.#needBytes - this.#fullBytes, next));
      this.#block = block;
      this.#blockBytes = 0;
    }
    const take = Math.min(block.length - this.#blockBytes, size - at);
    chunk.copy(block, this.#blockBytes, at, at + take);
    this.#blockBytes += take;
    return take;
  }

  /** The frame that is complete, in one piece. */
  #whole(): Buffer {
    const last = this.#block!;
    const whole = this.#fullBlocks.length === 0 ? last : Buffer.concat([...this.#fullBlocks, last]);
    // The last block may be what is handed on.
    if (whole === last) this.#block = null;
    this.#forget();
    return whole;
  }

  /** Lets go of the blocks, which nobody else has, and gives their memory back at once. */
  #forget(): void {
    if (this.#block !== null) discardBuffer(this.#block);
    this.#block = null;
    this.#blockBytes = 0;
    if (this.#fullBytes === 0) return;
    for (const block of this.#fullBlocks) discardBuffer(block);
    this.#fullBlocks = [];
    this.#fullBytes = 0;
  }
}

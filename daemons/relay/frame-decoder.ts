/**
 * Cuts a byte stream into frames: four bytes of big-endian length, then the payload (SPEC R1). One per connection,
 * fed by connection.ts with whatever the socket delivers. A frame that lies inside one chunk is handed on as a range
 * of that chunk; only a frame that spans chunks is copied together.
 */

import { discardBuffer } from '../runtime/discard-buffer.ts';

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
/** A smaller chunk costs the collector less than giving it back would. */
const DISCARDED_CHUNK_BYTES = 16 * 1024;

/** Receives what the decoder finds. */
export interface FrameSink {
  /**
   * One frame: `source[start, start + 4)` is its length, `source[start + 4, end)` its payload. The range stays valid
   * (the decoder never writes to a chunk), so it may be kept. Returns whether decoding goes on; with false the rest of
   * the chunk waits for {@link FrameDecoder.resume}.
   */
  onFrame(source: Buffer, start: number, end: number): boolean;
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
  #stopped = false;

  /**
   * @param ownsChunks whether nobody else needs the chunks: large ones of which nothing was handed on are given back to
   *   the system at once, before the garbage collector comes by
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
    return this.#rest === null ? 0 : this.#rest.length - this.#restAt;
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

  /** Takes the next bytes of the stream; returns how many frames they completed. While bytes wait, these join them. */
  push(chunk: Buffer): number {
    if (this.#rest === null) return this.#decode(chunk, 0);
    this.hold(chunk);
    return 0;
  }

  /** Keeps the next bytes of the stream for {@link resume}. */
  hold(chunk: Buffer): void {
    if (this.#stopped) return;
    if (this.#rest === null) this.#rest = chunk;
    else this.#rest = Buffer.concat([this.#rest.subarray(this.#restAt), chunk]);
    this.#restAt = 0;
  }

  /** Decodes what waits; returns how many frames that completed. */
  resume(): number {
    const rest = this.#rest;
    this.#rest = null;
    return rest === null ? 0 : this.#decode(rest, this.#restAt);
  }

  #decode(chunk: Buffer, from: number): number {
    let frames = 0;
    let at = from;
    const size = chunk.length;
    let wanted = true;
    let copied = this.#ownsChunks && size >= DISCARDED_CHUNK_BYTES && from === 0;
    while (at < size && !this.#stopped) {
      if (!wanted) {
        this.#rest = chunk;
        this.#restAt = at;
        break;
      }
      if (this.#block !== null) {
        at += this.#append(chunk, at);
        if (this.#fullBytes + this.#blockBytes < this.#needBytes) continue;
        frames++;
        wanted = this.#sink.onFrame(this.#whole(), 0, this.#needBytes);
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
        wanted = this.#sink.onFrame(this.#whole(), 0, HEADER_BYTES);
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
      copied = false;
      wanted = this.#sink.onFrame(chunk, at, end);
      at = end;
    }
    if (copied && at === size && size === chunk.buffer.byteLength) discardBuffer(chunk);
    return frames;
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
    const size =
      this.#needBytes > LARGEST_BLOCK_BYTES
        ? LARGEST_BLOCK_BYTES
        : Math.max(HEADER_BYTES + here, FIRST_BLOCK_BYTES);
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
  #append(chunk: Buffer, at: number): number {
    let block = this.#block!;
    if (this.#blockBytes === block.length) {
      const size = Math.min(2 * block.length, LARGEST_BLOCK_BYTES);
      this.#fullBlocks.push(block);
      this.#fullBytes += block.length;
      block = Buffer.allocUnsafeSlow(Math.min(this.#needBytes - this.#fullBytes, size));
      this.#block = block;
      this.#blockBytes = 0;
    }
    const take = Math.min(block.length - this.#blockBytes, chunk.length - at);
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

/**
 * Cuts a byte stream into frames: four bytes of big-endian length, then the payload (SPEC R1). One per connection,
 * fed by connection.ts with whatever the socket delivers. A frame that lies inside one chunk is handed on as a range
 * of that chunk; only a frame that spans chunks is copied together.
 */

/** Bytes of the length in front of every payload. */
export const HEADER_BYTES = 4;

/** A frame that spans chunks starts with this much memory, so that memory follows what arrived, not what was announced. */
const FIRST_PART_BYTES = 16 * 1024;

/** Receives what the decoder finds. */
export interface FrameSink {
  /**
   * One frame: `source[start, start + 4)` is its length, `source[start + 4, end)` its payload. The range stays valid
   * (the decoder never writes to a chunk), so it may be kept. Returns whether decoding goes on.
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
  /** Length bytes seen so far, where a chunk ended inside the length. */
  #header = 0;
  #headerBytes = 0;
  /** The frame that spans chunks, its length included. */
  #part: Buffer | null = null;
  #partBytes = 0;
  #needBytes = 0;
  #stopped = false;

  constructor(sink: FrameSink, limit: FrameLimit) {
    this.#sink = sink;
    this.#limit = limit;
  }

  /** Whether the stream stands inside a frame. */
  get midFrame(): boolean {
    return this.#headerBytes > 0 || this.#part !== null;
  }

  /** Bytes held of an incomplete frame. */
  get heldBytes(): number {
    return this.#part === null ? this.#headerBytes : this.#partBytes;
  }

  /** Decodes nothing more and lets go of an incomplete frame. */
  stop(): void {
    this.#stopped = true;
    this.#part = null;
    this.#headerBytes = 0;
  }

  /** Takes the next bytes of the stream; returns how many frames they completed. */
  push(chunk: Buffer): number {
    let frames = 0;
    let at = 0;
    const size = chunk.length;
    while (at < size && !this.#stopped) {
      if (this.#part !== null) {
        at += this.#append(chunk, at);
        if (this.#partBytes < this.#needBytes) break;
        const whole = this.#part;
        this.#part = null;
        frames++;
        if (!this.#sink.onFrame(whole, 0, this.#needBytes)) this.stop();
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
        this.#begin(length);
        if (length > 0) continue;
        const whole = this.#part as Buffer | null;
        this.#part = null;
        frames++;
        if (whole !== null && !this.#sink.onFrame(whole, 0, HEADER_BYTES)) this.stop();
        continue;
      }
      const length = chunk.readUInt32BE(at);
      if (!this.#accept(length)) break;
      const end = at + HEADER_BYTES + length;
      if (end > size) {
        this.#begin(length);
        at += HEADER_BYTES;
        continue;
      }
      frames++;
      if (!this.#sink.onFrame(chunk, at, end)) this.stop();
      at = end;
    }
    return frames;
  }

  #accept(length: number): boolean {
    if (length <= this.#limit.max_frame_bytes) return true;
    this.stop();
    this.#sink.onOversized(length);
    return false;
  }

  #begin(length: number): void {
    this.#needBytes = HEADER_BYTES + length;
    const part = Buffer.allocUnsafeSlow(Math.min(this.#needBytes, FIRST_PART_BYTES));
    part.writeUInt32BE(length, 0);
    this.#part = part;
    this.#partBytes = HEADER_BYTES;
  }

  #append(chunk: Buffer, at: number): number {
    const take = Math.min(this.#needBytes - this.#partBytes, chunk.length - at);
    const after = this.#partBytes + take;
    let part = this.#part!;
    if (after > part.length) {
      const grown = Buffer.allocUnsafeSlow(Math.min(this.#needBytes, Math.max(after, part.length * 4)));
      part.copy(grown, 0, 0, this.#partBytes);
      part = grown;
      this.#part = grown;
    }
    chunk.copy(part, this.#partBytes, at, at + take);
    this.#partBytes = after;
    return take;
  }
}

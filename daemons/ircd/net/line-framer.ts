/**
 * Cuts the byte stream of one client into lines. It keeps bytes only of a line that is still incomplete, so an idle
 * connection costs nothing here. CR LF, LF and CR each end a line; empty lines are skipped (RFC 1459
 * section 2.3.1), which makes the result independent of how TCP split the stream.
 */
import { limits } from '../limits.ts';

const LF = 10;
const CR = 13;
const AT = 64;
const SPACE = 32;

const MAX_BODY_BYTES = limits.lineBodyBytes.default;
const MAX_TAG_BYTES = limits.lineTagBytes.default;
const MAX_LINE_BYTES = MAX_TAG_BYTES + MAX_BODY_BYTES;
const FIRST_PARTIAL_BYTES = 128;

/** Receives what the framer finds. Each method answers whether the framer may go on. */
export interface LineSink {
  /** A line without its terminator; the view is valid during the call. */
  takeLine(bytes: Uint8Array, start: number, end: number): boolean;
  /** A line passed the limit and its bytes up to the next terminator are discarded. Called once a line. */
  takeOversized(): boolean;
}

/** Whether a line passes the limit: 510 bytes, and before them at most 4096 of message tags. */
function isTooLong(bytes: Uint8Array, start: number, end: number): boolean {
  if (end - start <= MAX_BODY_BYTES) return false;
  if (bytes[start] !== AT) return true;
  let body = start;
  while (body < end && bytes[body] !== SPACE) body++;
  const tagBytes = body < end ? body + 1 - start : end - start;
  return tagBytes > MAX_TAG_BYTES || end - start - tagBytes > MAX_BODY_BYTES;
}

/** The framer of one connection. */
export class LineFramer {
  #partial: Uint8Array | null = null;
  #partialLength = 0;
  #discarding = false;

  /** Bytes kept of an incomplete line. */
  get heldBytes(): number {
    return this.#partialLength;
  }

  /**
   * Frames `bytes[start, end)`. Returns how far it came: `end`, or less when the sink asked to stop; the caller feeds
   * the remainder later.
   */
  feed(bytes: Uint8Array, start: number, end: number, sink: LineSink): number {
    let at = start;
    while (at < end) {
      let stop = at;
      let byte = 0;
      while (stop < end) {
        byte = bytes[stop]!;
        if (byte <= CR && (byte === LF || byte === CR)) break;
        stop++;
      }
      if (stop === end) {
        if (!this.#discarding) this.#keep(bytes, at, end, sink);
        return end;
      }
      const next = stop + 1;
      let goOn = true;
      if (this.#discarding) {
        this.#discarding = false;
      } else if (this.#partialLength > 0) {
        goOn = this.#finishPartial(bytes, at, stop, sink);
      } else if (stop > at) {
        goOn = isTooLong(bytes, at, stop) ? sink.takeOversized() : sink.takeLine(bytes, at, stop);
      }
      at = next;
      if (!goOn) {
        // The LF of a CR LF is no reason to come back.
        while (at < end && (bytes[at] === LF || bytes[at] === CR)) at++;
        return at;
      }
    }
    return end;
  }

  /** Drops what is kept, for a connection that is closed. */
  clear(): void {
    this.#partial = null;
    this.#partialLength = 0;
  }

  #keep(bytes: Uint8Array, start: number, end: number, sink: LineSink): void {
    const length = this.#partialLength + end - start;
    const first = this.#partialLength > 0 ? (this.#partial as Uint8Array)[0] : bytes[start];
    if (length > (first === AT ? MAX_LINE_BYTES : MAX_BODY_BYTES)) {
      this.clear();
      this.#discarding = true;
      sink.takeOversized();
      return;
    }
    this.#append(bytes, start, end);
  }

  #finishPartial(bytes: Uint8Array, start: number, end: number, sink: LineSink): boolean {
    const length = this.#partialLength + end - start;
    if (length > MAX_LINE_BYTES) {
      this.clear();
      return sink.takeOversized();
    }
    this.#append(bytes, start, end);
    const line = this.#partial as Uint8Array;
    this.clear();
    return isTooLong(line, 0, length) ? sink.takeOversized() : sink.takeLine(line, 0, length);
  }

  #append(bytes: Uint8Array, start: number, end: number): void {
    const length = this.#partialLength + end - start;
    if (this.#partial === null || this.#partial.length < length) {
      const grown = new Uint8Array(Math.max(FIRST_PARTIAL_BYTES, length + (length >> 1)));
      if (this.#partial !== null) grown.set(this.#partial.subarray(0, this.#partialLength));
      this.#partial = grown;
    }
    this.#partial.set(bytes.subarray(start, end), this.#partialLength);
    this.#partialLength = length;
  }
}

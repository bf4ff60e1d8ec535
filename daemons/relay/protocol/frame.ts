/**
 * A frame on its way out. It is written into memory once and shared by every receiver's queue; what is on the wire
 * is described in docs/relay-protocol.md. Made here by {@link FrameWriter}, sent by connection.ts.
 */
import { HEADER_BYTES } from './frame-decoder.ts';

/** First byte of every payload of a client that said hello. */
export const KIND = { control: 0x00, echo: 0x01, room: 0x02, direct: 0x03, broadcast: 0x04 } as const;

/** Set in the kind byte when a four-byte request id follows it, to which the relay answers with an ack. */
export const WITH_ID = 0x10;

/** Small frames are gathered in blocks of this size. */
const BLOCK_BYTES = 64 * 1024;
/** Frames over this have memory of their own. */
const LARGE_BYTES = 8 * 1024;
/**
 * Large enough for the C library to map it by itself and to return it to the system when it is freed
 * (`DAEMON_MALLOC_ENV`). Of it only the pages that were written to are in memory.
 */
export const MAPPED_BYTES = 96 * 1024;
/**
 * Frames over this are mapped: one such frame that each of a thousand clients does not take would leave as many holes.
 * Mapping a smaller one would cost more than copying it.
 */
const MAPPED_FROM_BYTES = 48 * 1024;

/** One message in wire form: `source[start, end)`, length included. A range, not a view: views cost more than frames. */
export class Frame {
  readonly source: Buffer;
  readonly start: number;
  readonly end: number;
  /** Control frames are never dropped to make room. */
  readonly control: boolean;
  /** `performance.now()` when the bytes that caused it were received. */
  readonly receivedAt: number;
  /** Send queues of clients that lag that it waits in; kept by them. */
  queues = 0;
  /** Whether it is for one client alone, and goes with the write; set by that client's outbox. */
  own = false;
  #copy: Frame | null = null;

  constructor(source: Buffer, start: number, end: number, control: boolean, receivedAt: number) {
    this.source = source;
    this.start = start;
    this.end = end;
    this.control = control;
    this.receivedAt = receivedAt;
  }

  /** Bytes, length included. */
  get size(): number {
    return this.end - this.start;
  }

  /** Whether its memory is its own: nothing else is in it, and it keeps no more of it than it needs. */
  get alone(): boolean {
    const { size } = this;
    const { byteLength } = this.source.buffer;
    return size === byteLength || (size > MAPPED_FROM_BYTES && byteLength === MAPPED_BYTES);
  }

  /** The frame as a view. */
  bytes(): Buffer {
    return this.source.subarray(this.start, this.end);
  }

  /**
   * The frame in memory of its own. A receiver that lags keeps this one: a range would pin the whole block
   * or read buffer it lies in. The copy is made once and shared by all who lag.
   */
  durable(): Frame {
    if (this.alone) return this;
    const { size } = this;
    if (this.#copy === null) {
      const bytes = ownMemory(size);
      this.source.copy(bytes, 0, this.start, this.end);
      this.#copy = new Frame(bytes, 0, size, this.control, this.receivedAt);
    }
    return this.#copy;
  }
}

/** Memory for one frame. */
function ownMemory(size: number): Buffer {
  return Buffer.allocUnsafeSlow(size > MAPPED_FROM_BYTES ? Math.max(size, MAPPED_BYTES) : size);
}

/** Writes frames into shared blocks; one per server. Frames written one after the other mostly lie side by side. */
export class FrameWriter {
  #block: Buffer = Buffer.allocUnsafeSlow(BLOCK_BYTES);
  #used = 0;
  /** Where {@link #allocate} made room. */
  #target: Buffer = this.#block;

  /** A frame as it arrived, sent on untouched and uncopied. */
  passOn(source: Buffer, start: number, end: number, receivedAt: number): Frame {
    return new Frame(source, start, end, false, receivedAt);
  }

  /** A frame whose payload is `source[from, end)`. */
  bare(source: Buffer, from: number, end: number, receivedAt: number): Frame {
    const start = this.#allocate(end - from);
    source.copy(this.#target, start + HEADER_BYTES, from, end);
    return this.#finish(start, end - from, false, receivedAt);
  }

  /** A kind byte, then `names` each behind its length, then `source[from, end)`. */
  data(
    kind: number,
    names: readonly Buffer[],
    source: Buffer,
    from: number,
    end: number,
    receivedAt: number,
  ): Frame {
    let size = 1 + end - from;
    for (const name of names) size += 1 + name.length;
    const start = this.#allocate(size);
    const target = this.#target;
    let at = start + HEADER_BYTES;
    target[at++] = kind;
    for (const name of names) {
      target[at++] = name.length;
      target.set(name, at);
      at += name.length;
    }
    source.copy(target, at, from, end);
    return this.#finish(start, size, false, receivedAt);
  }

  /** A control frame: the kind byte and `message` as JSON; without the kind byte for a client that never said hello. */
  control(message: object, tagged: boolean, receivedAt: number): Frame {
    const text = JSON.stringify(message);
    const prefix = tagged ? 1 : 0;
    const size = prefix + Buffer.byteLength(text);
    const start = this.#allocate(size);
    if (tagged) this.#target[start + HEADER_BYTES] = KIND.control;
    this.#target.write(text, start + HEADER_BYTES + prefix);
    return this.#finish(start, size, true, receivedAt);
  }

  #allocate(payloadBytes: number): number {
    const size = HEADER_BYTES + payloadBytes;
    if (size > LARGE_BYTES) {
      this.#target = ownMemory(size);
      this.#target.writeUInt32BE(payloadBytes, 0);
      return 0;
    }
    if (this.#used + size > BLOCK_BYTES) {
      this.#block = Buffer.allocUnsafeSlow(BLOCK_BYTES);
      this.#used = 0;
    }
    const start = this.#used;
    this.#used += size;
    this.#target = this.#block;
    this.#target.writeUInt32BE(payloadBytes, start);
    return start;
  }

  #finish(start: number, payloadBytes: number, control: boolean, receivedAt: number): Frame {
    const frame = new Frame(this.#target, start, start + HEADER_BYTES + payloadBytes, control, receivedAt);
    // A large frame's memory is not kept here.
    this.#target = this.#block;
    return frame;
  }
}

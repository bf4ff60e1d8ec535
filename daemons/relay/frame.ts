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

/** One message in wire form, length included. */
export class Frame {
  readonly bytes: Buffer;
  /** Control frames are never dropped to make room. */
  readonly control: boolean;
  /** `performance.now()` when the bytes that caused it were received. */
  readonly receivedAt: number;
  #durable: Frame | null = null;

  constructor(bytes: Buffer, control: boolean, receivedAt: number) {
    this.bytes = bytes;
    this.control = control;
    this.receivedAt = receivedAt;
  }

  /**
   * The frame in memory of exactly its size. A receiver that lags keeps this one: a view would pin the whole block
   * or read buffer it lies in. The copy is made once and shared by all who lag.
   */
  durable(): Frame {
    if (this.bytes.byteLength === this.bytes.buffer.byteLength) return this;
    if (this.#durable === null) {
      const copy = Buffer.allocUnsafeSlow(this.bytes.length);
      this.bytes.copy(copy);
      this.#durable = new Frame(copy, this.control, this.receivedAt);
    }
    return this.#durable;
  }
}

/** Writes frames into shared blocks; one per server. */
export class FrameWriter {
  #block: Buffer = Buffer.allocUnsafeSlow(BLOCK_BYTES);
  #used = 0;

  /** A frame as it arrived, sent on untouched and uncopied. */
  passOn(source: Buffer, start: number, end: number, receivedAt: number): Frame {
    return new Frame(source.subarray(start, end), false, receivedAt);
  }

  /** The payload of a frame that has a kind byte, without that byte and `skip` bytes of header. */
  bare(source: Buffer, from: number, end: number, receivedAt: number): Frame {
    const bytes = this.#allocate(end - from);
    source.copy(bytes, HEADER_BYTES, from, end);
    return new Frame(bytes, false, receivedAt);
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
    const bytes = this.#allocate(size);
    let at = HEADER_BYTES;
    bytes[at++] = kind;
    for (const name of names) {
      bytes[at++] = name.length;
      name.copy(bytes, at);
      at += name.length;
    }
    source.copy(bytes, at, from, end);
    return new Frame(bytes, false, receivedAt);
  }

  /** A control frame: the kind byte and `message` as JSON; without the kind byte for a client that never said hello. */
  control(message: object, tagged: boolean, receivedAt: number): Frame {
    const text = JSON.stringify(message);
    const prefix = tagged ? 1 : 0;
    const bytes = this.#allocate(prefix + Buffer.byteLength(text));
    if (tagged) bytes[HEADER_BYTES] = KIND.control;
    bytes.write(text, HEADER_BYTES + prefix);
    return new Frame(bytes, true, receivedAt);
  }

  #allocate(payloadBytes: number): Buffer {
    const size = HEADER_BYTES + payloadBytes;
    let bytes: Buffer;
    if (size > LARGE_BYTES) {
      bytes = Buffer.allocUnsafeSlow(size);
    } else {
      if (this.#used + size > BLOCK_BYTES) {
        this.#block = Buffer.allocUnsafeSlow(BLOCK_BYTES);
        this.#used = 0;
      }
      bytes = this.#block.subarray(this.#used, this.#used + size);
      this.#used += size;
    }
    bytes.writeUInt32BE(payloadBytes, 0);
    return bytes;
  }
}

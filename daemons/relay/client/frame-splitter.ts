/** Cuts what comes from a relay into frames. Of no machine in particular: a browser has it too. */

const HEADER_BYTES = 4;

/** A frame as it goes out: the length, then the payload. */
export function framed(payload: Uint8Array): Uint8Array {
  const frame = new Uint8Array(HEADER_BYTES + payload.length);
  new DataView(frame.buffer).setUint32(0, payload.length);
  frame.set(payload, HEADER_BYTES);
  return frame;
}

export class FrameSplitter {
  readonly #maxBytes: () => number;
  readonly #onFrame: (payload: Uint8Array) => void;
  #header = new Uint8Array(HEADER_BYTES);
  #headerBytes = 0;
  #payload: Uint8Array | null = null;
  #payloadBytes = 0;

  /**
   * @param maxBytes of a payload; asked for each
   * @param onFrame is given memory that nobody else has
   */
  constructor(maxBytes: () => number, onFrame: (payload: Uint8Array) => void) {
    this.#maxBytes = maxBytes;
    this.#onFrame = onFrame;
  }

  /** Takes the next bytes of the stream. Throws RangeError for a length over the limit; nothing is to be taken after it. */
  push(bytes: Uint8Array): void {
    let at = 0;
    while (at < bytes.length) {
      if (this.#payload === null) {
        this.#header[this.#headerBytes++] = bytes[at++]!;
        if (this.#headerBytes < HEADER_BYTES) continue;
        this.#headerBytes = 0;
        const length = new DataView(this.#header.buffer).getUint32(0);
        const most = this.#maxBytes();
        if (length > most)
          throw new RangeError(`A frame of ${length} bytes was announced; at most ${most} are expected.`);
        this.#payload = new Uint8Array(length);
        this.#payloadBytes = 0;
      }
      const take = Math.min(this.#payload.length - this.#payloadBytes, bytes.length - at);
      this.#payload.set(bytes.subarray(at, at + take), this.#payloadBytes);
      this.#payloadBytes += take;
      at += take;
      if (this.#payloadBytes < this.#payload.length) continue;
      const whole = this.#payload;
      this.#payload = null;
      this.#onFrame(whole);
    }
  }
}

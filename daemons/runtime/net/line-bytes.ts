/**
 * Bytes of a connection cut into lines, which end with LF or CRLF and have one character for each byte. It holds what came and is
 * not taken yet; whoever reads the socket sees to it that this is not much. Used by the links of P10.
 */

const LF = 10;
const CR = 13;
const NOTHING = Buffer.alloc(0);
/** That of buffers first finds out what it is to look for, which takes longer than to find it in a line. */
const byteIndexOf = Uint8Array.prototype.indexOf;
/** It was not looked yet where the next line ends. */
const UNKNOWN = -2;
/** The end of the next line has not come. */
const MISSING = -1;

/** How long lines may be, without their end. */
export interface LineRoom {
  /** What every line may have, in bytes. */
  readonly least: number;
  /** What a line may have that begins so, in bytes; only asked of those that have more than the least. */
  of(beginning: string): number;
}

export class LineBytes {
  readonly #room: LineRoom;
  /** What came: from `#next` on it is not taken yet. */
  #bytes: Buffer = NOTHING;
  #next = 0;
  #end = UNKNOWN;

  constructor(room: LineRoom) {
    this.#room = room;
  }

  /** More came. The bytes are not to be changed after that. */
  push(bytes: Buffer): void {
    this.#bytes = this.#bytes.length === 0 ? bytes : Buffer.concat([this.#bytes.subarray(this.#next), bytes]);
    this.#next = 0;
    this.#end = UNKNOWN;
  }

  /** Whether a line is there: a whole one, or the beginning of one that is too long already. */
  get ready(): boolean {
    if (this.#end === UNKNOWN) this.#end = this.#findEnd();
    return this.#end !== MISSING;
  }

  /**
   * Takes the next line, without its end; only while {@link ready}. It is a string by itself: a part of a larger one would keep all
   * of that for as long as somebody is known by a word of it.
   */
  take(): string {
    const bytes = this.#bytes;
    const from = this.#next;
    const end = this.#end;
    this.#next = end + 1;
    this.#end = UNKNOWN;
    return bytes.toString('latin1', from, end > from && bytes[end - 1] === CR ? end - 1 : end);
  }

  /** To be called when no line is ready: keeps a copy of what is left, and not all of what came with it. */
  compact(): void {
    const { length } = this.#bytes;
    this.#bytes = this.#next < length ? Buffer.from(this.#bytes.subarray(this.#next)) : NOTHING;
    this.#next = 0;
    this.#end = UNKNOWN;
  }

  /** Forgets what was not taken. */
  clear(): void {
    this.#bytes = NOTHING;
    this.#end = UNKNOWN;
  }

  #findEnd(): number {
    const bytes = this.#bytes;
    const end = byteIndexOf.call(bytes, LF, this.#next);
    if (end >= 0) return end;
    const { least } = this.#room;
    const begun = bytes.length - this.#next;
    // Its last byte may be the CR of an end that has not come.
    const isTooLong = begun > least + 1 && begun > this.#room.of(bytes.toString('latin1', this.#next)) + 1;
    return isTooLong ? bytes.length : MISSING;
  }
}

/**
 * Compact numbers in bytes: LEB128 varints for whole numbers, four or eight bytes for fractions. The row codec and
 * the histograms of the recorder are built on it.
 */

/** Thrown when bytes end early or cannot be what they should be. */
export class DamagedRowError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'DamagedRowError';
  }
}

/** Whole numbers up to this size are stored as varints. */
const VARINT_INTEGER_MAX = 2 ** 50;

/** Fractions below this size keep 24 bits of precision, larger ones all 53. */
const SHORT_FRACTION_MAX = 65_536;

const TAG_FLOAT32 = 1;
const TAG_FLOAT64 = 3;

/**
 * The value as it is kept: whole numbers exactly, fractions below 65,536 to seven digits (error under 0.004), larger
 * ones exactly. What is not finite becomes 0, because a row has no room for "unknown". Rounding happens before
 * anything is aggregated, so a roll-up computed again from stored rows equals the one made as data arrived.
 */
export function storable(value: number): number {
  if (!Number.isFinite(value)) return 0;
  if (Number.isInteger(value)) return value === 0 ? 0 : value;
  // Adding 0 turns the -0 that the tiniest fractions round to into 0.
  return Math.abs(value) < SHORT_FRACTION_MAX ? Math.fround(value) + 0 : value;
}

/** Growable byte buffer, reused from row to row. */
export class ByteWriter {
  #bytes = new Uint8Array(4_096);
  #view = new DataView(this.#bytes.buffer);
  #at = 0;

  /** Bytes written since the last {@link take}. */
  get length(): number {
    return this.#at;
  }

  #reserve(extra: number): void {
    if (this.#at + extra <= this.#bytes.length) return;
    const larger = new Uint8Array(Math.max(this.#bytes.length * 2, this.#at + extra));
    larger.set(this.#bytes);
    this.#bytes = larger;
    this.#view = new DataView(larger.buffer);
  }

  byte(value: number): void {
    this.#reserve(1);
    this.#bytes[this.#at++] = value;
  }

  /** A whole number from 0 to 2^53 - 1. */
  varint(value: number): void {
    this.#reserve(8);
    let rest = value;
    while (rest > 0x7fff_ffff) {
      this.#bytes[this.#at++] = (rest % 128) | 0x80;
      rest = Math.floor(rest / 128);
    }
    while (rest > 0x7f) {
      this.#bytes[this.#at++] = (rest & 0x7f) | 0x80;
      rest >>>= 7;
    }
    this.#bytes[this.#at++] = rest;
  }

  /** Any finite number; see {@link storable} for what is kept of it. */
  number(value: number): void {
    const kept = storable(value);
    if (Number.isInteger(kept) && Math.abs(kept) <= VARINT_INTEGER_MAX) {
      this.varint((kept >= 0 ? kept * 2 : -kept * 2 - 1) * 2);
      return;
    }
    this.#reserve(9);
    if (Math.abs(kept) < SHORT_FRACTION_MAX) {
      this.#bytes[this.#at++] = TAG_FLOAT32;
      this.#view.setFloat32(this.#at, kept, true);
      this.#at += 4;
      return;
    }
    this.#bytes[this.#at++] = TAG_FLOAT64;
    this.#view.setFloat64(this.#at, kept, true);
    this.#at += 8;
  }

  bytes(source: Uint8Array): void {
    this.#reserve(source.length);
    this.#bytes.set(source, this.#at);
    this.#at += source.length;
  }

  /** A copy of what was written; the writer starts again. */
  take(): Uint8Array {
    const copy = this.#bytes.slice(0, this.#at);
    this.#at = 0;
    return copy;
  }
}

/** Reads what {@link ByteWriter} wrote. Every method throws {@link DamagedRowError} at the end of the bytes. */
export class ByteReader {
  #bytes: Uint8Array;
  #view: DataView;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  get position(): number {
    return this.#at;
  }

  get remaining(): number {
    return this.#bytes.length - this.#at;
  }

  #need(count: number): void {
    if (this.#at + count > this.#bytes.length) {
      throw new DamagedRowError(`The row ends at byte ${this.#bytes.length}; more was expected.`);
    }
  }

  byte(): number {
    this.#need(1);
    return this.#bytes[this.#at++]!;
  }

  varint(): number {
    const bytes = this.#bytes;
    let byte = this.byte();
    if (byte < 0x80) return byte;
    let value = byte & 0x7f;
    let scale = 128;
    while (byte >= 0x80) {
      if (scale > 2 ** 49)
        throw new DamagedRowError('A number in the row is longer than any that is written.');
      if (this.#at >= bytes.length) this.#need(1);
      byte = bytes[this.#at++]!;
      value += (byte & 0x7f) * scale;
      scale *= 128;
    }
    return value;
  }

  number(): number {
    this.#need(1);
    const first = this.#bytes[this.#at]!;
    if (first === TAG_FLOAT32) {
      this.#need(5);
      const value = this.#view.getFloat32(this.#at + 1, true);
      this.#at += 5;
      return value;
    }
    if (first === TAG_FLOAT64) {
      this.#need(9);
      const value = this.#view.getFloat64(this.#at + 1, true);
      this.#at += 9;
      return value;
    }
    const coded = this.varint() / 2;
    if (!Number.isInteger(coded)) throw new DamagedRowError('A number in the row has an unknown tag.');
    return coded % 2 === 0 ? coded / 2 : -(coded + 1) / 2;
  }

  /** Moves on without reading. */
  skip(count: number): void {
    this.#need(count);
    this.#at += count;
  }
}

/**
 * Numbers in bits: Rice codes for the counts of histograms, whose difference from what is expected is small and known in
 * size. The chunk codec is built on it.
 */
import { DamagedRowError } from './byte-codec.ts';

/** A quotient of this many ones announces a number written out in full. */
const ESCAPE = 12;
/** So that quotient, stop bit and remainder are read from one 32-bit word at any bit position. */
const MAX_REMAINDER_BITS = 12;
/** Zero bytes behind the bits, so that a word may be read at the last of them. */
const PADDING = 4;

/** Growable buffer of bits, reused from column to column. */
export class BitWriter {
  #bytes = new Uint8Array(4_096);
  #at = 0;
  /** Bits that do not fill a byte yet, at the bottom. */
  #pending = 0;
  #pendingBits = 0;

  /** The low `count` bits of `value`, at most 24. */
  bits(value: number, count: number): void {
    let pending = (this.#pending << count) | value;
    let left = this.#pendingBits + count;
    if (this.#at + 4 + PADDING > this.#bytes.length) {
      const larger = new Uint8Array(this.#bytes.length * 2);
      larger.set(this.#bytes);
      this.#bytes = larger;
    }
    while (left >= 8) {
      left -= 8;
      this.#bytes[this.#at++] = pending >>> left;
    }
    pending &= (1 << left) - 1;
    this.#pending = pending;
    this.#pendingBits = left;
  }

  /** A whole number of either sign below 2^32, cheap when it is about as large as 2^`size`. */
  signed(value: number, size: number): void {
    const remainderBits = size < MAX_REMAINDER_BITS ? size : MAX_REMAINDER_BITS;
    const coded = value >= 0 ? value * 2 : -value * 2 - 1;
    if (coded < ESCAPE << remainderBits) {
      const quotient = coded >>> remainderBits;
      const ones = (2 << quotient) - 2;
      const remainder = coded & ((1 << remainderBits) - 1);
      this.bits((ones << remainderBits) | remainder, quotient + 1 + remainderBits);
      return;
    }
    this.bits(2 ** ESCAPE - 1, ESCAPE);
    this.bits(Math.floor(coded / 2 ** 32), 16);
    this.bits(Math.floor(coded / 2 ** 16) % 2 ** 16, 16);
    this.bits(coded % 2 ** 16, 16);
  }

  /** A copy of what was written, padded; the writer starts again. */
  take(): Uint8Array {
    if (this.#pendingBits > 0) this.bits(0, 8 - this.#pendingBits);
    const copy = new Uint8Array(this.#at + PADDING);
    copy.set(this.#bytes.subarray(0, this.#at));
    this.#at = 0;
    return copy;
  }
}

/** Reads what {@link BitWriter} wrote, from byte `start` of `bytes` to their end. */
export class BitReader {
  readonly #bytes: Uint8Array;
  readonly #end: number;
  #bit: number;

  constructor(bytes: Uint8Array, start: number) {
    this.#bytes = bytes;
    this.#bit = start * 8;
    this.#end = (bytes.length - PADDING) * 8;
  }

  /** At least 25 bits from here on, at the top of a 32-bit word. */
  #word(): number {
    const bytes = this.#bytes;
    const at = this.#bit >> 3;
    if (this.#bit > this.#end) throw new DamagedRowError('The row ends within its histograms.');
    const word = (bytes[at]! << 24) | (bytes[at + 1]! << 16) | (bytes[at + 2]! << 8) | bytes[at + 3]!;
    return word << (this.#bit & 7);
  }

  bits(count: number): number {
    const value = this.#word() >>> (32 - count);
    this.#bit += count;
    return value;
  }

  signed(size: number): number {
    const remainderBits = size < MAX_REMAINDER_BITS ? size : MAX_REMAINDER_BITS;
    const word = this.#word();
    const quotient = Math.clz32(~word);
    if (quotient < ESCAPE) {
      const remainder = remainderBits === 0 ? 0 : (word << (quotient + 1)) >>> (32 - remainderBits);
      const coded = (quotient << remainderBits) | remainder;
      this.#bit += quotient + 1 + remainderBits;
      return (coded >>> 1) ^ -(coded & 1);
    }
    this.#bit += ESCAPE;
    let coded = this.bits(16) * 2 ** 32;
    coded += this.bits(16) * 2 ** 16;
    coded += this.bits(16);
    return coded % 2 === 0 ? coded / 2 : -(coded + 1) / 2;
  }

  /** Throws {@link DamagedRowError} where bits are left over or more were read than there are. */
  finish(): void {
    if (this.#bit > this.#end || this.#end - this.#bit >= 8)
      throw new DamagedRowError('The histograms of the row have a length that is not their own.');
  }
}

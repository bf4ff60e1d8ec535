/** Counts the lines of a connection by the first letter of their command, at the cost of one look at each byte. Used by netsplit.ts. */

const [LF, SPACE, COLON] = [10, 32, 58];

/** Of one connection, whose bytes come in any pieces. */
export class CommandCounter {
  readonly #counts = new Uint32Array(256);
  /** Where in its line the next byte is. */
  #place: 'first' | 'source' | 'command' | 'rest' = 'first';

  /** Takes the first `length` bytes. */
  feed(bytes: Uint8Array, length: number): void {
    for (let i = 0; i < length; i++) {
      const byte = bytes[i]!;
      if (byte === LF) this.#place = 'first';
      else if (this.#place === 'first') this.#begin(byte);
      else if (this.#place === 'source' && byte === SPACE) this.#place = 'command';
      else if (this.#place === 'command' && byte !== SPACE) this.#count(byte);
    }
  }

  /** How many lines began with that letter since it was asked last. */
  take(letter: string): number {
    const code = letter.charCodeAt(0);
    const count = this.#counts[code]!;
    this.#counts[code] = 0;
    return count;
  }

  /** As {@link take}, and they are still there. */
  of(letter: string): number {
    return this.#counts[letter.charCodeAt(0)]!;
  }

  #begin(byte: number): void {
    if (byte === COLON) this.#place = 'source';
    else this.#count(byte);
  }

  #count(byte: number): void {
    this.#counts[byte]!++;
    this.#place = 'rest';
  }
}

/**
 * Byte-level parser for one client line (RFC 1459 section 2.3.1, IRCv3 message-tags). One instance is reused for
 * every line, so its fields are valid until the next `parse`. Called by the server for each line from `net/`.
 */
import { isUtf8 } from 'node:buffer';
import { MAX_CLIENT_TAG_BYTES } from './tags.ts';

/** What `parse` found. Tags and command are set for `ok` and `invalid-utf8`. */
export type LineStatus = 'ok' | 'empty' | 'malformed' | 'tags-too-long' | 'invalid-utf8';

/** RFC 1459 section 2.3: at most 15 parameters; the last one takes the rest of the line. */
const MAX_PARAMS = 15;

const SPACE = 0x20;
const COLON = 0x3a;
const AT = 0x40;

/** Holds the parts of the line parsed last. */
export class LineParser {
  /** Tag section without `@`, still escaped; empty when there is none. */
  tags = '';
  /** Upper case. */
  command = '';
  /** Reused between lines: handlers that keep parameters keep the strings. */
  readonly params: string[] = [];

  #buffer: Buffer = Buffer.alloc(0);
  /** The line from the command on, when it is pure ASCII: then every piece is a slice of it, and whoever keeps one keeps no tags. */
  #ascii: string | null = null;
  #origin = 0;

  /** Parses `bytes[start, end)`, which holds no line feed. */
  parse(bytes: Uint8Array, start: number, end: number): LineStatus {
    this.tags = '';
    this.command = '';
    this.params.length = 0;
    let high = 0;
    for (let i = start; i < end; i++) {
      const byte = bytes[i]!;
      if (byte === 0 || byte === 13 || byte === 10) return 'malformed';
      high |= byte;
    }
    this.#buffer =
      bytes instanceof Buffer ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    const ascii = high < 0x80;
    const valid = ascii || isUtf8(this.#buffer.subarray(start, end));
    this.#ascii = null;

    let at = skipSpaces(bytes, start, end);
    if (bytes[at] === AT && at < end) {
      const stop = findSpace(bytes, at, end);
      if (stop - at - 1 > MAX_CLIENT_TAG_BYTES) return 'tags-too-long';
      this.tags = this.#buffer.toString(ascii ? 'latin1' : 'utf8', at + 1, stop);
      at = skipSpaces(bytes, stop, end);
    }
    // A client's idea of its own prefix is ignored (RFC 2812 section 2.3).
    if (bytes[at] === COLON && at < end) at = skipSpaces(bytes, findSpace(bytes, at, end), end);
    if (at >= end) return 'empty';
    if (ascii) {
      this.#ascii = this.#buffer.toString('latin1', at, end);
      this.#origin = at;
    }
    const commandEnd = findSpace(bytes, at, end);
    this.command = this.#text(at, commandEnd).toUpperCase();
    if (!valid) return 'invalid-utf8';
    this.#parseParams(bytes, commandEnd, end);
    return 'ok';
  }

  #parseParams(bytes: Uint8Array, start: number, end: number): void {
    let at = skipSpaces(bytes, start, end);
    while (at < end) {
      if (bytes[at] === COLON) {
        this.params.push(this.#text(at + 1, end));
        return;
      }
      if (this.params.length === MAX_PARAMS - 1) {
        this.params.push(this.#text(at, end));
        return;
      }
      const stop = findSpace(bytes, at, end);
      this.params.push(this.#text(at, stop));
      at = skipSpaces(bytes, stop, end);
    }
  }

  #text(start: number, end: number): string {
    if (this.#ascii !== null) return this.#ascii.slice(start - this.#origin, end - this.#origin);
    return this.#buffer.toString('utf8', start, end);
  }
}

function skipSpaces(bytes: Uint8Array, start: number, end: number): number {
  let at = start;
  while (at < end && bytes[at] === SPACE) at++;
  return at;
}

function findSpace(bytes: Uint8Array, start: number, end: number): number {
  let at = start;
  while (at < end && bytes[at] !== SPACE) at++;
  return at;
}

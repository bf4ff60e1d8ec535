/**
 * How lines come and go over TCP and over a WebSocket, at as little cost as possible: nothing is copied or decoded while load runs.
 * Used by load-client.ts.
 */
import { randomBytes } from 'node:crypto';

const LF = 10;
const FIN = 0x80;
const FIN_TEXT = 0x81;
const MASKED = 0x80;
const SHORT = 125;
const LENGTH_FOLLOWS = 126;
const TEXT = 1;
const BINARY = 2;

/** A frame that no server of IRC sends. */
export class UnreadableFrame extends Error {}

/** Told where each line ends in what was read: behind its last byte, without what frames it. */
export type LineEnd = (end: number) => void;

/** One connection's. */
export interface Wire {
  /** What has to be said, and what is answered to it, before the first line; null where there is nothing. */
  readonly opening: { readonly bytes: Buffer; readonly answer: RegExp } | null;
  /** A line as it is sent. */
  encode(line: string): Buffer;
  /** How many lines end in the first `length` bytes. */
  read(bytes: Uint8Array, length: number, onLine?: LineEnd): number;
  /** The lines that are in the first `length` bytes, whole or in part, each with a line feed; an alternative to {@link read}. */
  text(bytes: Uint8Array, length: number): string;
}

/** Lines that end in CR LF. */
export class LineWire implements Wire {
  readonly opening = null;

  encode(line: string): Buffer {
    return Buffer.from(`${line}\r\n`);
  }

  read(bytes: Uint8Array, length: number, onLine?: LineEnd): number {
    let lines = 0;
    for (let i = 0; i < length; i++) {
      if (bytes[i] !== LF) continue;
      lines++;
      onLine?.(i - 1);
    }
    return lines;
  }

  text(bytes: Uint8Array, length: number): string {
    return Buffer.from(bytes.buffer, bytes.byteOffset, length).toString('latin1');
  }
}

/** A line a frame (IRCv3 WebSocket, RFC 6455 section 5.2). Frames of a server are passed over by their length. */
export class FrameWire implements Wire {
  readonly opening: { readonly bytes: Buffer; readonly answer: RegExp };
  /** Bytes of the frame under way that are still to come, once its header is there. */
  #left = 0;
  /** Bytes of its header so far. */
  #header = 0;
  #opcode = 0;
  /** First byte of a length of two. */
  #high = 0;

  /** @param origin the page that it says it comes from; null for a program, which comes from none */
  constructor(host: string, origin: string | null) {
    const request = [
      'GET / HTTP/1.1',
      `Host: ${host}`,
      'Upgrade: websocket',
      'Connection: Upgrade',
      ...(origin === null ? [] : [`Origin: ${origin}`]),
      `Sec-WebSocket-Key: ${randomBytes(16).toString('base64')}`,
      'Sec-WebSocket-Protocol: text.ircv3.net',
      'Sec-WebSocket-Version: 13',
    ];
    this.opening = {
      bytes: Buffer.from(`${request.join('\r\n')}\r\n\r\n`),
      answer: /^HTTP\/1\.1 101 [\s\S]*\r\n\r\n/,
    };
  }

  encode(line: string): Buffer {
    const payload = Buffer.from(line);
    const header =
      payload.length <= SHORT
        ? [FIN_TEXT, MASKED | payload.length]
        : [FIN_TEXT, MASKED | LENGTH_FOLLOWS, payload.length >> 8, payload.length & 0xff];
    const mask = randomBytes(4);
    for (let i = 0; i < payload.length; i++) payload[i]! ^= mask[i & 3]!;
    return Buffer.concat([Buffer.from(header), mask, payload]);
  }

  read(bytes: Uint8Array, length: number, onLine?: LineEnd): number {
    return this.#frames(bytes, length, onLine);
  }

  text(bytes: Uint8Array, length: number): string {
    const view = Buffer.from(bytes.buffer, bytes.byteOffset, length);
    let text = '';
    this.#frames(
      bytes,
      length,
      () => {
        text += '\n';
      },
      (start, end) => {
        text += view.toString('latin1', start, end);
      },
    );
    return text;
  }

  #frames(
    bytes: Uint8Array,
    length: number,
    onLine?: LineEnd,
    onPayload?: (start: number, end: number) => void,
  ): number {
    let lines = 0;
    let at = 0;
    while (at < length) {
      if (this.#left === 0 && !this.#takeHeader(bytes[at++]!)) continue;
      const end = Math.min(length, at + this.#left);
      this.#left -= end - at;
      const isLine = this.#opcode === TEXT || this.#opcode === BINARY;
      if (isLine) onPayload?.(at, end);
      at = end;
      if (this.#left > 0) break;
      this.#header = 0;
      if (!isLine) continue;
      lines++;
      onLine?.(end);
    }
    return lines;
  }

  /** One more byte of a header; true once it is whole. */
  #takeHeader(byte: number): boolean {
    switch (this.#header++) {
      case 0:
        this.#opcode = byte & 0x0f;
        if (byte < FIN || this.#opcode === 0) throw new UnreadableFrame('a line came in several frames');
        return false;
      case 1:
        if (byte > LENGTH_FOLLOWS)
          throw new UnreadableFrame('a masked frame came, or one of more than 65,535 bytes');
        if (byte < LENGTH_FOLLOWS) this.#left = byte;
        return byte < LENGTH_FOLLOWS;
      case 2:
        this.#high = byte;
        return false;
      default:
        this.#left = (this.#high << 8) | byte;
        return true;
    }
  }
}

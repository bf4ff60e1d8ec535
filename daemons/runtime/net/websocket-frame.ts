/**
 * Frames of a WebSocket as a server writes them (RFC 6455 section 5.2): in one piece and without a mask. Used where a daemon
 * serializes, once for all who get the same text, and by connections for what is no text.
 */

/** Status codes with which a connection ends (RFC 6455 section 7.4.1). */
export const CLOSE_CODE = {
  normal: 1000,
  goingAway: 1001,
  protocolError: 1002,
  /** Text where bytes are spoken, or the other way. */
  badData: 1003,
  /** Never on the wire: the other end gave none. */
  none: 1005,
  badText: 1007,
  policy: 1008,
  tooBig: 1009,
} as const;

/** What the header of a frame with up to 65,535 bytes takes at most. */
export const FRAME_HEADER_BYTES = 4;

/** What the header of any frame takes at most. */
export const LONG_FRAME_HEADER_BYTES = 10;

const FIN = 0x80;
const BINARY = 2;
const CLOSE = 8;
const PONG = 10;
/** Longest payload whose length is in the second byte. */
const SHORT = 125;
const LENGTH_FOLLOWS = 126;
const LONG_LENGTH_FOLLOWS = 127;
/** Text behind the code of a close frame: a control frame has at most 125 bytes. */
const CLOSE_TEXT_BYTES = SHORT - 2;

/** Writes a frame with a text to `bytes`, which has room for it; answers where it ends. The text takes at most 65,535 bytes. */
export function writeFrame(bytes: Buffer, start: number, opcode: number, text: string): number {
  // Most lines show by their length alone how long the header is.
  const isShort = text.length * 3 <= SHORT || (text.length <= SHORT && Buffer.byteLength(text) <= SHORT);
  bytes[start] = FIN | opcode;
  if (isShort) {
    const written = bytes.write(text, start + 2, 'utf8');
    bytes[start + 1] = written;
    return start + 2 + written;
  }
  const written = bytes.write(text, start + FRAME_HEADER_BYTES, 'utf8');
  bytes[start + 1] = LENGTH_FOLLOWS;
  bytes.writeUInt16BE(written, start + 2);
  return start + FRAME_HEADER_BYTES + written;
}

/**
 * Puts the header of a frame with bytes in front of them: they stand at {@link LONG_FRAME_HEADER_BYTES} of `out`. Answers where the
 * frame begins.
 */
export function headBinaryFrame(out: Uint8Array, length: number): number {
  const view = new DataView(out.buffer, out.byteOffset, LONG_FRAME_HEADER_BYTES);
  let begin = 0;
  if (length <= SHORT) {
    begin = LONG_FRAME_HEADER_BYTES - 2;
    out[begin + 1] = length;
  } else if (length <= 0xffff) {
    begin = LONG_FRAME_HEADER_BYTES - FRAME_HEADER_BYTES;
    out[begin + 1] = LENGTH_FOLLOWS;
    view.setUint16(begin + 2, length);
  } else {
    out[begin + 1] = LONG_LENGTH_FOLLOWS;
    view.setBigUint64(begin + 2, BigInt(length));
  }
  out[begin] = FIN | BINARY;
  return begin;
}

/** The answer to a ping. @param payload what the ping carried, at most 125 bytes */
export function pongFrame(payload: Buffer): Buffer {
  return Buffer.concat([Buffer.from([FIN | PONG, payload.length]), payload]);
}

/** The last frame of a connection. @param code one of {@link CLOSE_CODE}, or what the client gave */
export function closeFrame(code: number, reason: string): Buffer {
  if (code === CLOSE_CODE.none) return Buffer.from([FIN | CLOSE, 0]);
  const text = cut(Buffer.from(reason), CLOSE_TEXT_BYTES);
  return Buffer.concat([Buffer.from([FIN | CLOSE, 2 + text.length, code >> 8, code & 0xff]), text]);
}

/** The first bytes of a text in UTF-8, without half a character. */
function cut(text: Buffer, most: number): Buffer {
  let end = Math.min(text.length, most);
  if (end < text.length) while (end > 0 && (text[end]! & 0xc0) === 0x80) end--;
  return text.subarray(0, end);
}

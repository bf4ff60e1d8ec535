/** Where the parts of a client's messages stand. Pure; used by the parser of requests alone. */
import type { Hello } from './request.ts';
import {
  type Dialect,
  HELLO_BYTES,
  HELLO_VERSION,
  hasBody,
  MAGIC,
  MAX_URI_BYTES,
  MESSAGE,
  MODES,
  modeOf,
  type ProtocolVersion,
  REQUEST_HEAD_BYTES,
} from './wire.ts';

/** Bytes of the length in front of a body. */
export const BODY_LENGTH_BYTES = 8;

/** The longest message without a body: head, URI and length of the body. */
export const LARGEST_MESSAGE_BYTES = REQUEST_HEAD_BYTES[2] + MAX_URI_BYTES + BODY_LENGTH_BYTES;

const CLOSE_BYTES = 2;
const FIRST_BYTE_OF_HELLO = MAGIC[0]!;
const DIGIT_0 = 0x30;
const DIGIT_9 = 0x39;

/** Whether a connection that begins with this byte begins with HELLO. */
export const beginsHello = (first: number): boolean => first === FIRST_BYTE_OF_HELLO;

/** A first byte that no client of this protocol sends: `document` knows its modes, programs send any digit. */
export function isForeign(dialect: Dialect, first: number): boolean {
  if (dialect === 'document') return first < MODES.fdpass || first > MODES.splice;
  return first < DIGIT_0 || first > DIGIT_9;
}

/**
 * How many bytes the message at `at` needs, as far as the `have` bytes that are here tell; with that many it is whole.
 * A URI that is too long does not belong to its message, nor does what cannot be understood.
 */
export function messageBytes(
  version: ProtocolVersion,
  dialect: Dialect,
  bytes: Buffer,
  at: number,
  have: number,
): number {
  if (have === 0) return 1;
  const first = bytes[at]!;
  if (version === 0) {
    if (beginsHello(first)) return HELLO_BYTES;
    if (isForeign(dialect, first)) return 1;
  }
  if (version === 2) {
    if (first === MESSAGE.close) return CLOSE_BYTES;
    if (first !== MESSAGE.request) return 1;
  }
  const head = REQUEST_HEAD_BYTES[version === 2 ? 2 : 1];
  if (have < head) return head;
  const uriBytes = bytes.readUInt16BE(at + head - 2);
  if (uriBytes > MAX_URI_BYTES) return head;
  const mode = version === 2 ? modeOf(bytes[at + 6]!) : null;
  return head + uriBytes + (mode !== null && hasBody(mode) ? BODY_LENGTH_BYTES : 0);
}

/**
 * Reads HELLO. The order of the capabilities' bytes shows the dialect; where it shows none it is the listener's.
 * @returns null where the magic is another
 */
export function readHello(bytes: Buffer, at: number, listeners: Dialect): Hello | null {
  if (bytes.compare(MAGIC, 0, MAGIC.length, at, at + MAGIC.length) !== 0) return null;
  const dialect = dialectOf(bytes[at + 5]!, bytes[at + 6]!, listeners);
  const little = dialect === 'document';
  return {
    accepted: bytes[at + 4] === HELLO_VERSION,
    dialect,
    capabilities: little ? bytes.readUInt16LE(at + 5) : bytes.readUInt16BE(at + 5),
    depth: little ? bytes.readUInt16LE(at + 7) : bytes.readUInt16BE(at + 7),
  };
}

function dialectOf(first: number, second: number, listeners: Dialect): Dialect {
  if (first !== 0 && second === 0) return 'document';
  if (second !== 0 && first === 0) return 'programs';
  return listeners;
}

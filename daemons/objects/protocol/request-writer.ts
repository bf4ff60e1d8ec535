/** Writes what a client sends. */
import { writeUint64 } from './metadata.ts';
import {
  type Dialect,
  FLAG,
  HELLO_BYTES,
  HELLO_VERSION,
  hasBody,
  MAGIC,
  MAX_URI_BYTES,
  MESSAGE,
  MODES,
  type ModeName,
  REQUEST_HEAD_BYTES,
} from './wire.ts';

const BODY_LENGTH_BYTES = 8;

/** A request to be sent. */
export interface OutgoingRequest {
  /** Of version 2: of no other request that waits. */
  readonly id: number;
  readonly ordered?: boolean | undefined;
  readonly priority?: boolean | undefined;
  readonly mode: ModeName;
  /** At most 4096 bytes of UTF-8. */
  readonly uri: string;
  /** Length of the body that will follow, for modes that have one. */
  readonly bodyBytes?: number | undefined;
}

/** HELLO, which begins version 2. */
export function helloBytes(dialect: Dialect, capabilities: number, depth: number): Buffer {
  const hello = Buffer.alloc(HELLO_BYTES);
  hello.set(MAGIC);
  hello[4] = HELLO_VERSION;
  if (dialect === 'document') {
    hello.writeUInt16LE(capabilities, 5);
    hello.writeUInt16LE(depth, 7);
  } else {
    hello.writeUInt16BE(capabilities, 5);
    hello.writeUInt16BE(depth, 7);
  }
  return hello;
}

/**
 * A request without its body.
 * @throws RangeError for a URI of more than 4096 bytes, and for a mode that the version does not have
 */
export function requestBytes(version: 1 | 2, request: OutgoingRequest): Buffer {
  const { id, ordered, priority, mode, uri, bodyBytes = 0 } = request;
  const uriBytes = Buffer.byteLength(uri);
  if (uriBytes > MAX_URI_BYTES)
    throw new RangeError(`The URI has ${uriBytes} bytes; at most ${MAX_URI_BYTES} are allowed.`);
  if (version === 1 && MODES[mode] > MODES.splice)
    throw new RangeError(`Version 1 has no mode "${mode}"; connect with version 2.`);
  const head = REQUEST_HEAD_BYTES[version];
  const bytes = Buffer.allocUnsafe(head + uriBytes + (hasBody(mode) ? BODY_LENGTH_BYTES : 0));
  let at = 0;
  if (version === 2) {
    bytes[0] = MESSAGE.request;
    bytes.writeUInt32BE(id, 1);
    bytes[5] = (ordered ? FLAG.ordered : 0) | (priority ? FLAG.priority : 0);
    at = 6;
  }
  bytes[at] = MODES[mode];
  bytes.writeUInt16BE(uriBytes, at + 1);
  bytes.write(uri, head);
  if (hasBody(mode)) writeUint64(bytes, head + uriBytes, bodyBytes);
  return bytes;
}

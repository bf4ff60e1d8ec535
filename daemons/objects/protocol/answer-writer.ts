/**
 * Writes answers into a buffer of the caller's: all of an answer but its content and its descriptor. Nothing is
 * allocated. Each function returns where what it wrote ends, and needs room for {@link MAX_ANSWER_HEAD_BYTES}.
 */
import {
  cutText,
  MAX_ERROR_TEXT_BYTES,
  MAX_METADATA_BYTES,
  type Metadata,
  writeMetadata,
  writeUint32,
  writeUint64,
} from './metadata.ts';
import type { Hello } from './request.ts';
import { type RefusalName, statusCode } from './status.ts';
import { CAPABILITY, type Dialect, type Framing, HELLO_VERSION, MAGIC, MESSAGE } from './wire.ts';

/** The longest head: message type, id, status, two lengths, and the metadata. */
const V2_HEAD_BYTES = 16;

/** Room that one answer may take without its content. */
export const MAX_ANSWER_HEAD_BYTES = V2_HEAD_BYTES + MAX_METADATA_BYTES;

const OK = statusCode('ok');
const NOTHING: Metadata = {};

/** What the server offers in HELLO_ACK. */
export interface HelloOffer {
  /** Requests that may be outstanding on one connection, from 1 to 65,535. */
  readonly depth: number;
  /** How many stores the server reads from; programs show it. */
  readonly paths: number;
}

/** What the two sides have agreed on. */
export interface Agreement {
  /** Bits of `CAPABILITY`. */
  readonly capabilities: number;
  /** As it stands in HELLO_ACK. */
  readonly depth: number;
}

/** What a HELLO and an offer make together: what both have, and the smaller depth. */
export function agree(hello: Hello, offer: HelloOffer): Agreement {
  const capabilities = hello.capabilities & (CAPABILITY.outOfOrder | CAPABILITY.pipelining);
  // In `document` 0 is no limit; programs take the plain minimum.
  if (hello.dialect === 'document' && hello.depth === 0) return { capabilities, depth: offer.depth };
  return { capabilities, depth: Math.min(hello.depth, offer.depth) };
}

/** HELLO_ACK, which says no where the version is not accepted: in `programs` by nothing at all. */
export function writeHelloAck(into: Buffer, at: number, hello: Hello, offer: HelloOffer): number {
  const { capabilities, depth } = agree(hello, offer);
  if (hello.dialect === 'programs') {
    if (!hello.accepted) return at;
    into.set(MAGIC, at);
    into[at + 4] = HELLO_VERSION;
    into.writeUInt16BE(capabilities, at + 5);
    into.writeUInt16BE(depth, at + 7);
    into[at + 9] = offer.paths;
    return at + 10;
  }
  into[at] = hello.accepted ? 0 : 1;
  into.writeUInt16LE(capabilities, at + 1);
  into.writeUInt16LE(depth, at + 3);
  into[at + 5] = offer.paths;
  return at + 6;
}

function writeV2(into: Buffer, at: number, id: number, status: number): number {
  into[at] = MESSAGE.answer;
  writeUint32(into, at + 1, id);
  into[at + 5] = status;
  return at + 6;
}

function writeLengthAndMetadata(into: Buffer, at: number, metadata: Metadata): number {
  const end = writeMetadata(into, at + 2, metadata);
  const bytes = end - at - 2;
  into[at] = bytes >> 8;
  into[at + 1] = bytes;
  return end;
}

/** Status, content length and metadata, as `programs` always and `document` in version 2 for content has them. */
function writeFull(
  into: Buffer,
  at: number,
  framing: Framing,
  id: number,
  status: number,
  contentBytes: number,
  metadata: Metadata,
): number {
  let end = at;
  if (framing.version === 2) end = writeV2(into, at, id, status);
  else into[end++] = status;
  return writeLengthAndMetadata(into, writeUint64(into, end, contentBytes), metadata);
}

/** Room that {@link writeDescriptorAnswer} may take for an object's metadata, with both texts at their longest. */
export const MAX_DESCRIPTOR_ANSWER_BYTES = 1024;

/**
 * The answer to FDPASS. In `programs` the byte `DESCRIPTOR_BYTE` follows, in a `sendmsg` of its own that carries the descriptor;
 * in `document` it rides on the first byte of this, and answers that are ready together may share one `sendmsg`.
 */
export function writeDescriptorAnswer(
  into: Buffer,
  at: number,
  framing: Framing,
  id: number,
  metadata: Metadata,
): number {
  if (framing.dialect === 'programs') return writeFull(into, at, framing, id, OK, 0, metadata);
  if (framing.version === 2) return writeLengthAndMetadata(into, writeV2(into, at, id, OK), metadata);
  into[at] = OK;
  return at + 1;
}

/**
 * What stands before content of that length; also the whole answer to put, delete and stat, which have none. Version 1 of
 * `document` has no room for metadata.
 */
export function writeContentHead(
  into: Buffer,
  at: number,
  framing: Framing,
  id: number,
  contentBytes: number,
  metadata: Metadata = NOTHING,
): number {
  if (framing.dialect === 'programs' || framing.version === 2)
    return writeFull(into, at, framing, id, OK, contentBytes, metadata);
  into[at] = OK;
  return writeUint64(into, at + 1, contentBytes);
}

/**
 * A refusal.
 * @param message what was wrong, what was expected and what to do; cut off after 512 bytes
 */
export function writeError(
  into: Buffer,
  at: number,
  framing: Framing,
  id: number,
  status: RefusalName,
  message: string,
): number {
  const code = statusCode(status);
  if (framing.dialect === 'programs')
    return writeFull(into, at, framing, id, code, 0, { errorText: message });
  let end = at;
  if (framing.version === 2) end = writeV2(into, at, id, code);
  else into[end++] = code;
  const bytes = into.write(cutText(message, MAX_ERROR_TEXT_BYTES), end + 2);
  into.writeUInt16BE(bytes, end);
  return end + 2 + bytes;
}

/** CLOSE: the sender takes no more requests, or sends none. */
export function writeClose(into: Buffer, at: number, reason: number): number {
  into[at] = MESSAGE.close;
  into[at + 1] = reason;
  return at + 2;
}

/** CLOSE_ACK: the last message. `outstanding` is how many requests are given up. */
export function writeCloseAck(into: Buffer, at: number, dialect: Dialect, outstanding: number): number {
  let end = at;
  into[end++] = MESSAGE.closeAck;
  if (dialect === 'programs') into[end++] = 0;
  return into.writeUInt32BE(outstanding, end);
}

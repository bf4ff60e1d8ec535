/**
 * What an answer says of its object beside the content: entries of type (1), length (2) and data. Written by the answer
 * writer, read by the client.
 */

/** Type of an entry. Whoever does not know one skips it. */
export const METADATA = {
  size: 1,
  modified: 2,
  etag: 3,
  mimeType: 4,
  backendPath: 5,
  latency: 6,
  /** Of a list: more follows after this URI. Not known to programs of others. */
  next: 0x20,
  errorText: 0xff,
} as const;

/** What is known of an object. An entry is written for what is there. */
export interface Metadata {
  /** Length of the object in bytes. */
  readonly sizeBytes?: number | undefined;
  /** Time of the last change in Unix seconds. */
  readonly modifiedSeconds?: number | undefined;
  /** At most 255 bytes, as is the type; more is left out. */
  readonly etag?: string | undefined;
  readonly mimeType?: string | undefined;
  /** Which of the server's stores it came from: one byte. */
  readonly backendPath?: number | undefined;
  /** Work of the server in microseconds; four bytes. */
  readonly latencyUs?: number | undefined;
  /** Of a list: the last URI of this page, where more follows; at most 4096 bytes. */
  readonly next?: string | undefined;
  /** Why a request was refused. */
  readonly errorText?: string | undefined;
}

const ENTRY_HEAD_BYTES = 3;
const SHORT_TEXT_BYTES = 255;
const LONG_TEXT_BYTES = 4096;
const MAX_ASCII = 0x7f;
const TWO_TO_32 = 0x1_0000_0000;

/** Longest text of a refusal in bytes; the rest is cut off. */
export const MAX_ERROR_TEXT_BYTES = 512;

/** Room that entries may take at most: 2 x 8, 1, 4 and four texts, each with its head. */
export const MAX_METADATA_BYTES =
  8 * ENTRY_HEAD_BYTES + 21 + 2 * SHORT_TEXT_BYTES + LONG_TEXT_BYTES + MAX_ERROR_TEXT_BYTES;

/** Writes a number of eight bytes: a whole one from 0 to 2^53 - 1; what is not becomes the nearest that is. */
export function writeUint64(into: Buffer, at: number, value: number): number {
  const whole = Math.min(Math.max(Math.floor(value), 0), Number.MAX_SAFE_INTEGER) || 0;
  writeUint32(into, at, Math.floor(whole / TWO_TO_32));
  return writeUint32(into, at + 4, whole % TWO_TO_32);
}

/** As `writeUInt32BE`, without its checks: every answer has several. */
export function writeUint32(into: Buffer, at: number, value: number): number {
  into[at] = value >>> 24;
  into[at + 1] = value >>> 16;
  into[at + 2] = value >>> 8;
  into[at + 3] = value;
  return at + 4;
}

/** Reads a number of eight bytes; more than 2^53 - 1 loses its last digits and is no safe integer. */
export const readUint64 = (from: Buffer, at: number): number =>
  from.readUInt32BE(at) * TWO_TO_32 + from.readUInt32BE(at + 4);

function writeHead(into: Buffer, at: number, type: number, bytes: number): number {
  into[at] = type;
  into[at + 1] = bytes >> 8;
  into[at + 2] = bytes & 0xff;
  return at + ENTRY_HEAD_BYTES;
}

function writeText(into: Buffer, at: number, type: number, text: string, maxBytes: number): number {
  const start = at + ENTRY_HEAD_BYTES;
  const characters = text.length;
  if (characters > maxBytes) return at;
  // Etags and media types are short and ASCII: writing their characters is quicker than to ask Node for it.
  for (let i = 0; i < characters; i++) {
    const code = text.charCodeAt(i);
    if (code > MAX_ASCII) return writeUtf8(into, at, type, text, maxBytes);
    into[start + i] = code;
  }
  return writeHead(into, at, type, characters) + characters;
}

function writeUtf8(into: Buffer, at: number, type: number, text: string, maxBytes: number): number {
  const bytes = Buffer.byteLength(text);
  if (bytes > maxBytes) return at;
  return writeHead(into, at, type, bytes) + into.write(text, at + ENTRY_HEAD_BYTES);
}

/** The beginning of a text that takes at most `maxBytes`, without half a character at its end. */
export function cutText(text: string, maxBytes: number): string {
  if (Buffer.byteLength(text) <= maxBytes) return text;
  let end = 0;
  let bytes = 0;
  for (const character of text) {
    bytes += Buffer.byteLength(character);
    if (bytes > maxBytes) break;
    end += character.length;
  }
  return text.slice(0, end);
}

/**
 * Writes the entries that are there; returns where they end.
 * @param into has room for `MAX_METADATA_BYTES` from `at` on
 */
export function writeMetadata(into: Buffer, at: number, metadata: Metadata): number {
  const { sizeBytes, modifiedSeconds, etag, mimeType, backendPath, latencyUs, next, errorText } = metadata;
  let end = at;
  if (sizeBytes !== undefined) end = writeUint64(into, writeHead(into, end, METADATA.size, 8), sizeBytes);
  if (modifiedSeconds !== undefined)
    end = writeUint64(into, writeHead(into, end, METADATA.modified, 8), modifiedSeconds);
  if (etag !== undefined) end = writeText(into, end, METADATA.etag, etag, SHORT_TEXT_BYTES);
  if (mimeType !== undefined) end = writeText(into, end, METADATA.mimeType, mimeType, SHORT_TEXT_BYTES);
  if (backendPath !== undefined) {
    end = writeHead(into, end, METADATA.backendPath, 1);
    into[end++] = backendPath;
  }
  if (latencyUs !== undefined) {
    const whole = Math.min(Math.max(Math.floor(latencyUs), 0), TWO_TO_32 - 1) || 0;
    end = into.writeUInt32BE(whole, writeHead(into, end, METADATA.latency, 4));
  }
  if (next !== undefined) end = writeText(into, end, METADATA.next, next, LONG_TEXT_BYTES);
  if (errorText !== undefined)
    end = writeText(
      into,
      end,
      METADATA.errorText,
      cutText(errorText, MAX_ERROR_TEXT_BYTES),
      MAX_ERROR_TEXT_BYTES,
    );
  return end;
}

/**
 * Reads entries from `start` to `end`. Unknown types, and known ones of another length than they have, are skipped; of two
 * of one type the last holds.
 * @returns null where an entry reaches beyond the end
 */
export function readMetadata(from: Buffer, start: number, end: number): Metadata | null {
  const found: { -readonly [Key in keyof Metadata]: Metadata[Key] } = {};
  let at = start;
  while (at < end) {
    if (end - at < ENTRY_HEAD_BYTES) return null;
    const type = from[at]!;
    const bytes = from.readUInt16BE(at + 1);
    const data = at + ENTRY_HEAD_BYTES;
    at = data + bytes;
    if (at > end) return null;
    if (type === METADATA.size && bytes === 8) found.sizeBytes = readUint64(from, data);
    else if (type === METADATA.modified && bytes === 8) found.modifiedSeconds = readUint64(from, data);
    else if (type === METADATA.etag) found.etag = from.toString('utf8', data, at);
    else if (type === METADATA.mimeType) found.mimeType = from.toString('utf8', data, at);
    else if (type === METADATA.backendPath && bytes === 1) found.backendPath = from[data]!;
    else if (type === METADATA.latency && bytes === 4) found.latencyUs = from.readUInt32BE(data);
    else if (type === METADATA.next) found.next = from.toString('utf8', data, at);
    else if (type === METADATA.errorText) found.errorText = from.toString('utf8', data, at);
  }
  return found;
}

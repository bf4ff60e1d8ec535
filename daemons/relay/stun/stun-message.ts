/**
 * STUN binding (RFC 8489): tells whoever asks from which address it was heard, and nothing else. Requests in, answers out, in
 * memory; sockets are stun-listener.ts's business.
 */
import { parseAddress } from '../../runtime/net/ip-address.ts';

/** RFC 8489 section 5. */
export const STUN_HEADER_BYTES = 20;
const MAGIC_COOKIE = 0x2112a442;
/** A binding request, success and error (sections 5 and 14). */
const REQUEST = 0x0001;
const SUCCESS = 0x0101;
const ERROR = 0x0111;

const XOR_MAPPED_ADDRESS = 0x0020;
const ERROR_CODE = 0x0009;
const UNKNOWN_ATTRIBUTES = 0x000a;
/** Below it, a receiver that does not know an attribute must not answer as if it did (section 14). */
const OPTIONAL_FROM = 0x8000;
const IPV4 = 1;
const IPV6 = 2;

/** Comprehension-required attributes that change nothing here: credentials that nobody asked for are passed over (section 9). */
const PASSED_OVER: ReadonlySet<number> = new Set([
  0x0001, 0x0006, 0x0008, 0x0014, 0x0015, 0x001c, 0x001d, 0x001e,
]);

/** Unknown attributes that are named in an answer, so that it is hardly longer than what it answers. */
const MOST_NAMED = 4;

/** Bytes of the message that begins `bytes`, header included; 0 where there is too little, -1 where it is none. */
export function stunLength(bytes: Buffer): number {
  if (bytes.length > 0 && (bytes[0]! & 0xc0) !== 0) return -1;
  if (bytes.length < STUN_HEADER_BYTES) return 0;
  const length = bytes.readUInt16BE(2);
  if ((length & 3) !== 0 || bytes.readUInt32BE(4) !== MAGIC_COOKIE) return -1;
  return STUN_HEADER_BYTES + length;
}

/**
 * The answer to a message from an address; null for what asks nothing: it is no binding request, or broken.
 * @param message one whole message
 */
export function stunAnswer(message: Buffer, address: string, port: number): Buffer | null {
  if (message.length === 0 || stunLength(message) !== message.length) return null;
  if (message.readUInt16BE(0) !== REQUEST) return null;
  const unknown = unknownAttributes(message);
  if (unknown === null) return null;
  return unknown.length > 0 ? refusal(message, unknown) : success(message, address, port);
}

/** Attributes that it must know and does not; null where they are cut off. */
function unknownAttributes(message: Buffer): number[] | null {
  const unknown: number[] = [];
  let at = STUN_HEADER_BYTES;
  while (at < message.length) {
    if (message.length - at < 4) return null;
    const type = message.readUInt16BE(at);
    // Attributes end at a multiple of four bytes.
    const size = (message.readUInt16BE(at + 2) + 3) & ~3;
    at += 4 + size;
    if (at > message.length) return null;
    if (type < OPTIONAL_FROM && !PASSED_OVER.has(type) && unknown.length < MOST_NAMED) unknown.push(type);
  }
  return unknown;
}

function head(type: number, request: Buffer, attributeBytes: number): Buffer {
  const answer = Buffer.alloc(STUN_HEADER_BYTES + attributeBytes);
  answer.writeUInt16BE(type, 0);
  answer.writeUInt16BE(attributeBytes, 2);
  // The cookie and the number of the transaction.
  request.copy(answer, 4, 4, STUN_HEADER_BYTES);
  return answer;
}

/** Section 14.2: the address, mixed with cookie and transaction, so that no box on the way rewrites it. */
function success(request: Buffer, address: string, port: number): Buffer | null {
  const groups = parseAddress(address);
  if (groups === null) return null;
  const ipv4 = !address.includes(':');
  const size = ipv4 ? 4 : 16;
  const answer = head(SUCCESS, request, 8 + size);
  let at = STUN_HEADER_BYTES;
  at = answer.writeUInt16BE(XOR_MAPPED_ADDRESS, at);
  at = answer.writeUInt16BE(4 + size, at);
  at = answer.writeUInt16BE(ipv4 ? IPV4 : IPV6, at);
  at = answer.writeUInt16BE(port ^ (MAGIC_COOKIE >>> 16), at);
  const bytes = addressBytes(address, groups);
  for (let i = 0; i < size; i++) answer[at + i] = bytes[i]! ^ request[4 + i]!;
  return answer;
}

function addressBytes(address: string, groups: readonly number[] | Uint16Array): Buffer {
  if (!address.includes(':')) return Buffer.from(address.split('.').map(Number));
  const bytes = Buffer.alloc(16);
  for (let i = 0; i < 8; i++) bytes.writeUInt16BE(groups[i]!, 2 * i);
  return bytes;
}

/** 420, Unknown Attribute (sections 6.3.1 and 14.13). */
function refusal(request: Buffer, unknown: readonly number[]): Buffer {
  const named = 2 * unknown.length;
  const answer = head(ERROR, request, 8 + 4 + ((named + 3) & ~3));
  let at = STUN_HEADER_BYTES;
  at = answer.writeUInt16BE(ERROR_CODE, at);
  at = answer.writeUInt16BE(4, at);
  at = answer.writeUInt32BE((4 << 8) | 20, at);
  at = answer.writeUInt16BE(UNKNOWN_ATTRIBUTES, at);
  at = answer.writeUInt16BE(named, at);
  for (const type of unknown) at = answer.writeUInt16BE(type, at);
  return answer;
}

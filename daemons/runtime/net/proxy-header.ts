/**
 * The header with which a proxy says whose connection it brings: HAProxy's PROXY protocol, versions 1 and 2 ("The PROXY protocol",
 * sections 2.1 and 2.2). Read by {@link ProxyReader}.
 */
import { isIPv4, isIPv6 } from 'node:net';
import { limits } from '../limits.ts';
import { canonicalNetwork } from './canonical-address.ts';
import { parseAddress } from './ip-address.ts';

/** Whose connection it is. */
export interface ProxySource {
  readonly address: string;
  readonly port: number;
}

/** A header that is complete. */
export interface ProxyHeader {
  /** Bytes that it takes; what follows is the client's. */
  readonly length: number;
  /** Null where the proxy speaks for itself, to see whether we are there, or does not know (`LOCAL`, `UNKNOWN`). */
  readonly source: ProxySource | null;
}

/** What the first bytes of a connection are: a header, its beginning, none at all, or a bad one, with what is wrong with it. */
export type ProxyVerdict = ProxyHeader | 'unfinished' | 'none' | { readonly problem: string };

const V1_BEGINNING = Buffer.from('PROXY ');
/** Section 2.1: the longest line that version 1 allows, with its CR LF. */
const V1_MOST_BYTES = 107;
const V2_SIGNATURE = Buffer.from('\r\n\r\n\0\r\nQUIT\n');
/** Signature, version and command, family and transport, length. */
const V2_HEAD_BYTES = 16;

const V2_LOCAL = 0x20;
const V2_PROXY = 0x21;
const UNSPECIFIED = 0x00;
const TCP4 = 0x11;
const TCP6 = 0x21;
const UNIX_STREAM = 0x31;

const MAPPED = Buffer.from('00000000000000000000ffff', 'hex');

/** Looks at the first bytes that came. */
export function parseProxyHeader(bytes: Buffer): ProxyVerdict {
  if (beginsLike(bytes, V2_SIGNATURE)) return bytes.length < V2_HEAD_BYTES ? 'unfinished' : parseV2(bytes);
  if (beginsLike(bytes, V1_BEGINNING)) return parseV1(bytes);
  return 'none';
}

/** Whether as much as is there is the same. */
function beginsLike(bytes: Buffer, wanted: Buffer): boolean {
  const length = Math.min(bytes.length, wanted.length);
  return bytes.compare(wanted, 0, length, 0, length) === 0;
}

function parseV1(bytes: Buffer): ProxyVerdict {
  const end = bytes.subarray(0, V1_MOST_BYTES).indexOf('\r\n');
  if (end < 0) {
    if (bytes.length < V1_MOST_BYTES) return 'unfinished';
    return { problem: `a line of version 1 without an end in ${V1_MOST_BYTES} bytes` };
  }
  const length = end + 2;
  const fields = bytes.toString('latin1', V1_BEGINNING.length, end).split(' ');
  const [family] = fields;
  // Whatever follows is to be ignored.
  if (family === 'UNKNOWN') return { length, source: null };
  const [, from, to, fromPort, toPort, ...more] = fields;
  const isAddress = family === 'TCP4' ? isIPv4 : family === 'TCP6' ? isPlainIPv6 : null;
  if (isAddress === null)
    return { problem: 'a line of version 1 of another family than TCP4, TCP6 or UNKNOWN' };
  if (!isAddress(from ?? '') || !isAddress(to ?? ''))
    return { problem: `a line of version 1 without two addresses of ${family}` };
  if (!isPort(fromPort) || !isPort(toPort) || more.length > 0)
    return { problem: 'a line of version 1 that does not end in two ports' };
  return { length, source: { address: canonical(from!), port: Number(fromPort) } };
}

function parseV2(bytes: Buffer): ProxyVerdict {
  const command = bytes[12]!;
  const family = bytes[13]!;
  const size = bytes.readUInt16BE(14);
  const length = V2_HEAD_BYTES + size;
  if (command >> 4 !== 2) return { problem: `version ${command >> 4} behind the signature of version 2` };
  if (command !== V2_LOCAL && command !== V2_PROXY)
    return { problem: `command ${command & 15} of version 2` };
  const most = limits.proxyHeaderBytes.default;
  if (length > most) return { problem: `a header of version 2 with ${length} bytes, more than ${most}` };
  if (bytes.length < length) return 'unfinished';
  if (command === V2_LOCAL || family === UNSPECIFIED || family === UNIX_STREAM)
    return { length, source: null };
  const addressBytes = family === TCP4 ? 4 : family === TCP6 ? 16 : 0;
  if (addressBytes === 0)
    return {
      problem: `addresses of version 2 that are of no TCP (0x${family.toString(16).padStart(2, '0')})`,
    };
  if (size < 2 * addressBytes + 4)
    return { problem: `a header of version 2 that is too short for its addresses` };
  const at = V2_HEAD_BYTES;
  const from = bytes.subarray(at, at + addressBytes);
  const address = family === TCP4 ? from.join('.') : ipv6(from);
  return { length, source: { address, port: bytes.readUInt16BE(at + 2 * addressBytes) } };
}

/** Without a zone, which means nothing here. */
function isPlainIPv6(text: string): boolean {
  return isIPv6(text) && !text.includes('%');
}

function isPort(text: string | undefined): boolean {
  return text !== undefined && /^(?:0|[1-9]\d{0,4})$/.test(text) && Number(text) <= 65_535;
}

function ipv6(bytes: Buffer): string {
  if (bytes.subarray(0, MAPPED.length).equals(MAPPED)) return bytes.subarray(MAPPED.length).join('.');
  const groups = Array.from({ length: 8 }, (_, group) => bytes.readUInt16BE(2 * group).toString(16));
  return canonical(groups.join(':'));
}

/** As sockets say it. */
function canonical(address: string): string {
  const groups = parseAddress(address)!;
  return canonicalNetwork({ address, prefix: 128, groups, bits: 128 }).address;
}

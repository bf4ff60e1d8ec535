/**
 * IP addresses and CIDR blocks as numbers, for connection classes, connect throttles and bans of every daemon. IPv4
 * lives inside IPv6 as `::ffff:a.b.c.d` (RFC 4291 2.5.5.2), so that one comparison serves both families.
 */
import { isIPv4, isIPv6 } from 'node:net';

/** Eight 16-bit groups, most significant first. */
export type AddressGroups = Uint16Array;

const GROUPS = 8;
const IPV4_PREFIX_BITS = 96;

function parseIPv4(text: string, groups: AddressGroups): void {
  const parts = text.split('.');
  groups[5] = 0xffff;
  groups[6] = (Number(parts[0]) << 8) | Number(parts[1]);
  groups[7] = (Number(parts[2]) << 8) | Number(parts[3]);
}

/** The groups of a textual address, or null when it is none. A zone (`%eth0`) is ignored. */
export function parseAddress(text: string): AddressGroups | null {
  const groups = new Uint16Array(GROUPS);
  if (isIPv4(text)) {
    parseIPv4(text, groups);
    return groups;
  }
  if (!isIPv6(text)) return null;
  let rest = text.split('%')[0]!;
  const lastColon = rest.lastIndexOf(':');
  const tail = rest.slice(lastColon + 1);
  if (tail.includes('.')) {
    const [a, b, c, d] = tail.split('.').map(Number) as [number, number, number, number];
    rest = `${rest.slice(0, lastColon + 1)}${((a << 8) | b).toString(16)}:${((c << 8) | d).toString(16)}`;
  }
  const [head, after] = rest.split('::') as [string, string | undefined];
  // What is empty beside the `::` is no number, which a group takes for 0.
  const front = head.split(':');
  const back = after === undefined ? [] : after.split(':');
  for (let i = 0; i < front.length; i++) groups[i] = Number.parseInt(front[i]!, 16);
  for (let i = 0; i < back.length; i++) {
    groups[GROUPS - back.length + i] = Number.parseInt(back[i]!, 16);
  }
  return groups;
}

/** Whether the groups hold an IPv4 address (`::ffff:0:0/96`). */
export function isMappedIPv4(groups: AddressGroups): boolean {
  return (
    groups[5] === 0xffff &&
    groups[0] === 0 &&
    groups[1] === 0 &&
    groups[2] === 0 &&
    groups[3] === 0 &&
    groups[4] === 0
  );
}

/** The last 32 bits as an IPv4 address. */
export function dottedIPv4(groups: AddressGroups): string {
  const high = groups[6]!;
  const low = groups[7]!;
  return `${high >> 8}.${high & 255}.${low >> 8}.${low & 255}`;
}

/** The groups in their shortest spelling (RFC 5952), as the system spells addresses of sockets. */
export function addressText(groups: AddressGroups): string {
  if (isMappedIPv4(groups)) return dottedIPv4(groups);
  const parts = Array.from(groups, (group) => group.toString(16));
  const run = longestZeroRun(groups);
  if (run.length < 2) return parts.join(':');
  return `${parts.slice(0, run.start).join(':')}::${parts.slice(run.start + run.length).join(':')}`;
}

/** The first of the longest runs of groups that are zero. */
export function longestZeroRun(groups: AddressGroups): { readonly start: number; readonly length: number } {
  let longest = { start: -1, length: 0 };
  let length = 0;
  for (let i = 0; i < GROUPS; i++) {
    length = groups[i] === 0 ? length + 1 : 0;
    if (length > longest.length) longest = { start: i - length + 1, length };
  }
  return longest;
}

/** The address as the server shows it: `::ffff:192.0.2.1` becomes `192.0.2.1`, everything else stays. */
export function plainAddress(text: string): string {
  if (!text.startsWith('::ffff:')) return text;
  const tail = text.slice(7);
  return isIPv4(tail) ? tail : text;
}

/** A block of addresses. `bits` counts from the start of the IPv6 form, so IPv4 `/8` is 104. */
export interface CidrBlock {
  /** The address as it was written. */
  readonly address: string;
  /** The prefix length as it was written; 32 or 128 for a single address. */
  readonly prefix: number;
  readonly groups: AddressGroups;
  readonly bits: number;
}

/** Reads `192.0.2.0/24`, `2001:db8::/32`, or one address without a length; null when it is none of these. */
export function parseCidr(text: string): CidrBlock | null {
  const slash = text.indexOf('/');
  const address = slash < 0 ? text : text.slice(0, slash);
  const groups = parseAddress(address);
  if (groups === null) return null;
  const offset = isIPv4(address) ? IPV4_PREFIX_BITS : 0;
  if (slash < 0) return { address, prefix: 128 - offset, groups, bits: 128 };
  const length = text.slice(slash + 1);
  if (!/^\d{1,3}$/.test(length)) return null;
  const prefix = Number(length);
  const bits = offset + prefix;
  return bits > 128 ? null : { address, prefix, groups, bits };
}

/** Whether an address lies in a block. A block of IPv4 also takes the mapped form of its addresses. */
export function cidrContains(block: CidrBlock, address: AddressGroups): boolean {
  let bits = block.bits;
  for (let i = 0; bits > 0; i++, bits -= 16) {
    const difference = block.groups[i]! ^ address[i]!;
    if (difference >>> Math.max(0, 16 - bits) !== 0) return false;
  }
  return true;
}

/** A set of blocks that is asked for single addresses. */
export class AddressRanges {
  readonly #blocks: readonly CidrBlock[];

  constructor(blocks: readonly CidrBlock[]) {
    this.#blocks = blocks;
  }

  /** Whether any block holds the address; text that is no address is in none. */
  has(address: string): boolean {
    const groups = parseAddress(address);
    return groups !== null && this.#blocks.some((block) => cidrContains(block, groups));
  }
}

/**
 * The network that one customer usually holds: the address itself for IPv4, its /64 for IPv6. Throttles count
 * by this key.
 */
export function networkKey(address: string): string {
  const groups = parseAddress(address);
  if (groups === null || isIPv4(address)) return address;
  if (isMappedIPv4(groups)) return dottedIPv4(groups);
  return `${[...groups.subarray(0, 4)].map((group) => group.toString(16)).join(':')}::/64`;
}

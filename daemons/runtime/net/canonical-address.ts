/**
 * One way to write an address or a network, so that a ban set in one spelling is found again in every other. Called
 * by the ban lists of the daemons.
 */
import { type AddressGroups, type CidrBlock, dottedIPv4, isMappedIPv4, parseCidr } from './ip-address.ts';

const IPV4_OFFSET = 96;
const ALL_BITS = 128;

/** A network by its first address. */
export interface CanonicalNetwork {
  /** IPv4 with dots, also for its mapped form; IPv6 as RFC 5952 section 4 recommends. */
  readonly address: string;
  /** Up to 32 for IPv4, up to 128 for IPv6. */
  readonly prefix: number;
  /** Whether it is a single address. */
  readonly single: boolean;
}

/** The network that a block names: `10.1.2.3/8` is `10.0.0.0/8`, and `::ffff:10.0.0.1` is `10.0.0.1`. */
export function canonicalNetwork({ groups, bits }: CidrBlock): CanonicalNetwork {
  const first = new Uint16Array(groups);
  for (let i = 0, left = bits; i < first.length; i++, left -= 16) {
    first[i] = first[i]! & (0xffff << Math.min(16, Math.max(0, 16 - left)));
  }
  const single = bits === ALL_BITS;
  if (bits >= IPV4_OFFSET && isMappedIPv4(first)) {
    return { address: dottedIPv4(first), prefix: bits - IPV4_OFFSET, single };
  }
  return { address: compressed(first), prefix: bits, single };
}

/** The network as text, without a length for a single address. */
export function canonicalCidr(block: CidrBlock): string {
  const { address, prefix, single } = canonicalNetwork(block);
  return single ? address : `${address}/${prefix}`;
}

/** A range as text, whatever spelling it came in: its first address, always with the prefix. What is no range stays as it is. */
export function canonicalRange(text: string): string {
  const range = parseCidr(text);
  if (range === null) return text;
  const { address, prefix } = canonicalNetwork(range);
  return `${address}/${prefix}`;
}

/** RFC 5952: no leading zeros, lower case, and the first longest run of two or more zero groups as `::`. */
function compressed(groups: AddressGroups): string {
  let start = -1;
  let length = 1;
  for (let i = 0; i < groups.length; i++) {
    let end = i;
    while (end < groups.length && groups[end] === 0) end++;
    if (end - i > length) {
      start = i;
      length = end - i;
    }
  }
  const text = [...groups].map((group) => group.toString(16));
  if (start === -1) return text.join(':');
  return `${text.slice(0, start).join(':')}::${text.slice(start + length).join(':')}`;
}

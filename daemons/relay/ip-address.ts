/** Textual IP addresses and CIDR ranges, as listeners, classes, bans and the connect throttle need them. */
import { BlockList, isIP, isIPv4, isIPv6 } from 'node:net';

/** A range of addresses. */
export interface Cidr {
  readonly address: string;
  readonly prefix: number;
  readonly family: 'ipv4' | 'ipv6';
}

/** The address as people write it: an IPv4 client of an IPv6 listener appears as plain IPv4. */
export function plainAddress(address: string): string {
  const mapped = address.startsWith('::ffff:') ? address.slice(7) : '';
  return isIPv4(mapped) ? mapped : address;
}

/** Reads `10.0.0.0/8`, `::1/128` or a single address; null when it is none of these. */
export function parseCidr(text: string): Cidr | null {
  const slash = text.indexOf('/');
  const address = slash < 0 ? text : text.slice(0, slash);
  const version = isIP(address);
  if (version === 0) return null;
  const bits = version === 4 ? 32 : 128;
  if (slash < 0) return { address, prefix: bits, family: version === 4 ? 'ipv4' : 'ipv6' };
  const digits = text.slice(slash + 1);
  if (!/^\d{1,3}$/.test(digits) || Number(digits) > bits) return null;
  return { address, prefix: Number(digits), family: version === 4 ? 'ipv4' : 'ipv6' };
}

/** A set of ranges that is asked for single addresses. */
export class AddressRanges {
  readonly #list = new BlockList();

  constructor(ranges: readonly Cidr[]) {
    for (const range of ranges) this.#list.addSubnet(range.address, range.prefix, range.family);
  }

  has(address: string): boolean {
    const version = isIP(address);
    return version !== 0 && this.#list.check(address, version === 4 ? 'ipv4' : 'ipv6');
  }
}

/** What the throttle counts by: the address itself, or the /64 of an IPv6 address, of which one host has them all. */
export function throttleKey(address: string): string {
  if (!isIPv6(address)) return address;
  const [head = '', tail] = address.split('::');
  const groups = head === '' ? [] : head.split(':');
  if (tail !== undefined) {
    const after = tail === '' ? 0 : tail.split(':').length;
    while (groups.length + after < 8) groups.push('0');
  }
  return `${groups.slice(0, 4).join(':')}::/64`;
}

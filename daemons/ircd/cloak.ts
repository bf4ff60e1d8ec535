/**
 * Hosts that hide addresses (user mode +x). The parts of a cloak are made of the address and of the networks around it, so that a
 * ban on a cloak can cover a network without telling which. Without the key nobody can say whose a cloak is. Pure; the keys
 * are read by cloak-keys.ts.
 */
import { createHmac } from 'node:crypto';
import { type AddressGroups, dottedIPv4, isMappedIPv4, parseAddress } from '../runtime/net/ip-address.ts';

/** Characters of a part: 40 bits, so that of a million addresses hardly two share one. */
const PART_CHARACTERS = 8;
/** Base 32 of RFC 4648 in lower case: a host has no case, and a digit at its start is fine (RFC 1123 section 2.1). */
const ALPHABET = 'abcdefghijklmnopqrstuvwxyz234567';

/** Bits of the networks around an address. Whoever has an IPv6 address has a /64 (RFC 6177), so that is the narrowest. */
const IPV4_PREFIXES = [32, 24, 16] as const;
const IPV6_PREFIXES = [64, 48, 32] as const;

/** What is in front of the suffix takes. */
export const CLOAK_BYTES = 3 * (PART_CHARACTERS + 1);

/** The cloaks that keys make. */
export class Cloaks {
  readonly #keys: readonly Buffer[];
  readonly #suffix: string;

  /**
   * @param keys the first makes cloaks, the others were in use before; at least one
   * @param suffix what cloaks end in, behind a dot
   */
  constructor(keys: readonly Buffer[], suffix: string) {
    this.#keys = keys;
    this.#suffix = suffix;
  }

  /** The cloaks of an address: the one in use, and what it was with the keys before, the newest first. */
  all(address: string): string[] {
    return this.#keys.map((key) => this.#made(key, address));
  }

  #made(key: Buffer, address: string): string {
    const networks = networksOf(address);
    return [...networks.map((network) => part(key, network)), this.#suffix].join('.');
  }
}

/** The address and the networks around it, from the narrowest on, as what is hashed. */
function networksOf(address: string): string[] {
  const groups = parseAddress(address);
  if (groups === null) return [address];
  if (isMappedIPv4(groups)) {
    const octets = dottedIPv4(groups).split('.');
    return IPV4_PREFIXES.map((bits) => `${octets.slice(0, bits / 8).join('.')}/${bits}`);
  }
  return IPV6_PREFIXES.map((bits) => `${hexOf(groups, bits)}/${bits}`);
}

function hexOf(groups: AddressGroups, bits: number): string {
  return [...groups.subarray(0, bits / 16)].map((group) => group.toString(16)).join(':');
}

function part(key: Buffer, network: string): string {
  const bytes = createHmac('sha256', key).update(network).digest();
  let text = '';
  for (let i = 0; i < PART_CHARACTERS; i++) text += ALPHABET[bytes[i]! & 31];
  return text;
}

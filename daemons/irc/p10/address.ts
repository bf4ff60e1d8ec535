/**
 * Addresses as P10 writes them: IPv4 in six digits of base 64; IPv6 in three for each 16 bits, with `_` for the longest run
 * of zeros. Pure; called by the reader and the writer of users.
 */
import { type AddressGroups, isMappedIPv4, longestZeroRun } from '../../runtime/net/ip-address.ts';
import { base64At, fromBase64, toBase64 } from './numeric.ts';

const GROUPS = 8;
const GROUP_DIGITS = 3;
const IPV4_DIGITS = 6;

/** @param groups as `parseAddress` gives them. */
export function encodeAddress(groups: AddressGroups): string {
  if (isMappedIPv4(groups)) return toBase64(groups[6]! * 0x10000 + groups[7]!, IPV4_DIGITS);
  const run = longestZeroRun(groups);
  let text = '';
  for (let i = 0; i < GROUPS; i++) {
    if (i !== run.start) text += toBase64(groups[i]!, GROUP_DIGITS);
    else {
      text += '_';
      i += run.length - 1;
    }
  }
  return text;
}

/** Whether a part of a text is an address as P10 writes it. */
export function isAddressAt(text: string, start: number, end: number): boolean {
  if (end - start === IPV4_DIGITS && base64At(text, start, end) >= 0) return true;
  return decodeAddress(text.slice(start, end)) !== null;
}

/** The groups of what {@link encodeAddress} or another server wrote; null when it is no address. */
export function decodeAddress(text: string): AddressGroups | null {
  const groups = new Uint16Array(GROUPS);
  if (text.length === IPV4_DIGITS && !text.includes('_')) {
    const value = fromBase64(text);
    if (value < 0) return null;
    groups[5] = 0xffff;
    // Six digits hold four bits more than an address has, which services set where they mean none: `]]]]]]`.
    groups[6] = Math.floor(value / 0x10000) % 0x10000;
    groups[7] = value % 0x10000;
    return groups;
  }
  const cut = text.indexOf('_');
  if (cut < 0) return readGroups(text, groups, 0) === GROUPS ? groups : null;
  const after = text.slice(cut + 1);
  const front = readGroups(text.slice(0, cut), groups, 0);
  const back = after.length / GROUP_DIGITS;
  if (front < 0 || !Number.isInteger(back) || front + back >= GROUPS) return null;
  return readGroups(after, groups, GROUPS - back) < 0 ? null : groups;
}

/** Reads whole groups into `groups` from `at` on; how many, or -1 when it is none. */
function readGroups(text: string, groups: AddressGroups, at: number): number {
  const count = text.length / GROUP_DIGITS;
  if (!Number.isInteger(count) || at + count > GROUPS) return -1;
  for (let i = 0; i < count; i++) {
    const value = fromBase64(text.slice(i * GROUP_DIGITS, (i + 1) * GROUP_DIGITS));
    if (value < 0 || value > 0xffff) return -1;
    groups[at + i] = value;
  }
  return count;
}

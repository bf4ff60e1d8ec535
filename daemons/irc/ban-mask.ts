/**
 * Masks that ban users from a server or a network: `user@host`, where the host may be a glob, an address or a network. Pure; the bans
 * of the IRC server and those of services are checked and spelled alike.
 */
import { isLineWord, toLineText } from '../../contract/line-texts.ts';
import { type CidrBlock, isMappedIPv4, parseCidr } from '../runtime/net/ip-address.ts';
import { canonicalMask, hasBrokenNetwork } from './address-mask.ts';

/** IPv4 blocks lie in the last 32 bits of an IPv6 address. */
const IPV4_OFFSET = 96;
/** Larger networks than these are refused: they are a slip of the finger. */
const MIN_IPV4_BITS = 8;
const MIN_IPV6_BITS = 16;

/** The one spelling of what somebody typed: `10.1.2.3` is `*@10.1.2.3`, `*!a@b` is `a@b`. */
export function canonicalUserMask(typed: string): string {
  const mask = typed.startsWith('*!') ? typed.slice(2) : typed;
  return canonicalMask(mask.includes('@') ? mask : `*@${mask}`);
}

/** Why a `user@host` mask cannot be banned, or null. One that covers everybody is refused. @param most characters */
export function userMaskProblem(mask: string, most: number): string | null {
  if (mask.length > most) return `a mask has at most ${most} characters`;
  if (!isLineWord(mask)) return `${toLineText(mask)} holds what cannot stand in a mask`;
  const at = mask.indexOf('@');
  if (at < 1 || at === mask.length - 1 || mask.includes(' ') || mask.includes('!')) {
    return `${mask} is not of the form user@host`;
  }
  if (hasBrokenNetwork(mask)) return `${mask.slice(at + 1)} is not a network such as 10.0.0.0/8`;
  const network = parseCidr(mask.slice(at + 1));
  if (network !== null && isTooWide(network)) return tooWide(mask, network);
  const literal = mask.replaceAll('*', '').replaceAll('?', '').replaceAll('.', '').replaceAll('@', '');
  return literal === '' ? `${mask} would ban everybody` : null;
}

/** Why an address or network cannot be banned, or null. @param most characters */
export function networkProblem(mask: string, most: number): string | null {
  if (mask.length > most) return `a mask has at most ${most} characters`;
  const block = parseCidr(mask);
  if (block === null) return `${toLineText(mask)} is neither an address nor a network such as 10.0.0.0/8`;
  return isTooWide(block) ? tooWide(mask, block) : null;
}

function tooWide(mask: string, { groups, bits }: CidrBlock): string {
  const [least, own] = isMappedIPv4(groups) ? [MIN_IPV4_BITS, bits - IPV4_OFFSET] : [MIN_IPV6_BITS, bits];
  const whom = own <= 0 ? 'everybody' : 'more than a network';
  return `${mask} would ban ${whom}, expected a prefix of at least /${least}`;
}

function isTooWide({ groups, bits }: CidrBlock): boolean {
  return bits < (isMappedIPv4(groups) ? IPV4_OFFSET + MIN_IPV4_BITS : MIN_IPV6_BITS);
}

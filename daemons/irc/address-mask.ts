/**
 * Masks whose host part is an address or a network: `*!*@10.0.0.0/8`, `*@2001:db8::/32`. They cover every address of
 * the network, however it is spelled, where a glob would compare text. Used by the lists of channels, by K-lines and
 * by operator blocks, beside the glob of the same mask.
 */
import { canonicalCidr } from '../runtime/net/canonical-address.ts';
import {
  type AddressGroups,
  type CidrBlock,
  cidrContains,
  parseAddress,
  parseCidr,
} from '../runtime/net/ip-address.ts';
import type { Mask } from '../runtime/net/mask.ts';
import { compileMask } from './mask.ts';

/** A mask with a network, ready to match. */
export interface AddressMask {
  /** What stands before the `@`: `nick!user` or `user`, as a glob. */
  readonly who: Mask;
  readonly block: CidrBlock;
}

/** The network of a mask; null when its host part is none. */
export function compileAddressMask(mask: string): AddressMask | null {
  const at = mask.lastIndexOf('@');
  const block = parseCidr(mask.slice(at + 1));
  return at === -1 || block === null ? null : { who: compileMask(mask.slice(0, at)), block };
}

/**
 * Whether a mask covers a client.
 * @param who folded `nick!user` or `user`, whichever the mask has before its `@`.
 */
export function coversAddress(mask: AddressMask, who: string, address: AddressGroups): boolean {
  return cidrContains(mask.block, address) && mask.who.matches(who);
}

/** The mask with its address or network in the one canonical spelling; others come back as they are. */
export function canonicalMask(mask: string): string {
  const at = mask.lastIndexOf('@');
  const block = parseCidr(mask.slice(at + 1));
  return at === -1 || block === null ? mask : `${mask.slice(0, at)}@${canonicalCidr(block)}`;
}

/** Whether the host part is an address with a length that it cannot have, such as `10.0.0.0/33`. */
export function hasBrokenNetwork(mask: string): boolean {
  const host = mask.slice(mask.lastIndexOf('@') + 1);
  const slash = host.indexOf('/');
  return slash !== -1 && parseAddress(host.slice(0, slash)) !== null && parseCidr(host) === null;
}

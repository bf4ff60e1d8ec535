/** Masks of bans and lamers: what somebody means by one, whom one covers, and which a person is covered by. */

import { compileAddressMask, coversAddress, hasBrokenNetwork } from '../../irc/address-mask.ts';
import { fold } from '../../irc/casemapping.ts';
import { compileMask, normalizeUserMask } from '../../irc/mask.ts';
import { parseAddress } from '../../runtime/net/ip-address.ts';
import type { Mask } from '../../runtime/net/mask.ts';
import type { CommandCall } from '../bots/command-row.ts';
import { limits } from '../limits.ts';
import type { ViewUser } from '../network/view-parts.ts';

/** Whether a compiled `nick!user@host` covers somebody, by their host, or by their address as text. */
export function coversUserMask(mask: Mask, { nick, username, host, address }: ViewUser): boolean {
  const who = `${fold(nick)}!${fold(username)}@`;
  return (
    mask.matches(who + fold(host)) || mask.matches(who + fold(address)) || coversNetwork(mask, who, address)
  );
}

function coversNetwork({ text }: Mask, who: string, address: string): boolean {
  if (!text.includes('/')) return false;
  const network = compileAddressMask(text);
  const groups = parseAddress(address);
  return network !== null && groups !== null && coversAddress(network, who.slice(0, -1), groups);
}

/** The mask of somebody: any nick, any user name, their host. */
export function maskOfUser({ host }: ViewUser): string {
  return `*!*@${host}`;
}

/** What somebody typed as a nick or as a mask; null for what can be none. */
export function readBanMask(typed: string, by: Pick<CommandCall, 'byNick'> | null): string | null {
  if (!/[!@*?.:/]/.test(typed)) {
    const user = by?.byNick(typed);
    return user === undefined ? null : maskOfUser(user);
  }
  const mask = normalizeUserMask(typed);
  if (Buffer.byteLength(mask) > limits.maskBytes.default || /[\s\p{Cc}]/u.test(mask)) return null;
  return hasBrokenNetwork(mask) ? null : mask;
}

/** Whether a mask covers everybody, or nearly: nothing but wildcards and dots. */
export function isTooWide(mask: string): boolean {
  return mask.replaceAll(/[*?!@.:/]/g, '').length < 2;
}

/** Whether everything that one mask covers is covered by another. */
export function coversMask(wider: string, mask: string): boolean {
  return compileMask(wider).matches(fold(mask));
}

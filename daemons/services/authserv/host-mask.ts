/** The masks that an account may be used from: `user@host`, where the host may be a network. */

import {
  canonicalMask,
  compileAddressMask,
  coversAddress,
  hasBrokenNetwork,
} from '../../irc/address-mask.ts';
import { fold } from '../../irc/casemapping.ts';
import { compileMask } from '../../irc/mask.ts';
import { parseAddress } from '../../runtime/net/ip-address.ts';
import { limits } from '../limits.ts';
import type { ViewUser } from '../network/view-parts.ts';

/** Where somebody is, as masks are compared with it. */
export interface Whereabouts {
  /** Null where it is not known yet: of a client that logs in before it is on the network. */
  readonly username: string | null;
  /** Null as well. */
  readonly host: string | null;
  readonly address: string;
}

/** Where a user of the network is. */
export function whereaboutsOf({ username, host, address }: ViewUser): Whereabouts {
  return { username, host, address };
}

/** What somebody typed as a mask; null where it is none. `bob!user@host` is taken for `user@host`. */
export function readHostMask(typed: string): string | null {
  const mask = typed.slice(typed.indexOf('!') + 1);
  if (mask.length > limits.maskBytes.default || !/^[^\s@\p{Cc}]+@[^\s@\p{Cc}]+$/u.test(mask)) return null;
  return hasBrokenNetwork(mask) ? null : canonicalMask(mask);
}

/** The mask of where a user is: any user name, their host. */
export function ownMask({ host }: ViewUser): string {
  return `*@${host}`;
}

/** Whether a mask covers somebody. Of a name that is not known yet only `*` holds. */
export function coversUser(mask: string, { username, host, address }: Whereabouts): boolean {
  const at = mask.lastIndexOf('@');
  const name = mask.slice(0, at);
  if (username === null ? name !== '*' : !compileMask(name).matches(fold(username))) return false;
  const network = compileAddressMask(mask);
  const groups = parseAddress(address);
  if (network !== null && groups !== null) return coversAddress(network, fold(username ?? '*'), groups);
  const hosts = compileMask(mask.slice(at + 1));
  return hosts.matches(fold(address)) || (host !== null && hosts.matches(fold(host)));
}

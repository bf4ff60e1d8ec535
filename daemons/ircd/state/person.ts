/**
 * Who somebody is: name, hosts, address, and what follows from them. Of a user of another server it is made when somebody asks for it
 * first: of most nobody here ever does. Changed by user.ts only.
 */
import type { AddressGroups } from '../../runtime/net/ip-address.ts';

/** Who somebody is, folded: what masks are compared with. */
export interface FoldedPrefixes {
  /** `nick!user@host` as others see it. */
  readonly prefix: string;
  /** `nick!user`. */
  readonly who: string;
  /** With the address for the host; the same as {@link prefix} where others see that. */
  readonly address: string;
  /** With hosts that others do not see now, and that masks may name all the same. */
  readonly hidden: readonly string[];
}

export const NO_HOSTS: readonly string[] = [];

/** One person. */
export class Person {
  username = '';
  realname = '';
  /** What others see. */
  host: string;
  /** The resolved name or the address, whatever others see. */
  realHost: string;
  /** Of a user of this server as text, of another as P10 writes it. */
  address: string;
  /** Cloaks that masks may name. */
  cloaks: readonly string[] = NO_HOSTS;
  /** `nick!user@host`; null until it is asked for. */
  prefix: string | null = '';
  /** Null until a mask asks for them. */
  folded: FoldedPrefixes | null = null;
  groups: AddressGroups | null = null;

  constructor(host: string, address: string) {
    this.host = host;
    this.realHost = host;
    this.address = address;
  }
}

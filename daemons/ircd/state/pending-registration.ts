import type { DnsblList } from '../net/dnsbl.ts';

/** What a connection has said before it is registered. Owned by registration.ts; dropped on the welcome. */
export interface PendingRegistration {
  password: string | null;
  /** NICK and USER were there before any CAP LS or REQ: what comes now no longer holds the welcome back. */
  complete: boolean;
  /** CAP LS or REQ was seen and CAP END was not. */
  negotiating: boolean;
  /** Host name and ident are still being looked up. */
  lookingUp: boolean;
  /** Lists of bad addresses are still being asked. */
  listing: boolean;
  /** The gravest of them that has the address. */
  listed: DnsblList | null;
  /** Username confirmed by ident, null when it was not. */
  identUsername: string | null;
  /** The nick that was asked for last was somebody else's. */
  nickTaken: boolean;
  /** The password is being checked or the welcome is under way. */
  finishing: boolean;
  /** Where the gateway is that brought this client; null for one that came by itself. */
  gateway: string | null;
}

/** A server that may be linked to, as `[[ircd.link]]` names it. */
import type { PeerKind } from '../../irc/p10/kinds.ts';

export interface LinkBlock {
  /** Name of the server. */
  readonly name: string;
  /** Where it is called; null for one that only calls. */
  readonly address: { readonly host: string; readonly port: number } | null;
  readonly password: string;
  /** Whether it is called without being asked for, for as long as it is not linked. */
  readonly autoconnect: boolean;
  /** Masks of the servers that it may bring; null for a leaf, which brings none. */
  readonly hub: readonly string[] | null;
  /** Whether the link has to be encrypted, whoever calls. */
  readonly tls: boolean;
  /** SHA-256 of the certificate that it has to show, in lower-case hex; null where its issuer is looked at, or nothing. */
  readonly fingerprint: string | null;
  readonly kind: 'auto' | PeerKind;
  /** Longest that a line to it waits for further ones while more keep coming, in milliseconds. */
  readonly batchMs: number;
  /** Whether a Nefarious has halfops. */
  readonly halfops: boolean;
}

/** How a connection to a peer is encrypted. */
export interface LinkSecurity {
  readonly tls: boolean;
  /** SHA-256 of the certificate that the peer has shown, in lower-case hex; null where it showed none. */
  readonly fingerprint: string | null;
}

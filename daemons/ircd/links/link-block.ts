/** A server that may be linked to, as `[[ircd.link]]` names it. */
import type { PeerKind } from '../../irc/p10/kinds.ts';

export interface LinkBlock {
  /** Name of the server. */
  readonly name: string;
  readonly password: string;
  /** Masks of the servers that it may bring; null for a leaf, which brings none. */
  readonly hub: readonly string[] | null;
  readonly kind: 'auto' | PeerKind;
}

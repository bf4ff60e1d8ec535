/** The other end of a link, as the writers of lines see it. */
import type { KindLimits, PeerKind } from '../../irc/p10/kinds.ts';
import type { Source } from '../network-events.ts';
import type { Server } from '../state/server.ts';
import type { User } from '../state/user.ts';

/** What is told to a peer depends on what it can hold. */
export interface Peer {
  readonly kind: PeerKind;
  readonly limits: KindLimits;
  /** The peer itself. */
  readonly server: Server;
}

/** Gives users their numerics. */
export interface Numbers {
  /** Five characters. */
  numericOf(user: User): string;
}

/** The numeric of whoever does something. */
export function sourceNumeric(numbers: Numbers, source: Source): string {
  return 'nick' in source ? numbers.numericOf(source) : source.numeric;
}

/** Time as P10 has it. */
export function toSeconds(ms: number): number {
  return Math.floor(ms / 1000);
}

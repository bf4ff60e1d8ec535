/** Bans of the network as servers tell them to each other: `GL`, `SU` and `JU`. Called for a burst, for a change, and to set a peer right. */
import { networkBanLine as lineOf, writeGline, writeJupe } from '../../irc/p10/ban-line.ts';
import type { PeerKind } from '../../irc/p10/kinds.ts';
import { TOKEN } from '../../irc/p10/tokens.ts';
import { GLINE_NICK, type NetworkBan } from '../network-bans/network-ban.ts';
import { toSeconds } from './peer.ts';

/** @param source numeric of whoever says so. */
export function networkBanLine(source: string, ban: NetworkBan): string {
  const seconds = toSeconds(Date.now());
  if (ban.kind === 'jupe') return writeJupe(source, lineOf(ban), seconds);
  return writeGline(source, lineOf(ban), seconds, ban.kind === 'shun' ? TOKEN.SHUN : TOKEN.GLINE);
}

/** Whether servers of a kind know a ban: of ircu there are no shuns, and reserved nicks are our own kind's alone. */
export function knowsBan(kind: PeerKind, ban: Pick<NetworkBan, 'kind' | 'mask'>): boolean {
  if (ban.kind === 'shun') return kind !== 'ircu';
  return kind === 'signalbox' || !ban.mask.startsWith(GLINE_NICK);
}

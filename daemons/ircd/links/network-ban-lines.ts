/** Bans of the network as servers tell them to each other: `GL` and `JU`. Called for a burst, for a change, and to set a peer right. */
import { networkBanLine as lineOf, writeGline, writeJupe } from '../../irc/p10/ban-line.ts';
import type { NetworkBan } from '../network-bans/network-ban.ts';
import { toSeconds } from './peer.ts';

/** @param source numeric of whoever says so. */
export function networkBanLine(source: string, ban: NetworkBan): string {
  const write = ban.kind === 'gline' ? writeGline : writeJupe;
  return write(source, lineOf(ban), toSeconds(Date.now()));
}

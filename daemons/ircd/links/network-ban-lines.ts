/** Bans of the network as servers tell them to each other: `GL` and `JU`. Called for a burst, for a change, and to set a peer right. */
import { type NetworkBanLine, writeGline, writeJupe } from '../../irc/p10/ban-line.ts';
import { bytesOf } from '../../irc/p10/text.ts';
import type { NetworkBan } from '../network-bans/network-ban.ts';
import { toSeconds } from './peer.ts';

/** @param source numeric of whoever says so. */
export function networkBanLine(source: string, ban: NetworkBan): string {
  const line: NetworkBanLine = {
    active: ban.active,
    mask: bytesOf(ban.mask),
    expiresSeconds: toSeconds(ban.expiresMs),
    changedSeconds: ban.changedSeconds,
    keptSeconds: toSeconds(ban.keptMs),
    reason: ban.reasonBytes ?? bytesOf(ban.reason),
  };
  const write = ban.kind === 'gline' ? writeGline : writeJupe;
  return write(source, line, toSeconds(Date.now()));
}

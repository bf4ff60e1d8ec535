/** Bans from a file (list-plan.ts), and whom they would hit. The code of the commands is in ban-handlers.ts. */
import { z } from 'zod';
import { endCell, endProblem, type ListPlan, planList, roomFor } from '../../runtime/list-files/list-plan.ts';
import { BanIndex } from '../../runtime/net/ban-index.ts';
import { canonicalRange } from '../../runtime/net/canonical-address.ts';
import { parseCidr } from '../../runtime/net/ip-address.ts';
import { type Ban, type BanKind, type BanList, targetOf } from '../net/ban-list.ts';
import { isIdentityText } from '../noise/identity.ts';
import type { RelayServer } from '../relay-server.ts';
import { type Peer, peerIdProblem } from '../rooms/peer.ts';
import { banFile, banKind, banMask, banReason, MOST_BAN_MINUTES } from './ban-commands.ts';

/** What who is banned is told where nobody said why. */
export const NO_REASON = 'no reason given';

/** A ban of a file, which whoever imports it sets. */
export type FileBan = Omit<Ban, 'by' | 'createdAt'>;

const rowSchema = z.object({ kind: banKind, mask: banMask, reason: banReason, expiresAt: endCell });

/** Reads a file and finds out whether all of it can be set. @throws SignalboxError `refused` */
export function planImport(server: RelayServer, bans: BanList, text: string): ListPlan<FileBan> {
  const nowMs = Date.now();
  const there = new Map(bans.all(nowMs).map((ban) => [ban.value, ban]));
  const most = server.limits.max_bans;
  const left = Math.max(0, most - there.size);
  const hasRoom = roomFor(left, (value) => !there.has(value));
  const reader = {
    row: rowSchema,
    endMs: ({ expiresAt }: z.output<typeof rowSchema>) => expiresAt,
    read({ kind, mask, reason, expiresAt }: z.output<typeof rowSchema>): FileBan | string {
      const value = kind === 'cidr' ? canonicalRange(mask) : mask;
      return (
        maskProblem(server, kind, mask) ??
        endProblem(expiresAt, nowMs, MOST_BAN_MINUTES) ?? {
          ...{ kind, value, expiresAt },
          reason: reason === '' ? NO_REASON : reason,
        }
      );
    },
    // Of one text there is one ban, whatever its kind.
    keyOf: ({ value }: FileBan) => value,
    isThere({ kind, value, reason, expiresAt }: FileBan) {
      const ban = there.get(value);
      return ban?.kind === kind && ban.reason === reason && ban.expiresAt === expiresAt;
    },
    noRoom: ({ value }: FileBan) =>
      hasRoom(value) ? null : `the list of bans has no room for it: ${left} are left of ${most}`,
  };
  return planList(banFile, reader, text, nowMs);
}

/** What is wrong with whom a ban is against, or null. */
export function maskProblem(server: RelayServer, kind: BanKind, mask: string): string | null {
  if (kind === 'peer') return peerIdProblem(mask, server.limits.peer_id_bytes);
  if (kind === 'identity')
    return isIdentityText(mask) ? null : `${mask} is no identity: 43 characters of base64url.`;
  return parseCidr(mask) === null ? `${mask} is not an address or a range such as 192.0.2.0/24.` : null;
}

/** Compares a client with all of those bans at once: the reason of one that covers it, or null. */
export function bannedBy(entries: readonly FileBan[]): (peer: Peer) => string | null {
  const index = new BanIndex<FileBan>((name) => name);
  for (const ban of entries) index.set(ban.value, ban, targetOf(ban), ban.expiresAt);
  return ({ id, identity, connection }) => {
    const byId = index.get(id);
    if (byId?.kind === 'peer') return byId.reason;
    const byIdentity = identity === null ? undefined : index.get(identity);
    if (byIdentity?.kind === 'identity') return byIdentity.reason;
    return index.match(connection.address, null, [], Date.now())?.reason ?? null;
  };
}

/** The bans of the IRC server as one list on disk: its own, those of the network, and its spam filters. Used by daemon.ts. */
import { z } from 'zod';
import { networkBanKey } from '../irc/network-ban.ts';
import type { BanSource } from '../runtime/net/ban-saver.ts';
import { limits } from './limits.ts';
import { type NetworkBan, networkBanSchema } from './network-bans/network-ban.ts';
import type { NetworkBans } from './network-bans/network-bans.ts';
import { banKey, type ServerBan, type ServerBans, serverBanSchema } from './server-bans.ts';
import { filterKey, type SpamFilter, spamFilterSchema } from './spam-filters/spam-filter.ts';
import type { SpamFilters } from './spam-filters/spam-filters.ts';

/** One ban as it is stored; `kind` tells which. */
export const storedBanSchema = z.discriminatedUnion('kind', [
  serverBanSchema,
  networkBanSchema,
  spamFilterSchema,
]);

export type StoredBan = ServerBan | NetworkBan | SpamFilter;

/** As many as there may be of all. */
export const MOST_STORED =
  limits.serverBans.default + limits.networkBans.default + limits.spamFilters.default;

/** Where the lists are. */
interface BanLists {
  readonly bans: ServerBans;
  readonly networkBans: NetworkBans;
  readonly spamFilters: SpamFilters;
}

/** All lists, as whoever saves them sees them. */
export function banSource(lists: () => BanLists): BanSource<StoredBan> {
  return {
    list: () => [...lists().bans.list(), ...lists().networkBans.list(), ...lists().spamFilters.list()],
    keyOf: (ban) =>
      ban.kind === 'spam'
        ? filterKey(ban.pattern)
        : isOfNetwork(ban)
          ? networkBanKey(ban.kind, ban.mask)
          : banKey(ban.kind, ban.mask),
    endMs: (ban) => (ban.kind === 'spam' ? null : isOfNetwork(ban) ? ban.keptMs : ban.expiresMs),
  };
}

/** Takes what was stored. */
export function restoreBans(
  { bans, networkBans, spamFilters }: BanLists,
  stored: readonly StoredBan[],
): void {
  for (const ban of stored)
    if (ban.kind === 'spam') spamFilters.set(ban);
    else if (isOfNetwork(ban)) networkBans.set(ban);
    else bans.add(ban);
}

function isOfNetwork(ban: StoredBan): ban is NetworkBan {
  return ban.kind === 'gline' || ban.kind === 'shun' || ban.kind === 'jupe';
}

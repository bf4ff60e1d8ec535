/** A ban of the network is set, changed or lifted, here or elsewhere. */
import { isInForce } from '../../irc/network-ban.ts';
import type { BanSaved } from '../../runtime/net/ban-saver.ts';
import { noticeOpers } from '../broadcast.ts';
import type { CommandServer } from '../command-server.ts';
import { knowsBan } from '../links/network-ban-lines.ts';
import {
  checkNetworkMask,
  type NetworkBan,
  type NetworkBanKind,
  usersMask,
} from '../network-bans/network-ban.ts';
import type { Source } from '../network-events.ts';
import { NOTICE } from '../notice-kinds.ts';
import { maskMatcher } from '../server-bans.ts';
import { dropMatching, type Matches } from './ban-walk.ts';
import { reviewShuns } from './shun.ts';

const NOBODY = Promise.resolve(0);

/** What came of it. */
export interface NetworkBanTaken {
  /** Clients of this server that a G-line dropped, once all were compared with it. */
  readonly dropped: Promise<number>;
  /** The list on its way to the disk. */
  readonly saving: BanSaved | Promise<BanSaved>;
}

/**
 * Keeps a ban as it is now, tells the links, and lets whom it is against go: clients here, or a server that is linked. Whether
 * there is room, and whether it is newer than what was known, was found before.
 * @param quiet operators are not told, as of the many of a burst
 * @param walk whether those who are here are compared with it; else the caller does so with all that it sets
 */
export function takeNetworkBan(
  server: CommandServer,
  source: Source,
  ban: NetworkBan,
  { quiet = false, walk = true } = {},
): NetworkBanTaken {
  const { networkBans, host } = server;
  const nowMs = Date.now();
  const former = networkBans.get(ban.kind, ban.mask, nowMs);
  const held = former !== undefined && isInForce(former, nowMs);
  const holds = isInForce(ban, nowMs);
  networkBans.set(ban, nowMs);
  const saving = host.saveBans();
  const what = held === holds ? (holds ? 'changed' : null) : holds ? 'added' : 'lifted';
  if (what !== null && !quiet) tellOpers(server, ban, what);
  server.links?.tell({ kind: 'network ban', source, ban });
  const isSame = () => networkBans.get(ban.kind, ban.mask) === ban;
  if (ban.kind === 'shun') {
    const counts = holds && checkNetworkMask('shun', ban.mask) === null;
    host.work.runSteps(server.house, reviewShuns(server, ban, counts ? maskMatcher(ban.mask) : null, isSame));
  }
  const matches = holds && walk && ban.kind === 'gline' ? networkBanMatcher(server, 'gline', ban.mask) : null;
  if (matches === null) return { dropped: NOBODY, saving };
  return { dropped: dropMatching(server, matches, `G-lined: ${ban.reason}`, isSame), saving };
}

const LABELS: Readonly<Record<NetworkBanKind, string>> = { gline: 'G-line', shun: 'shun', jupe: 'jupe' };

/** Which servers that are linked to this one do not hear of it, in words. */
function untold({ linkControl }: CommandServer, ban: NetworkBan): string {
  const rows = linkControl?.rows() ?? [];
  const deaf = rows.filter(
    ({ kind, state }) => state === 'linked' && kind !== 'auto' && !knowsBan(kind, ban),
  );
  if (deaf.length === 0) return '';
  const what = ban.kind === 'shun' ? 'shuns' : 'reserved nicks';
  return ` (there are no ${what} on ${deaf.map(({ name }) => name).join(', ')}, nor behind it)`;
}

function tellOpers(server: CommandServer, ban: NetworkBan, what: 'added' | 'changed' | 'lifted'): void {
  const { kind, mask, by, reason, expiresMs } = ban;
  const label = LABELS[kind];
  const until = what === 'lifted' ? '' : ` until ${new Date(expiresMs).toUTCString()}: ${reason}`;
  const idle = what !== 'lifted' && !server.networkBans.acts(ban) ? ' (it bans nobody here)' : '';
  noticeOpers(
    server,
    NOTICE.bans,
    `${by} ${what} the ${label} for ${mask}${until}${idle}${untold(server, ban)}`,
  );
  server.host.log('info', `network_ban_${what}`, `${by} ${what} the ${label} for ${mask}: ${reason}`, {
    kind,
    mask,
    by,
  });
}

/**
 * Tells clients that a G-line or a shun is against, null where it is against nobody; operators and who is spared by an exception are
 * not dropped, as K-lines do not drop them.
 */
export function networkBanMatcher(
  { bans, networkBans }: CommandServer,
  kind: 'gline' | 'shun',
  mask: string,
): Matches | null {
  const users = usersMask({ kind, mask });
  if (users === null || !networkBans.acts({ kind, mask })) return null;
  const matches = bans.userMatcher(users, kind === 'gline' ? 'g' : 's');
  return ({ user }) => user.registered && !user.isOper && matches(user);
}

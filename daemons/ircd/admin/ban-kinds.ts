/** The kinds of bans that administrators set, by their names in commands, tables and files. */
import type { NetworkBanKind } from '../network-bans/network-ban.ts';
import type { BanKind } from '../server-bans.ts';

export const ADMIN_BAN_KINDS = [
  'kline',
  'dline',
  'resv',
  'except',
  'gline',
  'shun',
  'jupe',
] as const satisfies readonly (BanKind | NetworkBanKind)[];

/** One of {@link ADMIN_BAN_KINDS}. */
export type AdminBanKind = (typeof ADMIN_BAN_KINDS)[number];

/** Whether all servers of the network know it. */
export function isOfNetwork(kind: AdminBanKind): kind is NetworkBanKind {
  return kind === 'gline' || kind === 'shun' || kind === 'jupe';
}

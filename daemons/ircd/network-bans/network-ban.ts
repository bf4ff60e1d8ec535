/** A ban of the whole network as this server stores it: a G-line or shun against users, or a jupe against a server. */
import { z } from 'zod';
import { isLineWord, toLineText } from '../../../contract/line-texts.ts';
import { type BanChange, canonicalNetworkMask } from '../../irc/network-ban.ts';
import { isServerName } from '../../irc/p10/server-line.ts';
import { limits } from '../limits.ts';
import { checkMask } from '../server-bans.ts';

const time = z.number().int().min(0);

/** One as it is stored; `KeptBan` says what each field is. */
export const networkBanSchema = z.object({
  kind: z.enum(['gline', 'shun', 'jupe']),
  mask: z.string().min(1).refine(isLineWord),
  reason: z.string().transform(toLineText),
  reasonBytes: z
    .string()
    .refine((text) => /^[^\0\r\n]*$/.test(text))
    .optional(),
  by: z.string().transform(toLineText),
  setMs: time,
  active: z.boolean(),
  changedSeconds: time,
  expiresMs: time,
  keptMs: time,
});

/** One ban. It is never changed: a change makes another one of the same key. */
export type NetworkBan = Readonly<z.output<typeof networkBanSchema>>;

export type NetworkBanKind = NetworkBan['kind'];

/** What somebody says that one should be. */
export type NetworkBanChange = BanChange<NetworkBanKind>;

/** Why one cannot be set here, in words; null where it can. */
export function checkNetworkMask(kind: NetworkBanKind, mask: string): string | null {
  if (kind !== 'jupe') return checkMask('kline', canonicalNetworkMask(kind, mask));
  return isServerName(mask) ? null : `${toLineText(mask)} is no name of a server`;
}

/** Longest one that may be set here, in minutes; ircu takes no jupe that lasts longer than a week. */
export const MAX_MINUTES = { gline: 525_600, shun: 525_600, jupe: 10_080 } as const satisfies Record<
  NetworkBanKind,
  number
>;

/** How long one lasts that is set here without an end, in minutes: none of the network is for ever. */
export const DEFAULT_MINUTES = limits.networkBanMinutes.default;

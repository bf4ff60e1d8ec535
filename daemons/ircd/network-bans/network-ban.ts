/** A ban of the whole network as this server stores it: a G-line or shun against users, or a jupe against a server. */
import { z } from 'zod';
import { isLineWord, toLineText } from '../../../contract/line-texts.ts';
import { type BanChange, canonicalNetworkMask } from '../../irc/network-ban.ts';
import { isServerName } from '../../irc/p10/server-line.ts';
import { limits } from '../limits.ts';
import { REALNAME_MASK, realnameProblem } from '../realname-bans.ts';
import { reservedProblem } from '../reserved-names.ts';
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

/** A glob that a G-line is, instead of a `user@host`, and what it is compared with. */
export interface GlineGlob {
  readonly of: 'realnames' | 'nicks' | 'channels';
  readonly glob: string;
}

/** By what begins such a mask: `$R` and `#` are ircu's, `$N` is of our own kind alone. */
export const GLINE_REALNAME = '$R';
export const GLINE_NICK = '$N';

/** The glob of a G-line; null for a `user@host` and for all that is none here. */
export function glineGlob(mask: string): GlineGlob | null {
  if (mask.startsWith('#')) return { of: 'channels', glob: mask };
  if (mask.startsWith(GLINE_REALNAME)) return { of: 'realnames', glob: mask.slice(GLINE_REALNAME.length) };
  return mask.startsWith(GLINE_NICK) ? { of: 'nicks', glob: mask.slice(GLINE_NICK.length) } : null;
}

/** A G-line or shun as a mask of users of this server; null where it is against names. */
export function usersMask({ kind, mask }: Pick<NetworkBan, 'kind' | 'mask'>): string | null {
  const glob = kind === 'gline' ? glineGlob(mask) : null;
  if (glob === null) return checkNetworkMask(kind, mask) === null ? mask : null;
  return glob.of === 'realnames' ? REALNAME_MASK + glob.glob : null;
}

/** Why one cannot be set here, in words; null where it can. */
export function checkNetworkMask(kind: NetworkBanKind, mask: string): string | null {
  const glob = kind === 'gline' ? glineGlob(mask) : null;
  if (glob !== null) return globProblem(glob, mask);
  if (kind !== 'jupe') return checkMask('kline', canonicalNetworkMask(kind, mask));
  return isServerName(mask) ? null : `${toLineText(mask)} is no name of a server`;
}

function globProblem({ of, glob }: GlineGlob, mask: string): string | null {
  if (mask.length > limits.maskBytes.default)
    return `a mask has at most ${limits.maskBytes.default} characters`;
  if (of === 'realnames') return realnameProblem(glob);
  if (of === 'nicks' && glob.startsWith('#')) return `${toLineText(glob)} is no mask of nicks`;
  return reservedProblem(glob);
}

/** Longest one that may be set here, in minutes; ircu takes no jupe that lasts longer than a week. */
export const MAX_MINUTES = { gline: 525_600, shun: 525_600, jupe: 10_080 } as const satisfies Record<
  NetworkBanKind,
  number
>;

/** How long one lasts that is set here without an end, in minutes: none of the network is for ever. */
export const DEFAULT_MINUTES = limits.networkBanMinutes.default;

/**
 * A ban of the whole network: a G-line against users, or a jupe against a server. All servers keep it with the time of its last
 * change, and the newest change wins wherever two meet; one that was lifted is remembered, so that nobody brings it back.
 */
import { z } from 'zod';
import { isLineWord, toLineText } from '../../../contract/line-texts.ts';
import { fold } from '../../irc/casemapping.ts';
import { isServerName } from '../../irc/p10/server-line.ts';
import { limits } from '../limits.ts';
import { canonicalBanMask, checkMask } from '../server-bans.ts';

const time = z.number().int().min(0);

/** One as it is stored. */
export const networkBanSchema = z.object({
  kind: z.enum(['gline', 'jupe']),
  /** `user@host` of a G-line, the name of a server of a jupe. */
  mask: z.string().min(1).refine(isLineWord),
  reason: z.string().transform(toLineText),
  /** The reason as another server said it, with one character for each byte, where that was no UTF-8. */
  reasonBytes: z
    .string()
    .refine((text) => /^[^\0\r\n]*$/.test(text))
    .optional(),
  /** Operator, admin or server that set it, as far as this server heard. */
  by: z.string().transform(toLineText),
  /** When this server heard of it first, Unix milliseconds. */
  setMs: time,
  /** Whether it holds until `expiresMs`; else it was lifted. */
  active: z.boolean(),
  /** When it was changed last, Unix seconds. */
  changedSeconds: time,
  /** When it ends, Unix milliseconds. */
  expiresMs: time,
  /** Until when it is remembered, lifted or over, Unix milliseconds. */
  keptMs: time,
});

/** One ban. It is never changed: a change makes another one of the same key. */
export type NetworkBan = Readonly<z.output<typeof networkBanSchema>>;

export type NetworkBanKind = NetworkBan['kind'];

/** What tells one from another. */
export function networkBanKey(kind: NetworkBanKind, mask: string): string {
  return `${kind} ${fold(canonicalNetworkMask(kind, mask))}`;
}

/** The one spelling of a mask: `10.1.2.3` is `*@10.1.2.3`, `*!a@b` is `a@b`. */
export function canonicalNetworkMask(kind: NetworkBanKind, mask: string): string {
  if (kind === 'jupe' || mask.startsWith('#') || mask.startsWith('$')) return mask;
  const short = mask.startsWith('*!') ? mask.slice(2) : mask;
  return canonicalBanMask('kline', short.includes('@') ? short : `*@${short}`);
}

/** Whether it holds. */
export function isInForce({ active, expiresMs }: NetworkBan, nowMs: number): boolean {
  return active && expiresMs > nowMs;
}

/** Why one cannot be set here, in words; null where it can. */
export function checkNetworkMask(kind: NetworkBanKind, mask: string): string | null {
  if (kind === 'gline') return checkMask('kline', canonicalNetworkMask(kind, mask));
  return isServerName(mask) ? null : `${toLineText(mask)} is no name of a server`;
}

/** Longest one that may be set here, in minutes; ircu takes no jupe that lasts longer than a week. */
export const MAX_MINUTES = { gline: 525_600, jupe: 10_080 } as const satisfies Record<NetworkBanKind, number>;

/** How long one lasts that is set here without an end, in minutes: none of the network is for ever. */
export const DEFAULT_MINUTES = limits.networkBanMinutes.default;

/** What somebody says that a ban should be; what is null stays as it is. */
export interface NetworkBanChange {
  readonly kind: NetworkBanKind;
  readonly mask: string;
  readonly active: boolean | null;
  readonly changedSeconds: number;
  readonly expiresMs: number | null;
  readonly keptMs: number | null;
  readonly reason: string | null;
  /** See {@link NetworkBan.reasonBytes}. */
  readonly reasonBytes?: string | undefined;
  readonly by: string;
}

/** What is longer than this ahead is no time that anybody meant, in milliseconds: ten years. */
export const FAR_MS = 10 * 365 * 86_400_000;

/** Of two changes that two servers made in one second one has to win on both: that which lifts, else the reason that sorts last. */
function ofOneSecond(known: NetworkBan, { active, reason }: NetworkBanChange): 'same' | 'older' | 'newer' {
  if (active !== null && active !== known.active) return active ? 'older' : 'newer';
  const text = reason === null ? known.reason : toLineText(reason);
  return text === known.reason ? 'same' : text > known.reason ? 'newer' : 'older';
}

/**
 * What comes of a change: the ban as it is then, `older` where this server knows a newer one, `same` where it knows this one,
 * and `unknown` where it lacks what it needs to make one.
 */
export function changed(
  known: NetworkBan | undefined,
  said: NetworkBanChange,
  nowMs: number,
): NetworkBan | 'older' | 'same' | 'unknown' {
  if (known === undefined) {
    if (said.expiresMs === null) return 'unknown';
  } else if (known.changedSeconds > said.changedSeconds) return 'older';
  else if (known.changedSeconds === said.changedSeconds) {
    const which = ofOneSecond(known, said);
    if (which !== 'newer') return which;
  }
  const latest = nowMs + FAR_MS;
  const expiresMs = Math.min(said.expiresMs ?? known!.expiresMs, latest);
  const keptMs = Math.min(said.keptMs ?? 0, latest);
  return {
    kind: said.kind,
    mask: canonicalNetworkMask(said.kind, said.mask),
    reason: toLineText(said.reason ?? known?.reason ?? 'No reason given'),
    reasonBytes: said.reason === null ? known?.reasonBytes : said.reasonBytes,
    by: said.by,
    setMs: known?.setMs ?? nowMs,
    active: (said.active ?? known?.active ?? true) && expiresMs > nowMs,
    changedSeconds: said.changedSeconds,
    expiresMs,
    keptMs: Math.max(keptMs, expiresMs, known?.keptMs ?? 0),
  };
}

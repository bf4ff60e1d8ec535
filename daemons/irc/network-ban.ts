/**
 * Bans of the whole network, as all servers keep them: each with the time of its last change, and the newest change wins wherever two
 * meet; one that was lifted is remembered, so that nobody brings it back. Pure; used by the IRC server and by services.
 */
import { toLineText } from '../../contract/line-texts.ts';
import { canonicalUserMask } from './ban-mask.ts';
import { fold } from './casemapping.ts';

/** One ban. It is never changed: a change makes another one of the same key. */
export interface KeptBan<Kind extends string> {
  readonly kind: Kind;
  /** `user@host`, or the name of a server of a jupe. */
  readonly mask: string;
  readonly reason: string;
  /** The reason as another server said it, with one character for each byte, where that was no UTF-8. */
  readonly reasonBytes?: string | undefined;
  /** Who set it, as far as is known here. */
  readonly by: string;
  /** When it was heard of first, Unix milliseconds. */
  readonly setMs: number;
  /** Whether it holds until `expiresMs`; else it was lifted. */
  readonly active: boolean;
  /** When it was changed last, Unix seconds. */
  readonly changedSeconds: number;
  /** When it ends, Unix milliseconds. */
  readonly expiresMs: number;
  /** Until when it is remembered, lifted or over, Unix milliseconds. */
  readonly keptMs: number;
}

/** What somebody says that a ban should be; what is null stays as it is. */
export interface BanChange<Kind extends string> {
  readonly kind: Kind;
  readonly mask: string;
  readonly active: boolean | null;
  readonly changedSeconds: number;
  readonly expiresMs: number | null;
  readonly keptMs: number | null;
  readonly reason: string | null;
  /** See {@link KeptBan.reasonBytes}. */
  readonly reasonBytes?: string | undefined;
  readonly by: string;
}

/** What is longer than this ahead is no time that anybody meant, in milliseconds: ten years. */
export const FAR_MS = 10 * 365 * 86_400_000;

/** What tells one from another. */
export function networkBanKey(kind: string, mask: string): string {
  return `${kind} ${fold(canonicalNetworkMask(kind, mask))}`;
}

/** The one spelling of a mask. */
export function canonicalNetworkMask(kind: string, mask: string): string {
  return kind === 'jupe' || mask.startsWith('#') || mask.startsWith('$') ? mask : canonicalUserMask(mask);
}

/** Whether it holds. */
export function isInForce(ban: KeptBan<string>, nowMs: number): boolean {
  return ban.active && ban.expiresMs > nowMs;
}

/** Of two changes that two servers made in one second one has to win on both: that which lifts, else the reason that sorts last. */
function ofOneSecond<Kind extends string>(
  known: KeptBan<Kind>,
  { active, reason }: BanChange<Kind>,
): 'same' | 'older' | 'newer' {
  if (active !== null && active !== known.active) return active ? 'older' : 'newer';
  const text = reason === null ? known.reason : toLineText(reason);
  return text === known.reason ? 'same' : text > known.reason ? 'newer' : 'older';
}

/**
 * What comes of a change: the ban as it is then, `older` where a newer one is known, `same` where this one is, and `unknown` where
 * it lacks what is needed to make one.
 */
export function changed<Kind extends string>(
  known: KeptBan<Kind> | undefined,
  said: BanChange<Kind>,
  nowMs: number,
): KeptBan<Kind> | 'older' | 'same' | 'unknown' {
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

/**
 * Bans of the whole network: `GL * +user@host expires changed kept :why`, `SU` likewise for the shuns of Nefarious, and `JU * +server.name lasts changed :why`, as ircu
 * has them (its doc/readme.gline). Pure; called by whoever keeps a link.
 */
import type { KeptBan } from '../network-ban.ts';
import { type P10Line, writeLine } from './line.ts';
import { readWhole } from './server-line.ts';
import { bytesOf } from './text.ts';
import { TOKEN } from './tokens.ts';

/** For all servers. */
export const EVERYWHERE = '*';

/** What is done to a ban: set, taken away, changed otherwise, or switched on and off on one server alone. */
export type BanSign = '+' | '-' | '' | '>' | '<';

/** One `GL`. */
export interface GlineLine {
  /** {@link EVERYWHERE}, or the numeric of the one server that it is for. */
  readonly to: string;
  readonly sign: BanSign;
  readonly mask: string;
  /** When it ends, Unix seconds; null where the line does not say. */
  readonly expiresSeconds: number | null;
  /** When it was changed last, Unix seconds: the newer change wins. 0 where the line does not say. */
  readonly changedSeconds: number;
  /** Until when it is remembered, Unix seconds; null where the line does not say. */
  readonly keptSeconds: number | null;
  /** Null where the line does not say. */
  readonly reason: string | null;
}

/** One `JU`. */
export interface JupeLine {
  readonly to: string;
  readonly active: boolean;
  /** Name of the server. */
  readonly mask: string;
  readonly expiresSeconds: number;
  readonly changedSeconds: number;
  readonly reason: string;
}

/** A time that lies further back than this is one from now on (PASTWATCH of ircu). */
const PAST_SECONDS = 157_680_000;

/**
 * @param nowSeconds from which times are counted that are no dates.
 * @returns in words what is wrong with it otherwise.
 */
export function readGline({ params }: P10Line, nowSeconds: number): GlineLine | string {
  const [to, given = ''] = params;
  const { sign, mask } = signed(given.startsWith('!') ? given.slice(1) : given);
  if (to === undefined || mask === '') return 'GL needs whom it is for, and a mask.';
  const none = { expiresSeconds: null, changedSeconds: 0, keptSeconds: null, reason: null };
  if (params.length === 3) return { to, sign, mask, ...none, changedSeconds: whole(params[2]!) };
  if (params.length < 4) return { to, sign, mask, ...none };
  const expires = whole(params[2]!);
  const more = params.slice(4);
  // A number alone is a time, as ircu has it where the ban is known.
  const keptText = more.length > 1 || (more.length === 1 && readWhole(more[0]!) >= 0) ? more[0]! : null;
  return {
    to,
    sign,
    mask,
    expiresSeconds: expires >= nowSeconds - PAST_SECONDS ? expires : expires + nowSeconds,
    changedSeconds: whole(params[3]!),
    keptSeconds: keptText === null ? null : whole(keptText),
    reason: more.length > (keptText === null ? 0 : 1) ? more.at(-1)! : null,
  };
}

/** @param nowSeconds as in {@link readGline}. */
export function readJupe({ params }: P10Line, nowSeconds: number): JupeLine | string {
  const [to, given = '', lasts, changed, reason] = params;
  const { sign, mask } = signed(given);
  if (to === undefined || mask === '' || reason === undefined)
    return 'JU needs whom it is for, a server, how long it lasts, when it was changed, and why.';
  return {
    to,
    active: sign === '+',
    mask,
    expiresSeconds: nowSeconds + whole(lasts!),
    changedSeconds: whole(changed!),
    reason,
  };
}

/** A ban as it is now. */
export interface NetworkBanLine {
  readonly active: boolean;
  readonly mask: string;
  readonly expiresSeconds: number;
  readonly changedSeconds: number;
  readonly keptSeconds: number;
  readonly reason: string;
}

/**
 * @param token `SU` for a shun, which is told as a G-line is.
 * @param nowSeconds when it is sent: ends are sent as how long it is until then, which no clock can be wrong about.
 */
export function writeGline(
  source: string,
  ban: NetworkBanLine,
  nowSeconds: number,
  token: string = TOKEN.GLINE,
): string {
  const { expiresSeconds, changedSeconds, keptSeconds, reason } = ban;
  const lasts = Math.max(0, expiresSeconds - nowSeconds);
  return writeLine(source, token, [EVERYWHERE, signOf(ban), lasts, changedSeconds, keptSeconds], reason);
}

/** As {@link writeGline}. */
export function writeJupe(source: string, ban: NetworkBanLine, nowSeconds: number): string {
  const lasts = Math.max(0, ban.expiresSeconds - nowSeconds);
  return writeLine(source, 'JU', [EVERYWHERE, signOf(ban), lasts, ban.changedSeconds], ban.reason);
}

/** A ban that is kept, for {@link writeGline} and {@link writeJupe}. */
export function networkBanLine(ban: KeptBan<string>): NetworkBanLine {
  return {
    active: ban.active,
    mask: bytesOf(ban.mask),
    expiresSeconds: Math.floor(ban.expiresMs / 1_000),
    changedSeconds: ban.changedSeconds,
    keptSeconds: Math.floor(ban.keptMs / 1_000),
    reason: ban.reasonBytes ?? bytesOf(ban.reason),
  };
}

function signOf({ active, mask }: NetworkBanLine): string {
  return (active ? '+' : '-') + mask;
}

function signed(text: string): { sign: BanSign; mask: string } {
  const first = text[0];
  return first === '+' || first === '-' || first === '>' || first === '<'
    ? { sign: first, mask: text.slice(1) }
    : { sign: '', mask: text };
}

/** What is no number counts as none. */
function whole(text: string): number {
  return Math.max(0, readWhole(text));
}

/**
 * K-lines (user@host masks, and `~r:` masks of real names) and D-lines (addresses and networks): who may not use this server; and reserved
 * names (RESV), which nobody there may take; and exceptions (ELINE), whom bans do not hit. Kept in memory,
 * written through the runtime's ban file. Matched at accept (D) and at the end of registration (K).
 */
import { z } from 'zod';
import { toLineText } from '../../contract/line-texts.ts';
import { canonicalMask, compileAddressMask, coversAddress } from '../irc/address-mask.ts';
import { canonicalUserMask, networkProblem, userMaskProblem } from '../irc/ban-mask.ts';
import { fold } from '../irc/casemapping.ts';
import { compileMask } from '../irc/mask.ts';
import { BanIndex, type BanTarget } from '../runtime/net/ban-index.ts';
import { canonicalCidr } from '../runtime/net/canonical-address.ts';
import { cidrContains, parseCidr } from '../runtime/net/ip-address.ts';
import { BanExceptions, exceptionProblem, isSpared, sparedKinds, sparesProblem } from './ban-exceptions.ts';
import { GlobBans } from './glob-bans.ts';
import { limits } from './limits.ts';
import { realnameGlob, realnameProblem } from './realname-bans.ts';
import { reservedProblem } from './reserved-names.ts';
import type { User } from './state/user.ts';

/** A ban as it is stored; one that could not be set is none. */
export const serverBanSchema = z
  .object({
    kind: z.enum(['kline', 'dline', 'resv', 'except']),
    /** `user@host` or `~r:realname` for a K-line, an address or CIDR network for a D-line, nicks or channels, `user@host` of an exception. */
    mask: z.string(),
    /** What an exception keeps from whom it names, see {@link SPARED}; all that it can where it is missing. */
    spares: z.string().optional(),
    reason: z.string().transform(toLineText),
    /** Operator or admin who set it. */
    by: z.string().transform(toLineText),
    /** Unix milliseconds. */
    setMs: z.number(),
    /** When it ends, Unix milliseconds; null for never. */
    expiresMs: z.number().nullable(),
  })
  .superRefine(({ kind, mask, spares }, context) => {
    const problem = checkMask(kind, mask) ?? checkSpares(kind, mask, spares);
    if (problem !== null) context.addIssue({ code: 'custom', path: ['mask'], message: problem });
  });

/** One ban, as it is stored and listed. */
export type ServerBan = Readonly<z.output<typeof serverBanSchema>>;

/** K-lines match user@host, D-lines match addresses, reservations names; exceptions are no bans. */
export type BanKind = ServerBan['kind'];

/** A list that has a limit. */
export interface Room {
  /** What it has, in words. */
  readonly list: string;
  /** How many more fit. */
  readonly left: number;
}

/** The list in memory. */
export class ServerBans {
  readonly #bans = new BanIndex<ServerBan>(fold);
  readonly #realnames = new GlobBans();
  readonly #reserved = new GlobBans();
  readonly #exceptions = new BanExceptions<ServerBan>();

  get size(): number {
    return this.#bans.size;
  }

  /** What the last look-up for a newcomer cost, in nanoseconds of work. */
  get matchNs(): number {
    return this.#bans.matchNs + this.#realnames.matchNs + this.#exceptions.matchNs;
  }

  /** Bans that are still in force, oldest first. */
  list(nowMs: number = Date.now()): ServerBan[] {
    const bans: ServerBan[] = [];
    for (const ban of this.#bans.values()) if (!expired(ban, nowMs)) bans.push(ban);
    return bans;
  }

  /** Why a ban cannot be added, as text; null when it can. */
  problemWith(kind: BanKind, mask: string, nowMs: number): string | null {
    const problem = checkMask(kind, mask);
    if (problem !== null) return problem;
    const full = this.#globsFull(kind, mask, nowMs);
    if (full !== null) return full;
    const most = limits.serverBans.default;
    if (this.#bans.size < most || this.has(kind, mask)) return null;
    this.#bans.forgetExpired(nowMs);
    this.#exceptions.forgetExpired(nowMs);
    return this.#bans.size < most ? null : `the list is full (${most} bans); remove some first`;
  }

  /**
   * Adds or replaces a ban, with its mask in the canonical form. Returns an error text when it cannot be added, null when
   * it was.
   */
  add(given: ServerBan): string | null {
    const problem =
      this.problemWith(given.kind, given.mask, given.setMs) ??
      checkSpares(given.kind, given.mask, given.spares);
    if (problem !== null) return problem;
    const mask = canonicalBanMask(given.kind, given.mask);
    const ban =
      given.kind === 'except'
        ? { ...given, mask, spares: sparedKinds(mask, given.spares ?? '') }
        : { ...given, mask };
    const target = targetOf(ban);
    if (target === null) return null;
    const key = banKey(ban.kind, ban.mask);
    if (ban.kind === 'except') this.#exceptions.set(key, ban, ban.expiresMs);
    this.#bans.set(key, ban, target, ban.expiresMs);
    const glob = ban.kind === 'kline' ? realnameGlob(ban.mask) : null;
    if (glob !== null) this.#realnames.set(key, glob);
    if (ban.kind === 'resv') this.#reserved.set(key, ban.mask);
    return null;
  }

  /** Each newcomer is compared with every mask of real names, each name that is taken with every reserved one. */
  #globsFull(kind: BanKind, mask: string, nowMs: number): string | null {
    if (kind !== 'resv' && (kind !== 'kline' || realnameGlob(mask) === null)) return null;
    const [globs, what] = kind === 'resv' ? [this.#reserved, 'names'] : [this.#realnames, 'real names'];
    const most = (kind === 'resv' ? limits.reservedNames : limits.realnameBans).default;
    if (globs.has(banKey(kind, mask)) || globs.size < most) return null;
    globs.keepOnly((key) => this.#holding(key, nowMs) !== null);
    return globs.size < most ? null : `there are ${most} bans of ${what} already; remove some first`;
  }

  /** The lists in which a new ban of that mask takes room, and how much is left there; none of one that there is. */
  rooms(kind: BanKind, mask: string, nowMs: number): readonly Room[] {
    if (this.has(kind, mask)) return [];
    this.#bans.forgetExpired(nowMs);
    this.#exceptions.forgetExpired(nowMs);
    const rooms: Room[] = [{ list: 'server bans', left: limits.serverBans.default - this.#bans.size }];
    if (kind === 'resv')
      rooms.push({ list: 'reserved names', left: limits.reservedNames.default - this.#reserved.size });
    if (kind === 'kline' && realnameGlob(mask) !== null)
      rooms.push({ list: 'real names', left: limits.realnameBans.default - this.#realnames.size });
    return rooms;
  }

  /** A ban that is in force; null where it is over, or there is none of that key any more. */
  #holding(key: string, nowMs: number): ServerBan | null {
    const ban = this.#bans.get(key);
    return ban === undefined || expired(ban, nowMs) ? null : ban;
  }

  /** Whether there is a ban of that mask, however it is spelled. */
  has(kind: BanKind, mask: string): boolean {
    return this.#bans.has(banKey(kind, mask));
  }

  /** Removes a ban; null when there was none of that mask. */
  remove(kind: BanKind, mask: string): ServerBan | null {
    const key = banKey(kind, mask);
    this.#realnames.delete(key);
    this.#reserved.delete(key);
    this.#exceptions.delete(key);
    return this.#bans.delete(key) ?? null;
  }

  /** The text to refuse an address with, or null when it is welcome. */
  refusalForAddress(address: string, nowMs: number = Date.now()): string | null {
    const ban = this.#bans.match(address, null, [], nowMs);
    return ban === null || isSpared(this.sparedAt(address, nowMs), 'd') ? null : refusal(ban);
  }

  /** The text to refuse a user with, or null when they are welcome. @param spared what {@link sparedOf} says of them */
  refusalForUser(
    user: User,
    nowMs: number = Date.now(),
    spared: string = this.sparedOf(user, nowMs),
  ): string | null {
    const { hosts, names } = identityOf(user);
    const counts = ({ kind }: ServerBan) => !isSpared(spared, kind === 'dline' ? 'd' : 'k');
    for (const host of hosts) {
      const ban = this.#bans.match(user.address, host, names, nowMs, spared === '' ? null : counts);
      if (ban !== null) return refusal(ban);
    }
    if (isSpared(spared, 'k')) return null;
    return refusal(this.#realnames.match(user.realname, (key) => this.#holding(key, nowMs)));
  }

  /** The letters of what exceptions keep from a user, see {@link SPARED}. */
  sparedOf(user: User, nowMs: number = Date.now()): string {
    const { hosts, names } = identityOf(user);
    return this.#exceptions.sparedOf(user.address, hosts, names, nowMs);
  }

  /** The letters of what exceptions keep from everybody who comes from an address. */
  sparedAt(address: string, nowMs: number = Date.now()): string {
    return this.#exceptions.sparedOf(address, [], [], nowMs);
  }

  /** Why nobody may take a nick or a channel, as text; null where it is free. */
  reservedFor(name: string, nowMs: number = Date.now()): string | null {
    const ban = this.#reserved.match(name, (key) => this.#holding(key, nowMs));
    return ban === null ? null : `Reserved: ${ban.reason}`;
  }

  /** What that costs, in nanoseconds of work. */
  get reservedNs(): number {
    return this.#reserved.matchNs;
  }

  /** Tests users against a mask that need not be on the list. */
  matcher(kind: BanKind, mask: string): (user: User) => boolean {
    // Whoever has a name keeps it, and whoever is here stays when an exception comes.
    if (kind === 'resv' || kind === 'except') return () => false;
    if (kind === 'dline') {
      const network = parseCidr(mask);
      return (user) =>
        network !== null && cidrContains(network, user.addressGroups) && !isSpared(this.sparedOf(user), 'd');
    }
    return this.userMatcher(mask, 'k');
  }

  /** As {@link matcher}, of a `user@host` or `~r:realname` mask, for users who are not spared. */
  userMatcher(mask: string, letter: 'k' | 'g' | 's'): (user: User) => boolean {
    const covers = maskMatcher(mask);
    return (user) => covers(user) && !isSpared(this.sparedOf(user), letter);
  }
}

/** Tests users against a `user@host` or `~r:realname` mask, spared or not. */
export function maskMatcher(mask: string): (user: User) => boolean {
  const glob = realnameGlob(mask);
  if (glob !== null) {
    const names = compileMask(glob);
    return (user) => names.matches(fold(user.realname));
  }
  const network = compileAddressMask(mask);
  if (network !== null)
    return (user) => usernames(user).some((name) => coversAddress(network, name, user.addressGroups));
  const compiled = compileMask(mask);
  return (user) => identities(user).some((name) => compiled.matches(name));
}

/** Whom a ban is against; null for a network that is none. */
function targetOf({ kind, mask }: ServerBan): BanTarget | null {
  if (kind === 'resv' || kind === 'except') return { kind: 'key' };
  if (kind === 'kline') return { kind: 'user', mask };
  const block = parseCidr(mask);
  return block === null ? null : { kind: 'network', block };
}

/** The text a banned client sees. */
function refusal(ban: ServerBan | null): string | null {
  if (ban === null) return null;
  return `${ban.kind === 'kline' ? 'K-lined' : 'D-lined'}: ${ban.reason}`;
}

function expired(ban: ServerBan, nowMs: number): boolean {
  return ban.expiresMs !== null && ban.expiresMs <= nowMs;
}

/** What tells one ban from another. */
export function banKey(kind: BanKind, mask: string): string {
  return `${kind} ${fold(canonicalBanMask(kind, mask))}`;
}

/** The one spelling of a mask: `0::1` is `::1`, `127.0.0.1/32` is `127.0.0.1`, `10.1.2.3/8` is `10.0.0.0/8`. */
export function canonicalBanMask(kind: BanKind, mask: string): string {
  if (kind === 'resv') return mask;
  if (kind === 'except') return canonicalUserMask(mask);
  if (kind === 'kline') return realnameGlob(mask) === null ? canonicalMask(mask) : mask;
  const block = parseCidr(mask);
  return block === null ? mask : canonicalCidr(block);
}

/** Why a mask cannot be banned, or null. A mask that covers everybody is refused. */
export function checkMask(kind: BanKind, mask: string): string | null {
  if (kind === 'resv') return reservedProblem(mask);
  if (kind === 'except')
    return exceptionProblem(mask, (whole) => userMaskProblem(whole, limits.maskBytes.default));
  const glob = kind === 'kline' ? realnameGlob(mask) : null;
  if (glob !== null) return realnameProblem(glob);
  const problem = kind === 'dline' ? networkProblem : userMaskProblem;
  return problem(mask, limits.maskBytes.default);
}

/** Why a ban of a kind cannot have those letters, or null: only exceptions have any. */
export function checkSpares(kind: BanKind, mask: string, spares: string | undefined): string | null {
  if (spares === undefined || spares === '') return null;
  return kind === 'except'
    ? sparesProblem(mask, spares)
    : `only an exception spares something, and no ${kind}`;
}

/** Everything a K-line may name a user by: with and without the ~ of an unconfirmed username, host and address. */
function identities(user: User): string[] {
  const hosts = new Set([user.realHost, user.address, ...user.cloaks].map(fold));
  return usernames(user).flatMap((name) => [...hosts].map((host) => `${name}@${host}`));
}

/** What bans look a user up by: the host, then what an operator copied from a channel, its cloaks. */
export function identityOf(user: User): {
  readonly hosts: readonly string[];
  readonly names: readonly string[];
} {
  return { hosts: [user.realHost, ...user.cloaks], names: usernames(user) };
}

/** The folded username, and without its ~ where it has one. */
function usernames(user: User): string[] {
  const name = fold(user.username);
  // Folded, a ~ is a ^.
  return user.username.startsWith('~') ? [name, name.slice(1)] : [name];
}

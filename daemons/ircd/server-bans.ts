/**
 * K-lines (user@host masks) and D-lines (addresses and networks): who may not use this server. Kept in memory,
 * written through the runtime's ban file. Matched at accept (D) and at the end of registration (K).
 */
import { z } from 'zod';
import { isLineWord, toLineText } from '../../contract/line-texts.ts';
import { canonicalCidr } from '../runtime/net/canonical-address.ts';
import {
  type AddressGroups,
  type CidrBlock,
  cidrContains,
  isMappedIPv4,
  parseAddress,
  parseCidr,
} from '../runtime/net/ip-address.ts';
import { NetworkIndex } from '../runtime/net/network-index.ts';
import { limits } from './limits.ts';
import {
  canonicalMask,
  compileAddressMask,
  coversAddress,
  hasBrokenNetwork,
} from './protocol/address-mask.ts';
import { fold } from './protocol/casemapping.ts';
import { compileMask } from './protocol/mask.ts';
import { MaskIndex } from './protocol/mask-index.ts';
import type { User } from './state/user.ts';

/** IPv4 blocks lie in the last 32 bits of an IPv6 address. */
const IPV4_OFFSET = 96;
/** Larger networks than these are refused: they are a slip of the finger. */
const MIN_IPV4_BITS = 8;
const MIN_IPV6_BITS = 16;

/** A ban as it is stored; one that could not be set is none. */
export const serverBanSchema = z
  .object({
    kind: z.enum(['kline', 'dline']),
    /** `user@host` for a K-line, an address or CIDR network for a D-line. */
    mask: z.string(),
    reason: z.string().transform(toLineText),
    /** Operator or admin who set it. */
    by: z.string().transform(toLineText),
    /** Unix milliseconds. */
    setMs: z.number(),
    /** When it ends, Unix milliseconds; null for never. */
    expiresMs: z.number().nullable(),
  })
  .superRefine(({ kind, mask }, context) => {
    const problem = checkMask(kind, mask);
    if (problem !== null) context.addIssue({ code: 'custom', path: ['mask'], message: problem });
  });

/** One ban, as it is stored and listed. */
export type ServerBan = Readonly<z.output<typeof serverBanSchema>>;

/** K-lines match user@host, D-lines match addresses. */
export type BanKind = ServerBan['kind'];

interface Entry {
  readonly ban: ServerBan;
  /** Rises with every ban that is added, so that of several that match the oldest is told. */
  readonly order: number;
  /** The network that a D-line is of, or that the host part of a K-line names. */
  readonly network: CidrBlock | null;
  matches(user: User, identities: readonly string[]): boolean;
}

/**
 * The list in memory, with two indexes, because every newcomer is compared with it: by network, and by characters that
 * the mask of a K-line contains.
 */
export class ServerBans {
  private readonly entries = new Map<string, Entry>();
  private readonly dlines = new NetworkIndex<Entry>();
  private readonly klineNetworks = new NetworkIndex<Entry>();
  private readonly klines = new MaskIndex<Entry>();
  private nextOrder = 0;

  get size(): number {
    return this.entries.size;
  }

  /** Bans that are still in force, oldest first. */
  list(nowMs: number = Date.now()): ServerBan[] {
    const bans: ServerBan[] = [];
    for (const { ban } of this.entries.values()) if (!expired(ban, nowMs)) bans.push(ban);
    return bans;
  }

  /** Why a ban cannot be added, as text; null when it can. */
  problemWith(kind: BanKind, mask: string, nowMs: number): string | null {
    const problem = checkMask(kind, mask);
    if (problem !== null) return problem;
    const most = limits.serverBans.default;
    if (this.entries.size < most || this.entries.has(banKey(kind, canonicalBanMask(kind, mask)))) return null;
    return this.list(nowMs).length < most ? null : `the list is full (${most} bans); remove some first`;
  }

  /**
   * Adds or replaces a ban, with its mask in the canonical form. Returns an error text when it cannot be added, null when
   * it was.
   */
  add(given: ServerBan): string | null {
    const problem = this.problemWith(given.kind, given.mask, given.setMs);
    if (problem !== null) return problem;
    const ban = { ...given, mask: canonicalBanMask(given.kind, given.mask) };
    const key = banKey(ban.kind, ban.mask);
    if (!this.entries.has(key) && this.entries.size >= limits.serverBans.default) this.dropExpired(ban.setMs);
    const before = this.entries.get(key);
    if (before !== undefined) this.unindex(before);
    const entry = makeEntry(ban, this.nextOrder++);
    this.entries.set(key, entry);
    if (ban.kind === 'kline') this.klines.add(ban.mask, entry);
    if (entry.network !== null) this.networksOf(entry).add(entry.network, entry);
    return null;
  }

  /** Whether there is a ban of that mask, however it is spelled. */
  has(kind: BanKind, mask: string): boolean {
    return this.entries.has(banKey(kind, mask));
  }

  /** Removes a ban; null when there was none of that mask. */
  remove(kind: BanKind, mask: string): ServerBan | null {
    const key = banKey(kind, mask);
    const entry = this.entries.get(key);
    if (entry === undefined) return null;
    this.entries.delete(key);
    this.unindex(entry);
    return entry.ban;
  }

  /** The text to refuse an address with, or null when it is welcome. */
  refusalForAddress(address: string, nowMs: number = Date.now()): string | null {
    const groups = parseAddress(address);
    return groups === null ? null : refusal(this.oldestDline(groups, nowMs));
  }

  /** The text to refuse a user with, or null when they are welcome. */
  refusalForUser(user: User, nowMs: number = Date.now()): string | null {
    const names = identities(user);
    let found = this.oldestDline(user.address, nowMs);
    const consider = (entry: Entry) => {
      if (found !== null && found.order <= entry.order) return;
      if (!expired(entry.ban, nowMs) && entry.matches(user, names)) found = entry;
    };
    for (const name of names) for (const entry of this.klines.candidates(name)) consider(entry);
    for (const entry of this.klineNetworks.holding(user.address)) consider(entry);
    return refusal(found);
  }

  /** Tests users against a mask that need not be on the list. */
  matcher(kind: BanKind, mask: string): (user: User) => boolean {
    const entry = makeEntry({ kind, mask, reason: '', by: '', setMs: 0, expiresMs: null }, 0);
    return (user) => entry.matches(user, identities(user));
  }

  private oldestDline(address: AddressGroups, nowMs: number): Entry | null {
    let found: Entry | null = null;
    for (const entry of this.dlines.holding(address)) {
      if (!expired(entry.ban, nowMs) && (found === null || entry.order < found.order)) found = entry;
    }
    return found;
  }

  private networksOf(entry: Entry): NetworkIndex<Entry> {
    return entry.ban.kind === 'dline' ? this.dlines : this.klineNetworks;
  }

  private unindex(entry: Entry): void {
    this.klines.delete(entry);
    if (entry.network !== null) this.networksOf(entry).delete(entry.network, entry);
  }

  private dropExpired(nowMs: number): void {
    for (const { ban } of this.entries.values()) if (expired(ban, nowMs)) this.remove(ban.kind, ban.mask);
  }
}

/** The text a banned client sees. */
function refusal(entry: Entry | null): string | null {
  if (entry === null) return null;
  const { ban } = entry;
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
  if (kind === 'kline') return canonicalMask(mask);
  const block = parseCidr(mask);
  return block === null ? mask : canonicalCidr(block);
}

/** Why a mask cannot be banned, or null. A mask that covers everybody is refused. */
export function checkMask(kind: BanKind, mask: string): string | null {
  if (mask.length > limits.maskBytes.default)
    return `a mask has at most ${limits.maskBytes.default} characters`;
  if (kind === 'dline') {
    const block = parseCidr(mask);
    if (block === null) return `${toLineText(mask)} is neither an address nor a network such as 10.0.0.0/8`;
    return isTooWide(block) ? tooWide(mask, block) : null;
  }
  if (!isLineWord(mask)) return `${toLineText(mask)} holds what cannot stand in a mask`;
  const at = mask.indexOf('@');
  if (at < 1 || at === mask.length - 1 || mask.includes(' ') || mask.includes('!')) {
    return `${mask} is not of the form user@host`;
  }
  if (hasBrokenNetwork(mask)) return `${mask.slice(at + 1)} is not a network such as 10.0.0.0/8`;
  const network = parseCidr(mask.slice(at + 1));
  if (network !== null && isTooWide(network)) return tooWide(mask, network);
  const literal = mask.replaceAll('*', '').replaceAll('?', '').replaceAll('.', '').replaceAll('@', '');
  return literal === '' ? `${mask} would ban everybody` : null;
}

function makeEntry(ban: ServerBan, order: number): Entry {
  if (ban.kind === 'dline') {
    const network = parseNetwork(ban.mask);
    return {
      ban,
      order,
      network,
      matches: (user) => network !== null && cidrContains(network, user.address),
    };
  }
  const mask = compileMask(ban.mask);
  const network = compileAddressMask(ban.mask);
  return {
    ban,
    order,
    network: network?.block ?? null,
    matches: (user, names) =>
      names.some((name) => mask.matches(name)) ||
      (network !== null && usernames(user).some((name) => coversAddress(network, name, user.address))),
  };
}

/** Everything a K-line may name a user by: with and without the ~ of an unconfirmed username, host and address. */
function identities(user: User): string[] {
  const hosts = new Set([fold(user.host), fold(user.connection.remoteAddress)]);
  return usernames(user).flatMap((name) => [...hosts].map((host) => `${name}@${host}`));
}

/** The folded username, and without its ~ where it has one. */
function usernames(user: User): string[] {
  const name = fold(user.username);
  // Folded, a ~ is a ^.
  return user.username.startsWith('~') ? [name, name.slice(1)] : [name];
}

/** A network that may be banned: an address, or a block that is not half of the Internet. */
function parseNetwork(text: string): CidrBlock | null {
  const block = parseCidr(text);
  return block === null || isTooWide(block) ? null : block;
}

function tooWide(mask: string, { groups, bits }: CidrBlock): string {
  const [least, own] = isMappedIPv4(groups) ? [MIN_IPV4_BITS, bits - IPV4_OFFSET] : [MIN_IPV6_BITS, bits];
  const whom = own <= 0 ? 'everybody' : 'more than a network';
  return `${mask} would ban ${whom}, expected a prefix of at least /${least}`;
}

function isTooWide({ groups, bits }: CidrBlock): boolean {
  return bits < (isMappedIPv4(groups) ? IPV4_OFFSET + MIN_IPV4_BITS : MIN_IPV6_BITS);
}

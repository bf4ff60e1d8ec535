/** The bans of the network that this server knows, in memory: asked when somebody registers and when a server is introduced. */
import { fold } from '../../irc/casemapping.ts';
import { isInForce, networkBanKey } from '../../irc/network-ban.ts';
import { BanIndex, type BanTarget } from '../../runtime/net/ban-index.ts';
import { GlobBans } from '../glob-bans.ts';
import { limits } from '../limits.ts';
import { identityOf, type Room } from '../server-bans.ts';
import type { User } from '../state/user.ts';
import {
  checkNetworkMask,
  type GlineGlob,
  glineGlob,
  type NetworkBan,
  type NetworkBanKind,
} from './network-ban.ts';

export class NetworkBans {
  readonly #index = new BanIndex<NetworkBan>(fold);
  /** Those G-lines that no index finds, and that hold. */
  readonly #globs: Readonly<Record<GlineGlob['of'], GlobBans>> = {
    realnames: new GlobBans(),
    nicks: new GlobBans(),
    channels: new GlobBans(),
  };
  /** What the last look-up for a newcomer cost, in nanoseconds of work. */
  matchNs = 0;

  /** Those that are kept, lifted ones included. */
  get size(): number {
    return this.#index.size;
  }

  /** All that are remembered, oldest first: what the disk and other servers are told. */
  list(nowMs: number = Date.now()): NetworkBan[] {
    const bans: NetworkBan[] = [];
    for (const ban of this.#index.values()) if (ban.keptMs > nowMs) bans.push(ban);
    return bans;
  }

  /** Those that hold. */
  inForce(nowMs: number = Date.now()): NetworkBan[] {
    return this.list(nowMs).filter((ban) => isInForce(ban, nowMs));
  }

  /** The one of a mask, however it is spelled, lifted or not. */
  get(kind: NetworkBanKind, mask: string, nowMs: number = Date.now()): NetworkBan | undefined {
    const ban = this.#index.get(networkBanKey(kind, mask));
    return ban === undefined || ban.keptMs <= nowMs ? undefined : ban;
  }

  /** Whether there is room for one of that mask. */
  hasRoom(kind: NetworkBanKind, mask: string, nowMs: number = Date.now()): boolean {
    const most = limits.networkBans.default;
    if (this.#index.size < most || this.#index.has(networkBanKey(kind, mask))) return true;
    this.#index.forgetExpired(nowMs);
    return this.#index.size < most;
  }

  /** As `rooms` of the bans of this server. */
  rooms(kind: NetworkBanKind, mask: string, nowMs: number): readonly Room[] {
    const key = networkBanKey(kind, mask);
    const rooms: Room[] = [];
    const glob = kind === 'gline' ? glineGlob(mask) : null;
    if (glob !== null && !this.#globs[glob.of].has(key))
      rooms.push({
        list: `G-lines of ${glob.of}`,
        left: MOST_GLOBS[glob.of] - this.#globs[glob.of].size,
      });
    if (this.#index.has(key)) return rooms;
    this.#index.forgetExpired(nowMs);
    rooms.push({ list: 'bans of the network', left: limits.networkBans.default - this.#index.size });
    return rooms;
  }

  /** Whether one that is set is against somebody: what is no mask here, and globs beyond those that everybody can be compared with, are only remembered. */
  acts({ kind, mask }: Pick<NetworkBan, 'kind' | 'mask'>, nowMs: number = Date.now()): boolean {
    return checkNetworkMask(kind, mask) === null && !this.globsFull(kind, mask, nowMs);
  }

  /** Whether there are as many globs already as everybody can be compared with. */
  globsFull(kind: NetworkBanKind, mask: string, nowMs: number = Date.now()): boolean {
    const glob = kind === 'gline' ? glineGlob(mask) : null;
    if (glob === null) return false;
    const globs = this.#globs[glob.of];
    const most = MOST_GLOBS[glob.of];
    if (globs.has(networkBanKey(kind, mask)) || globs.size < most) return false;
    globs.keepOnly((key) => this.#holding(key, nowMs) !== null);
    return globs.size >= most;
  }

  #holding(key: string, nowMs: number): NetworkBan | null {
    const ban = this.#index.get(key);
    return ban === undefined || !isInForce(ban, nowMs) ? null : ban;
  }

  /** Keeps one in place of what was known of its mask; see {@link hasRoom}. */
  set(ban: NetworkBan, nowMs: number = Date.now()): void {
    const holds = isInForce(ban, nowMs);
    this.#setGlob(ban, holds && this.acts(ban, nowMs));
    const target = holds ? targetOf(ban) : KEPT;
    // One that is over matches nobody, and is remembered as one that was lifted is.
    this.#index.set(
      networkBanKey(ban.kind, ban.mask),
      ban,
      target,
      target === KEPT ? ban.keptMs : ban.expiresMs,
    );
  }

  #setGlob({ kind, mask }: NetworkBan, acts: boolean): void {
    const glob = kind === 'gline' ? glineGlob(mask) : null;
    if (glob === null) return;
    const key = networkBanKey(kind, mask);
    if (acts) this.#globs[glob.of].set(key, glob.glob);
    else this.#globs[glob.of].delete(key);
  }

  /** Why nobody may take a nick or a channel, as text; null where it is free. */
  reservedFor(name: string, nowMs: number = Date.now()): string | null {
    const globs = this.#globsFor(name);
    const ban = globs.match(name, (key) => this.#holding(key, nowMs));
    return ban === null ? null : `Reserved: ${ban.reason}`;
  }

  /** What that costs, in nanoseconds of work. */
  reservedNs(name: string): number {
    return this.#globsFor(name).matchNs;
  }

  #globsFor(name: string): GlobBans {
    return name.startsWith('#') ? this.#globs.channels : this.#globs.nicks;
  }

  /** The text to refuse a user with, or null where no G-line is against them. */
  refusalForUser(user: User, nowMs: number = Date.now()): string | null {
    const ban =
      this.#against(user, nowMs, IS.gline) ??
      this.#globs.realnames.match(user.realname, (key) => this.#holding(key, nowMs));
    this.matchNs += this.#globs.realnames.matchNs;
    return ban === null ? null : `G-lined: ${ban.reason}`;
  }

  /** The shun that is against a user, or null. */
  shunOf(user: User, nowMs: number = Date.now()): NetworkBan | null {
    return this.#against(user, nowMs, IS.shun);
  }

  #against(user: User, nowMs: number, counts: (ban: NetworkBan) => boolean): NetworkBan | null {
    const { hosts, names } = identityOf(user);
    this.matchNs = 0;
    for (const host of hosts) {
      const ban = this.#index.match(user.address, host, names, nowMs, counts);
      this.matchNs += this.#index.matchNs;
      if (ban !== null) return ban;
    }
    return null;
  }

  /** Why a server may not be on the network, or null. */
  refusalForServer(name: string, nowMs: number = Date.now()): string | null {
    const ban = this.get('jupe', name, nowMs);
    return ban === undefined || !isInForce(ban, nowMs) ? null : `the server is juped: ${ban.reason}`;
  }
}

/** Those of K-lines of real names and of reserved names hold for these as well. */
const MOST_GLOBS: Readonly<Record<GlineGlob['of'], number>> = {
  realnames: limits.realnameBans.default,
  nicks: limits.reservedNames.default,
  channels: limits.reservedNames.default,
};

const IS = {
  gline: ({ kind }: NetworkBan) => kind === 'gline',
  shun: ({ kind }: NetworkBan) => kind === 'shun',
};

/** Remembered, and against nobody. */
const KEPT: BanTarget = { kind: 'key' };

/** Whom it is against; what other servers ban that this one cannot is remembered and passed on alone. */
function targetOf({ kind, mask }: NetworkBan): BanTarget {
  const only = kind === 'jupe' || (kind === 'gline' && glineGlob(mask) !== null);
  return only || checkNetworkMask(kind, mask) !== null ? KEPT : { kind: 'user', mask };
}

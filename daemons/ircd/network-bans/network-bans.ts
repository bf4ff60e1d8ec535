/** The bans of the network that this server knows, in memory: asked when somebody registers and when a server is introduced. */
import { fold } from '../../irc/casemapping.ts';
import { isInForce, networkBanKey } from '../../irc/network-ban.ts';
import { BanIndex, type BanTarget } from '../../runtime/net/ban-index.ts';
import { limits } from '../limits.ts';
import { identityOf } from '../server-bans.ts';
import type { User } from '../state/user.ts';
import { checkNetworkMask, type NetworkBan, type NetworkBanKind } from './network-ban.ts';

export class NetworkBans {
  readonly #index = new BanIndex<NetworkBan>(fold);
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

  /** Keeps one in place of what was known of its mask; see {@link hasRoom}. */
  set(ban: NetworkBan, nowMs: number = Date.now()): void {
    const target = isInForce(ban, nowMs) ? targetOf(ban) : KEPT;
    // One that is over matches nobody, and is remembered as one that was lifted is.
    this.#index.set(
      networkBanKey(ban.kind, ban.mask),
      ban,
      target,
      target === KEPT ? ban.keptMs : ban.expiresMs,
    );
  }

  /** The text to refuse a user with, or null where no G-line is against them. */
  refusalForUser(user: User, nowMs: number = Date.now()): string | null {
    const ban = this.#against(user, nowMs, IS.gline);
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

const IS = {
  gline: ({ kind }: NetworkBan) => kind === 'gline',
  shun: ({ kind }: NetworkBan) => kind === 'shun',
};

/** Remembered, and against nobody. */
const KEPT: BanTarget = { kind: 'key' };

/** Whom it is against; what other servers ban that this one cannot is remembered and passed on alone. */
function targetOf({ kind, mask }: NetworkBan): BanTarget {
  return kind === 'jupe' || checkNetworkMask(kind, mask) !== null ? KEPT : { kind: 'user', mask };
}

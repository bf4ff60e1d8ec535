/**
 * How fast one address may open connections. Called by the server at accept, before TLS, because the handshake is
 * the expensive part. Memory is bounded and no timer runs: an entry is one number that expires by itself.
 */
import { LRUCache } from 'lru-cache';
import { networkKey } from '../../runtime/net/ip-address.ts';
import { limits } from '../limits.ts';

/** What an operator may set; the defaults are in `limits.ts`. */
export interface ThrottleOptions {
  /** Connections an address may open at once. */
  readonly burst: number;
  /** Seconds until it may open one more. */
  readonly refillSeconds: number;
}

/** An address the throttle remembers, for STATS T. */
export interface ThrottleEntry {
  /** An IPv4 address or an IPv6 /64. */
  readonly network: string;
  /** Milliseconds until its allowance is full again. */
  readonly recoversInMs: number;
}

/** A token bucket for each address, or /64 of IPv6. */
export class ConnectThrottle {
  /**
   * The time at which the allowance of an address is full again (the generic cell rate algorithm): the only
   * state that a token bucket needs.
   */
  private readonly fullAtMs: LRUCache<string, number>;
  private readonly burstMs: number;
  private readonly refillMs: number;
  private readonly now: () => number;

  constructor(
    options: ThrottleOptions = {
      burst: limits.throttleBurst.default,
      refillSeconds: limits.throttleRefillSeconds.default,
    },
    now: () => number = () => performance.now(),
  ) {
    this.refillMs = options.refillSeconds * 1000;
    this.burstMs = options.burst * this.refillMs;
    this.now = now;
    this.fullAtMs = new LRUCache<string, number>({
      max: limits.throttleAddresses.default,
      ttl: Math.max(1, this.burstMs),
      ttlResolution: 1000,
      perf: { now },
    });
  }

  /**
   * Counts a connection. Answers 0 when it may proceed, else the milliseconds after which the address may try
   * again; a refused attempt does not lengthen the wait.
   */
  admit(address: string): number {
    const key = networkKey(address);
    const now = this.now();
    const fullAt = Math.max(now, this.fullAtMs.get(key) ?? now) + this.refillMs;
    const excess = fullAt - now - this.burstMs;
    if (excess > 0) return Math.ceil(excess);
    this.fullAtMs.set(key, fullAt);
    return 0;
  }

  /** The addresses remembered now, most recent first. */
  entries(): ThrottleEntry[] {
    const now = this.now();
    const found: ThrottleEntry[] = [];
    for (const [network, fullAt] of this.fullAtMs.entries()) {
      if (fullAt > now) found.push({ network, recoversInMs: Math.ceil(fullAt - now) });
    }
    return found;
  }

  /** Forgets one address or one entry of {@link entries}, or all. Answers how many were forgotten. */
  reset(address?: string): number {
    if (address !== undefined) {
      return this.fullAtMs.delete(address) || this.fullAtMs.delete(networkKey(address)) ? 1 : 0;
    }
    const size = this.fullAtMs.size;
    this.fullAtMs.clear();
    return size;
  }
}

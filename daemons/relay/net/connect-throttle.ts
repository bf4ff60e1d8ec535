/** Limits how fast and how often one address connects. Asked by the server for every accepted socket. */
import { networkKey } from '../../runtime/net/ip-address.ts';
import type { ClassLimitName } from '../limits.ts';

interface Entry {
  open: number;
  tokens: number;
  refilledAt: number;
}

type ThrottleLimits = Readonly<
  Record<Extract<ClassLimitName, 'connections_per_ip' | 'connect_burst' | 'connects_per_second'>, number>
>;

/** What became of a connect; the refusals are protocol error codes. */
export type ThrottleVerdict = 'ok' | 'too_many_connections' | 'connect_throttled';

/** Open connections and a token bucket for each address, or /64 of IPv6. */
export class ConnectThrottle {
  /** In order of use: the first is the least recent. */
  readonly #entries = new Map<string, Entry>();

  /** Addresses remembered. */
  get size(): number {
    return this.#entries.size;
  }

  /**
   * Counts a connect. After `ok` the caller must call {@link release} when the connection is gone.
   * @param limits of the client's class, or null where it is not throttled; connections are counted all the same.
   * @param maxAddresses how many addresses are remembered
   * @param nowMs a monotonic clock
   */
  admit(
    address: string,
    limits: ThrottleLimits | null,
    maxAddresses: number,
    nowMs: number,
  ): ThrottleVerdict {
    const key = networkKey(address);
    let entry = this.#entries.get(key);
    if (entry === undefined) {
      entry = { open: 0, tokens: limits?.connect_burst ?? 0, refilledAt: nowMs };
    } else {
      this.#entries.delete(key);
    }
    this.#entries.set(key, entry);
    this.#forget(maxAddresses);
    if (limits !== null) {
      const gained = ((nowMs - entry.refilledAt) / 1_000) * limits.connects_per_second;
      entry.tokens = Math.min(limits.connect_burst, entry.tokens + gained);
      entry.refilledAt = nowMs;
      if (entry.open >= limits.connections_per_ip) return 'too_many_connections';
      if (entry.tokens < 1) return 'connect_throttled';
      entry.tokens--;
    }
    entry.open++;
    return 'ok';
  }

  /** A connection that was admitted is gone. */
  release(address: string): void {
    const entry = this.#entries.get(networkKey(address));
    if (entry !== undefined && entry.open > 0) entry.open--;
  }

  /** Forgets the least recent addresses without a connection. */
  #forget(maxAddresses: number): void {
    if (this.#entries.size <= maxAddresses) return;
    for (const [key, entry] of this.#entries) {
      if (entry.open > 0) continue;
      this.#entries.delete(key);
      if (this.#entries.size <= maxAddresses) return;
    }
  }
}

/**
 * Slows wrong logins down, each address for itself, so that guessing costs the host nothing and fills no log. The right
 * token is never asked here: nobody is kept out by somebody else's mistakes.
 */
import { LRUCache } from 'lru-cache';
import { networkKey } from '../../daemons/runtime/net/ip-address.ts';
import type { ControlLimits } from '../core/limits.ts';

interface Bucket {
  left: number;
  /** Unix milliseconds. */
  refilledAt: number;
}

/** Wrong logins by address, or /64 of IPv6, and of all addresses together. */
export class LoginThrottle {
  readonly #limits: ControlLimits;
  readonly #byAddress: LRUCache<string, Bucket>;
  readonly #total: Bucket;

  constructor(limits: ControlLimits, now: number) {
    this.#limits = limits;
    this.#byAddress = new LRUCache({ max: limits.loginAddresses });
    this.#total = { left: limits.loginTotalBurst, refilledAt: now };
  }

  /** Counts a wrong login. Null when it is answered as such; else how many seconds the address should wait. */
  wrong(address: string, now: number): number | null {
    const { loginBurst, loginRefillMs, loginTotalBurst } = this.#limits;
    const key = networkKey(address);
    let bucket = this.#byAddress.get(key);
    if (bucket === undefined) {
      bucket = { left: loginBurst, refilledAt: now };
      this.#byAddress.set(key, bucket);
    }
    refill(bucket, loginBurst, loginRefillMs, now);
    refill(this.#total, loginTotalBurst, (loginRefillMs * loginBurst) / loginTotalBurst, now);
    if (bucket.left <= 0 || this.#total.left <= 0) {
      const waitMs = loginRefillMs - (now - bucket.refilledAt);
      return Math.max(1, Math.ceil(waitMs / 1000));
    }
    bucket.left--;
    this.#total.left--;
    return null;
  }
}

function refill(bucket: Bucket, burst: number, refillMs: number, now: number): void {
  // A clock that was set back gives nothing, and takes nothing.
  if (now < bucket.refilledAt) bucket.refilledAt = now;
  const earned = Math.floor((now - bucket.refilledAt) / refillMs);
  if (earned <= 0) return;
  bucket.left = Math.min(burst, bucket.left + earned);
  bucket.refilledAt += earned * refillMs;
}

/**
 * Slows wrong logins down, each address for itself, so that guessing costs the host nothing and fills no log. The right
 * token is never asked here: nobody is kept out by somebody else's mistakes.
 */
import { networkKey } from '../../daemons/runtime/net/ip-address.ts';
import { KeyedRateLimiter } from '../../kit/keyed-rate-limiter.ts';
import { Rate, TokenBucket } from '../../kit/token-bucket.ts';
import type { ControlLimits } from '../core/limits.ts';

/** Wrong logins by address, or /64 of IPv6, and of all addresses together. */
export class LoginThrottle {
  readonly #rate: Rate;
  readonly #byAddress: KeyedRateLimiter;
  readonly #total: TokenBucket;
  #wallMs: number;
  #passedMs = 0;
  #answered = 0;
  #refused = 0;

  /** @param now Unix milliseconds */
  constructor({ loginBurst, loginRefillMs, loginTotalBurst, loginAddresses }: ControlLimits, now: number) {
    this.#rate = new Rate({ burst: loginBurst, tokens: 1, perMs: loginRefillMs });
    this.#byAddress = new KeyedRateLimiter(loginAddresses);
    // All together are as far from full as one address after the same time.
    const total = new Rate({
      burst: loginTotalBurst,
      tokens: loginTotalBurst,
      perMs: loginRefillMs * loginBurst,
    });
    this.#total = new TokenBucket(total, 0);
    this.#wallMs = now;
  }

  /** Addresses that are remembered, and the wrong logins that were answered and refused so far. */
  get counts(): { readonly addresses: number; readonly answered: number; readonly refused: number } {
    return { addresses: this.#byAddress.size, answered: this.#answered, refused: this.#refused };
  }

  /** Counts a wrong login. Null when it is answered as such; else how many seconds the address should wait. */
  wrong(address: string, now: number): number | null {
    // A clock that was set back gives nothing, and takes nothing.
    this.#passedMs += Math.max(0, now - this.#wallMs);
    this.#wallMs = now;
    const bucket = this.#byAddress.bucket(networkKey(address), this.#rate, this.#passedMs);
    this.#total.refill(this.#passedMs);
    const waitMs = Math.max(bucket.retryAfterMs(1), this.#total.retryAfterMs(1));
    if (waitMs > 0) {
      this.#refused++;
      return Math.ceil(waitMs / 1000);
    }
    this.#answered++;
    bucket.charge(1);
    this.#total.charge(1);
    return null;
  }
}

/**
 * How much one identity may have passed on to others by peer id: the relay stands in for a way that two clients did not find, and
 * nobody takes it for himself. All connections of an identity share one quota. Asked by delivery.ts for every direct message.
 */
import { KeyedRateLimiter } from '../../../kit/keyed-rate-limiter.ts';
import { Rate } from '../../../kit/token-bucket.ts';
import type { Counts } from '../../runtime/telemetry/counted-instrument.ts';

/** An identity may pass on so many seconds' worth at once. */
export const BURST_SECONDS = 4;
/** Identities that are remembered; whoever was heard longest ago has a full quota anyway. */
const MOST_IDENTITIES = 65_536;

export class RelayedQuota {
  readonly #limits: { readonly relayed_bytes_per_second: number };
  readonly #buckets = new KeyedRateLimiter(MOST_IDENTITIES);
  readonly #counts = { completed: 0, rejected: 0 };
  #rate: Rate | null = null;
  #rateOf = 0;

  /** @param limits in force; they may change in place, and 0 is no quota */
  constructor(limits: { readonly relayed_bytes_per_second: number }) {
    this.#limits = limits;
  }

  /** Identities that are remembered, messages passed on and those that were too much. */
  readonly instrument = (): Counts<'limiter'> => ({
    depth: this.#buckets.size,
    capacity: MOST_IDENTITIES,
    ...this.#counts,
  });

  /**
   * Takes a message from the quota of its sender; answers the milliseconds after which as much may be passed on, 0 where it may
   * now. Who sends plain frames has no identity, and is bounded by the rate of its connection alone.
   */
  take(identity: string | null, bytes: number, nowMs: number): number {
    const perSecond = this.#limits.relayed_bytes_per_second;
    if (identity === null || perSecond === 0) return 0;
    if (this.#rate === null || perSecond !== this.#rateOf) {
      this.#rateOf = perSecond;
      this.#rate = new Rate({ burst: perSecond * BURST_SECONDS, tokens: perSecond, perMs: 1_000 });
    }
    const bucket = this.#buckets.bucket(identity, this.#rate, nowMs);
    if (bucket.take(bytes, nowMs)) {
      this.#counts.completed++;
      return 0;
    }
    this.#counts.rejected++;
    return Math.max(1, bucket.retryAfterMs(bytes));
  }
}

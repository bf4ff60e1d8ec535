/** A token bucket for each of many keys, such as addresses. Memory is bounded, and no timer runs. */
import { type Rate, TokenBucket } from './token-bucket.ts';

/** A key that is remembered, and when its bucket is full again. */
export interface LimitedKey {
  readonly key: string;
  readonly recoversInMs: number;
}

/** Buckets by key. Where there are too many, the one that was used longest ago is forgotten: it is the fullest. */
export class KeyedRateLimiter {
  /** In order of use: the first was used longest ago. */
  readonly #buckets = new Map<string, TokenBucket>();
  readonly #maxKeys: number;

  constructor(maxKeys: number) {
    this.#maxKeys = maxKeys;
  }

  /** Keys that are remembered. */
  get size(): number {
    return this.#buckets.size;
  }

  /**
   * Takes one token of a key. Answers 0 where it was there, else the milliseconds after which one is; a refusal does not
   * lengthen the wait.
   * @param rate of the key now; it may differ from call to call
   * @param nowMs of one monotonic clock
   */
  take(key: string, rate: Rate, nowMs: number): number {
    const bucket = this.bucket(key, rate, nowMs);
    return bucket.take(1, nowMs) ? 0 : bucket.retryAfterMs(1);
  }

  /** The bucket of a key, filled in until now, for who takes from several at once. */
  bucket(key: string, rate: Rate, nowMs: number): TokenBucket {
    let bucket = this.#buckets.get(key);
    if (bucket === undefined) {
      bucket = new TokenBucket(rate, nowMs);
      this.#makeRoom(nowMs);
    } else {
      this.#buckets.delete(key);
      bucket.refill(nowMs);
      bucket.changeRate(rate);
    }
    this.#buckets.set(key, bucket);
    return bucket;
  }

  /** The keys whose buckets are not full, the one that was used last first. */
  entries(nowMs: number): LimitedKey[] {
    const found: LimitedKey[] = [];
    for (const [key, bucket] of this.#buckets) {
      bucket.refill(nowMs);
      if (bucket.spent > 0) found.push({ key, recoversInMs: bucket.recoversInMs });
    }
    return found.reverse();
  }

  /** Forgets a key: its bucket is full again. False where it was not known. */
  delete(key: string): boolean {
    return this.#buckets.delete(key);
  }

  clear(): void {
    this.#buckets.clear();
  }

  /** Full buckets at the old end are forgotten with each new key, so that what is over does not stay for ever. */
  #makeRoom(nowMs: number): void {
    let looked = 0;
    for (const [key, bucket] of this.#buckets) {
      bucket.refill(nowMs);
      const over = bucket.spent === 0 && looked++ < 2;
      if (!over && this.#buckets.size < this.#maxKeys) return;
      this.#buckets.delete(key);
    }
  }
}

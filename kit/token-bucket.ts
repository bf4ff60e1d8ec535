/**
 * The one rate limiter: a bucket of tokens that time fills and use empties. A bucket is three numbers and a reference;
 * taking allocates nothing, so hot paths hold one for each client. `KeyedRateLimiter` keeps them by key.
 */

/** How fast something may happen. */
export interface RateSettings {
  /** Tokens that may be taken at once. */
  readonly burst: number;
  /** Tokens that come back... */
  readonly tokens: number;
  /** ...in so many milliseconds. */
  readonly perMs: number;
  /** Tokens that {@link TokenBucket.charge} may owe; without end where absent. */
  readonly maxDebt?: number;
}

/**
 * A rate that many buckets share. Levels are counted in parts of a token that a microsecond fills a whole number of, so
 * that whole numbers in the settings lose nothing however often and unevenly a bucket is looked at.
 */
export class Rate {
  /** Parts of one token. */
  readonly token: number;
  /** Parts that come back in a microsecond. */
  readonly gain: number;
  /** Parts of a full bucket. */
  readonly full: number;
  /** Parts of one that owes the most. */
  readonly empty: number;

  constructor({ burst, tokens, perMs, maxDebt = Number.POSITIVE_INFINITY }: RateSettings) {
    this.token = perMs * 1_000;
    this.gain = tokens;
    this.full = burst * this.token;
    this.empty = -maxDebt * this.token;
  }
}

/** A rate in tokens a second; one below 1, such as a third, comes back in whole milliseconds. */
export function ratePerSecond(burst: number, perSecond: number): Rate {
  return perSecond < 1
    ? new Rate({ burst, tokens: 1, perMs: Math.round(1_000 / perSecond) })
    : new Rate({ burst, tokens: perSecond, perMs: 1_000 });
}

/** A bucket, full when it is made. Times are milliseconds of one monotonic clock; an older reading changes nothing. */
export class TokenBucket {
  #rate: Rate;
  #parts: number;
  #atUs: number;

  constructor(rate: Rate, nowMs: number) {
    this.#rate = rate;
    this.#parts = rate.full;
    this.#atUs = Math.floor(nowMs * 1_000);
  }

  /** Fills in what came back until now. */
  refill(nowMs: number): void {
    const passedUs = Math.floor(nowMs * 1_000) - this.#atUs;
    if (passedUs <= 0) return;
    this.#atUs += passedUs;
    const { gain, full } = this.#rate;
    const parts = this.#parts + passedUs * gain;
    this.#parts = parts < full ? parts : full;
  }

  /** Takes tokens where they are there, and nothing where they are not. */
  take(tokens: number, nowMs: number): boolean {
    this.refill(nowMs);
    const parts = this.#parts - tokens * this.#rate.token;
    if (parts < 0) return false;
    this.#parts = parts;
    return true;
  }

  /** Takes tokens also where they are not there: the bucket owes them then, up to the most that its rate allows. */
  charge(tokens: number): void {
    const parts = this.#parts - tokens * this.#rate.token;
    const { empty } = this.#rate;
    this.#parts = parts > empty ? parts : empty;
  }

  /** Whole milliseconds after which `tokens` are there, from the last refill on; 0 when they are. */
  retryAfterMs(tokens: number): number {
    const missing = tokens * this.#rate.token - this.#parts;
    return missing <= 0 ? 0 : Math.ceil(missing / this.#rate.gain / 1_000);
  }

  /** Tokens that are missing to a full bucket, as of the last refill; more than a burst where some are owed. */
  get spent(): number {
    return (this.#rate.full - this.#parts) / this.#rate.token;
  }

  /** Whether more than so many tokens are missing to a full bucket, as of the last refill. */
  hasSpent(tokens: number): boolean {
    return this.#rate.full - this.#parts > tokens * this.#rate.token;
  }

  /** Whole milliseconds after which the bucket is full, from the last refill on. */
  get recoversInMs(): number {
    return Math.ceil((this.#rate.full - this.#parts) / this.#rate.gain / 1_000);
  }

  /** Goes on at another rate. What is there and what is owed stays, within what the new rate allows. */
  changeRate(rate: Rate): void {
    if (rate === this.#rate) return;
    const parts = Math.floor((this.#parts / this.#rate.token) * rate.token);
    this.#parts = Math.max(rate.empty, Math.min(rate.full, parts));
    this.#rate = rate;
  }
}

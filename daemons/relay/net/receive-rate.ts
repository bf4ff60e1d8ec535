/** What one client may send: bytes and frames a second. Owned by intake.ts, which stops reading when told. */
import { Rate, TokenBucket } from '../../../kit/token-bucket.ts';
import type { ClassLimitName } from '../limits.ts';

/** A client may send this many seconds' worth at once. */
const BURST_SECONDS = 2;

type ReceiveLimits = Readonly<
  Record<Extract<ClassLimitName, 'receive_bytes_per_second' | 'receive_frames_per_second'>, number>
>;

/** The rates of one class; null where it is not limited. */
interface ReceiveRates {
  readonly bytes: Rate | null;
  readonly frames: Rate | null;
}

/** Shared by all clients of a class for as long as its limits are in force. */
const RATES = new WeakMap<ReceiveLimits, ReceiveRates>();

function ratesOf(limits: ReceiveLimits): ReceiveRates {
  let rates = RATES.get(limits);
  if (rates === undefined) {
    rates = {
      bytes: rateOf(limits.receive_bytes_per_second),
      frames: rateOf(limits.receive_frames_per_second),
    };
    RATES.set(limits, rates);
  }
  return rates;
}

function rateOf(perSecond: number): Rate | null {
  if (perSecond <= 0) return null;
  return new Rate({ burst: perSecond * BURST_SECONDS, tokens: perSecond, perMs: 1_000 });
}

/** The buckets of one client. */
export class ReceiveRate {
  #limits: ReceiveLimits;
  #bytes: TokenBucket | null;
  #frames: TokenBucket | null;

  constructor(limits: ReceiveLimits, nowMs: number) {
    const { bytes, frames } = ratesOf(limits);
    this.#limits = limits;
    this.#bytes = bytes === null ? null : new TokenBucket(bytes, nowMs);
    this.#frames = frames === null ? null : new TokenBucket(frames, nowMs);
  }

  /**
   * Takes what was received from the buckets; a rate of 0 is not limited.
   * @param limits in force now
   * @returns milliseconds for which nothing more should be read, 0 when the client is within its rate
   */
  charge(bytes: number, frames: number, limits: ReceiveLimits, nowMs: number): number {
    if (limits !== this.#limits) this.#change(limits, nowMs);
    const bytesMs = this.#bytes === null ? 0 : chargeTo(this.#bytes, bytes, nowMs);
    const framesMs = this.#frames === null ? 0 : chargeTo(this.#frames, frames, nowMs);
    return bytesMs > framesMs ? bytesMs : framesMs;
  }

  #change(limits: ReceiveLimits, nowMs: number): void {
    const { bytes, frames } = ratesOf(limits);
    this.#limits = limits;
    this.#bytes = changed(this.#bytes, bytes, nowMs);
    this.#frames = changed(this.#frames, frames, nowMs);
  }
}

function chargeTo(bucket: TokenBucket, tokens: number, nowMs: number): number {
  bucket.refill(nowMs);
  bucket.charge(tokens);
  return bucket.retryAfterMs(0);
}

function changed(bucket: TokenBucket | null, rate: Rate | null, nowMs: number): TokenBucket | null {
  if (rate === null) return null;
  if (bucket === null) return new TokenBucket(rate, nowMs);
  bucket.refill(nowMs);
  bucket.changeRate(rate);
  return bucket;
}

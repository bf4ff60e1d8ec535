/**
 * How fast one address may connect, and how many connections it has. Asked by `Admission` for every accepted socket,
 * before TLS, because the handshake is the expensive part. Memory is bounded and no timer runs.
 */
import { type Rate, ratePerSecond, TokenBucket } from '../../../kit/token-bucket.ts';
import { networkKey } from './ip-address.ts';

/** How fast an address may connect; part of a connection class. */
export interface ConnectRate {
  /** Connections that it may open at once. */
  readonly connectBurst: number;
  /** Connections a second for long. */
  readonly connectsPerSecond: number;
}

/** What is known of an address, or /64 of IPv6. Made by {@link ConnectThrottle.visitor}. */
export interface Visitor {
  readonly network: string;
  /** Connections that it has; {@link ConnectThrottle} keeps it. */
  open: number;
  /** Attempts that were too many since the last one that was not. */
  refused: number;
  /** Its allowance; null while that is full. {@link ConnectThrottle} keeps it. */
  bucket: TokenBucket | null;
}

/** Of each connection class, for as long as it is in force. */
const RATES = new WeakMap<ConnectRate, Rate>();

function rateOf(of: ConnectRate): Rate {
  let rate = RATES.get(of);
  if (rate === undefined) {
    rate = ratePerSecond(of.connectBurst, of.connectsPerSecond);
    RATES.set(of, rate);
  }
  return rate;
}

/** Milliseconds until the allowance is full again; 0 when it is. */
function recoversInMs({ bucket }: Visitor, now: number): number {
  if (bucket === null) return 0;
  bucket.refill(now);
  return bucket.recoversInMs;
}

/** An address as operators see it. */
export interface ThrottleEntry {
  /** An IPv4 address or an IPv6 /64. */
  readonly network: string;
  /** Connections that it has now. */
  readonly open: number;
  /** Milliseconds until its allowance is full again. */
  readonly recoversInMs: number;
}

/** Rate and open connections of each address. */
export class ConnectThrottle {
  /** Those with connections. */
  readonly #present = new Map<string, Visitor>();
  /** Those without that connected lately, the least recent first. */
  readonly #absent = new Map<string, Visitor>();
  readonly #maxAbsent: () => number;
  readonly #now: () => number;

  /**
   * @param maxAddresses how many addresses without a connection are remembered; the least recent is forgotten first
   * @param now a monotonic clock in milliseconds
   */
  constructor(maxAddresses: () => number, now: () => number = () => performance.now()) {
    this.#maxAbsent = maxAddresses;
    this.#now = now;
  }

  /** Addresses that are remembered, those with connections included. */
  get size(): number {
    return this.#present.size + this.#absent.size;
  }

  /** Addresses without a connection that are remembered, and how many of them may be. */
  get absent(): { readonly remembered: number; readonly most: number } {
    return { remembered: this.#absent.size, most: this.#maxAbsent() };
  }

  /** What is known of an address; nothing is counted yet. */
  visitor(address: string): Visitor {
    const network = networkKey(address);
    return (
      this.#present.get(network) ??
      this.#absent.get(network) ?? { network, open: 0, refused: 0, bucket: null }
    );
  }

  /**
   * Counts an attempt. Answers 0 when it may proceed, else the milliseconds after which the address may try again; such an
   * attempt does not lengthen the wait.
   */
  attempt(visitor: Visitor, rate: ConnectRate): number {
    const now = this.#now();
    const bucket = this.#bucketOf(visitor, rateOf(rate), now);
    const waitMs = bucket.take(1, now) ? 0 : bucket.retryAfterMs(1);
    visitor.refused = waitMs > 0 ? visitor.refused + 1 : 0;
    if (visitor.open === 0) this.#remember(visitor, now);
    return waitMs;
  }

  /** The address has one connection more; {@link leave} takes it back. */
  enter(visitor: Visitor): void {
    if (visitor.open++ > 0) return;
    this.#absent.delete(visitor.network);
    this.#present.set(visitor.network, visitor);
  }

  leave(visitor: Visitor): void {
    if (--visitor.open > 0) return;
    this.#present.delete(visitor.network);
    this.#remember(visitor, this.#now());
  }

  /** The addresses whose allowance is not full, those with the longest wait first. */
  entries(): ThrottleEntry[] {
    const now = this.#now();
    const found: ThrottleEntry[] = [];
    for (const visitors of [this.#present, this.#absent]) {
      for (const visitor of visitors.values()) {
        const waitMs = recoversInMs(visitor, now);
        if (waitMs > 0) found.push({ network: visitor.network, open: visitor.open, recoversInMs: waitMs });
      }
    }
    return found.sort((a, b) => b.recoversInMs - a.recoversInMs);
  }

  /** Gives one address, or one entry of {@link entries}, or all their whole allowance; answers how many got it. */
  reset(address?: string): number {
    const now = this.#now();
    let count = 0;
    const whole = (visitor: Visitor | undefined) => {
      if (visitor === undefined) return;
      if (recoversInMs(visitor, now) > 0) count++;
      visitor.bucket = null;
      this.#absent.delete(visitor.network);
    };
    if (address === undefined) {
      for (const visitor of [...this.#present.values(), ...this.#absent.values()]) whole(visitor);
    } else {
      const network = address.includes('/') ? address : networkKey(address);
      whole(this.#present.get(network) ?? this.#absent.get(network));
    }
    return count;
  }

  /** The class of an address may be another than before. */
  #bucketOf(visitor: Visitor, rate: Rate, now: number): TokenBucket {
    visitor.bucket ??= new TokenBucket(rate, now);
    visitor.bucket.refill(now);
    visitor.bucket.changeRate(rate);
    return visitor.bucket;
  }

  #remember(visitor: Visitor, now: number): void {
    this.#absent.delete(visitor.network);
    if (recoversInMs(visitor, now) === 0) return;
    this.#absent.set(visitor.network, visitor);
    // Two for each that comes, so that those who have recovered do not pile up.
    let looked = 0;
    for (const [network, other] of this.#absent) {
      if (looked++ >= 2 && this.#absent.size <= this.#maxAbsent()) return;
      if (recoversInMs(other, now) === 0 || this.#absent.size > this.#maxAbsent())
        this.#absent.delete(network);
    }
  }
}

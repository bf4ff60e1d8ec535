/**
 * How often logging in has failed, by account and by address, and how long the next attempt has to wait. A failure is forgotten
 * after a while, so nothing has to be swept: what is asked about is brought up to date then.
 */
import type { Guesser } from '../../contract/accounts.ts';
import type { Clock } from '../../kit/clock.ts';
import { limits } from './limits.ts';

/** From how many failures on one has to wait, and after how many seconds one is forgotten. */
export interface GuessRule {
  readonly free: number;
  readonly forgetSeconds: number;
}

interface Count {
  /** Failures that are not forgotten, as of `at`. */
  failures: number;
  /** Until when it was brought up to date, monotonic: when the last one was forgotten, or the first counted. */
  at: number;
  /** Until when further attempts are refused, monotonic. */
  until: number;
  lastMs: number;
}

/** The failures of one sort: of accounts, or of addresses. */
export class Guessing {
  readonly #rule: GuessRule;
  readonly #clock: Clock;
  /** The oldest first. */
  readonly #counts = new Map<string, Count>();

  constructor(rule: GuessRule, clock: Clock) {
    this.#rule = rule;
    this.#clock = clock;
  }

  get size(): number {
    return this.#counts.size;
  }

  /** Seconds after which one may try again; 0 where one may now. */
  waitSeconds(who: string): number {
    const count = this.#counts.get(who);
    return count === undefined ? 0 : Math.max(0, Math.ceil((count.until - this.#clock.monotonic()) / 1_000));
  }

  /** Counts a failure; answers how many are remembered. */
  failed(who: string): number {
    const now = this.#clock.monotonic();
    const count = this.#counts.get(who) ?? { failures: 0, at: now, until: 0, lastMs: 0 };
    this.#age(count, now);
    count.failures++;
    count.lastMs = this.#clock.now();
    const over = count.failures - this.#rule.free;
    if (over >= 0) {
      const wait = limits.guessWaitSeconds.default * 2 ** Math.min(over, 20);
      count.until = now + Math.min(wait, limits.guessWaitMostSeconds.default) * 1_000;
    }
    this.#counts.delete(who);
    this.#counts.set(who, count);
    if (this.#counts.size > limits.guessersRemembered.default) {
      const oldest = this.#counts.keys().next();
      if (oldest.done !== true) this.#counts.delete(oldest.value);
    }
    return count.failures;
  }

  /** Takes a failure back that was counted before it was known to be none. */
  refund(who: string): void {
    const count = this.#counts.get(who);
    if (count === undefined) return;
    count.failures--;
    if (count.failures < this.#rule.free) count.until = 0;
    if (count.failures <= 0) this.#counts.delete(who);
  }

  /** Forgets the failures of one, of all where `who` is null; answers of how many. */
  reset(who: string | null): number {
    const before = this.#counts.size;
    if (who === null) this.#counts.clear();
    else this.#counts.delete(who);
    return before - this.#counts.size;
  }

  /** Whom failures are remembered of, those with the longest wait first. */
  entries(kind: Guesser['kind']): Guesser[] {
    const now = this.#clock.monotonic();
    const rows: Guesser[] = [];
    for (const [who, count] of this.#counts) {
      this.#age(count, now);
      if (count.failures === 0 && count.until <= now) {
        this.#counts.delete(who);
        continue;
      }
      const { failures } = count;
      rows.push({ kind, who, failures, waitSeconds: this.waitSeconds(who), lastAt: count.lastMs });
    }
    return rows.sort((a, b) => b.waitSeconds - a.waitSeconds || b.failures - a.failures);
  }

  /** Forgets one after the other. Those that are not forgotten count in full, or the first of a few at once would not. */
  #age(count: Count, now: number): void {
    const eachMs = this.#rule.forgetSeconds * 1_000;
    const forgotten = Math.floor((now - count.at) / eachMs);
    count.at = forgotten < count.failures ? count.at + forgotten * eachMs : now;
    count.failures = Math.max(0, count.failures - forgotten);
  }
}

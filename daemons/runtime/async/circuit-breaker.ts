/**
 * Whether something elsewhere is asked at all. After so many failures in a row nobody waits for it any more, and a look of its own finds
 * whether it is back: no caller is spent on that. Each look that fails doubles the wait before the next one. `resilience.ts` has it.
 */
import { SignalboxError, toWireError } from '../../../contract/errors.ts';
import type { BreakerState } from '../../../contract/instrument-figures.ts';
import type { Clock, Timer } from '../../../kit/clock.ts';

export interface CircuitBreakerOptions {
  /** What is asked, for messages: "Keycloak". */
  readonly what: string;
  readonly clock: Clock;
  /** Failures in a row that open it. */
  readonly failures: number;
  /** Milliseconds before the first look, and the most before a later one. */
  readonly openMs: number;
  readonly openMaxMs: number;
  /** Looks whether it is there again; rejects where it is not. */
  readonly probe: () => Promise<unknown>;
  /** From 0 to 1: how much of the spread of a wait is used. */
  readonly random: () => number;
  /** Hears of each change, and of the failure that opened it. */
  readonly onState: (state: BreakerState, why: string | null) => void;
}

/** It is not asked at present. `detail.retryAt` says when there is a look whether it is back. */
export class NotAsked extends SignalboxError {
  constructor(what: string, why: string, retryAt: number | null) {
    super('unavailable', `${what} is not asked now because it failed again and again: ${why}`, {
      detail: retryAt === null ? {} : { retryAt },
    });
  }
}

export class CircuitBreaker {
  readonly #options: CircuitBreakerOptions;
  #state: BreakerState = 'closed';
  #failures = 0;
  /** Why it is open. */
  #why = '';
  #openMs: number;
  /** When it is looked at next, Unix milliseconds. */
  #nextProbeAt: number | null = null;
  #timer: Timer | null = null;
  /** Times that it was reset; a look that was under way then decides nothing. */
  #round = 0;
  /** Calls that were refused while it was open. */
  rejected = 0;

  constructor(options: CircuitBreakerOptions) {
    this.#options = options;
    this.#openMs = options.openMs;
  }

  get state(): BreakerState {
    return this.#state;
  }

  /** Failures in a row. */
  get failures(): number {
    return this.#failures;
  }

  /** Unix milliseconds; null while it is closed or looks. */
  get nextProbeAt(): number | null {
    return this.#nextProbeAt;
  }

  /** @throws NotAsked unless it is closed */
  assertClosed(): void {
    if (this.#state === 'closed') return;
    this.rejected++;
    throw this.refusal();
  }

  /** What whoever asks is told while it is open. */
  refusal(): NotAsked {
    return new NotAsked(this.#options.what, this.#why, this.#nextProbeAt);
  }

  /** It has answered, be it that it refused. */
  succeeded(): void {
    if (this.#state !== 'closed') return;
    this.#failures = 0;
    this.#openMs = this.#options.openMs;
  }

  /** It has not answered, or nothing that could be an answer. */
  failed(error: unknown): void {
    if (this.#state !== 'closed') return;
    this.#failures++;
    this.#why = toWireError(error).message;
    if (this.#failures >= this.#options.failures) this.#open();
  }

  /** Asks again from now on. */
  reset(): void {
    this.#round++;
    this.#openMs = this.#options.openMs;
    this.#close();
  }

  /** Looks no more. */
  stop(): void {
    this.#round++;
    this.#timer?.cancel();
    this.#timer = null;
    this.#nextProbeAt = null;
  }

  #open(): void {
    const { clock, random } = this.#options;
    const waitMs = Math.round(this.#openMs * (1 + random() * SPREAD));
    this.#openMs = Math.min(this.#openMs * 2, this.#options.openMaxMs);
    this.#nextProbeAt = clock.now() + waitMs;
    this.#timer = clock.after(waitMs, () => void this.#look(this.#round));
    this.#enter('open', this.#why);
  }

  async #look(round: number): Promise<void> {
    this.#nextProbeAt = null;
    this.#enter('half-open', null);
    try {
      await this.#options.probe();
      if (round === this.#round) this.#close();
    } catch (error) {
      if (round !== this.#round) return;
      this.#failures++;
      this.#why = toWireError(error).message;
      this.#open();
    }
  }

  #close(): void {
    this.#timer?.cancel();
    this.#timer = null;
    this.#nextProbeAt = null;
    this.#failures = 0;
    this.#enter('closed', null);
  }

  #enter(state: BreakerState, why: string | null): void {
    if (state === this.#state) return;
    this.#state = state;
    this.#options.onState(state, why);
  }
}

/** How much longer a wait may be than it has to, so that many do not ask at the same moment. */
const SPREAD = 0.2;

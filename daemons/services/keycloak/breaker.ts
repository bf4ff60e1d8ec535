/**
 * Whether Keycloak is asked at all. After so many failures in a row nobody waits for it any more, and services look for themselves
 * whether it is back: no login is spent on that, which is why this is not `Resilience` of the runtime, whose breaker lets the next
 * caller try. Each look that fails doubles the wait before the next one.
 */
import { toWireError } from '../../../contract/errors.ts';
import type { BreakerState } from '../../../contract/instrument-figures.ts';
import type { Clock, Timer } from '../../../kit/clock.ts';
import { limits } from '../limits.ts';
import { NotAsked } from './keycloak-error.ts';

export interface BreakerOptions {
  readonly clock: Clock;
  /** Looks whether Keycloak answers; rejects where it does not. */
  readonly probe: () => Promise<unknown>;
  /** From 0 to 1: how much of the spread of a wait is used. */
  readonly random: () => number;
  /** Hears of each change, and of the failure that opened it. */
  readonly onState: (state: BreakerState, why: string | null) => void;
}

export class Breaker {
  readonly #options: BreakerOptions;
  #state: BreakerState = 'closed';
  #failures = 0;
  /** Why it is open. */
  #why = '';
  #openMs: number = limits.keycloakProbeMs.default;
  /** When it is looked at next, Unix milliseconds. */
  #nextProbeAt: number | null = null;
  #timer: Timer | null = null;
  /** Times that it was reset; a look that was under way then decides nothing. */
  #round = 0;
  /** Calls that were refused while it was open. */
  rejected = 0;

  constructor(options: BreakerOptions) {
    this.#options = options;
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
    return new NotAsked(this.#why, this.#nextProbeAt);
  }

  /** Keycloak has answered, be it that it refused. */
  succeeded(): void {
    if (this.#state !== 'closed') return;
    this.#failures = 0;
    this.#openMs = limits.keycloakProbeMs.default;
  }

  /** Keycloak has not answered, or nothing that could be an answer. */
  failed(error: unknown): void {
    if (this.#state !== 'closed') return;
    this.#failures++;
    this.#why = toWireError(error).message;
    if (this.#failures >= limits.keycloakFailures.default) this.#open();
  }

  /** Asks again from now on. */
  reset(): void {
    this.#round++;
    this.#openMs = limits.keycloakProbeMs.default;
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
    this.#openMs = Math.min(this.#openMs * 2, limits.keycloakProbeMaxMs.default);
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

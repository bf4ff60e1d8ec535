/**
 * What lets services administer the realm: a token of the client itself. One is asked for at a time, and whoever needs it meanwhile
 * waits; a failure is told to all of them. It is renewed before it runs out, while the old one is still used.
 */
import { SignalboxError } from '../../../contract/errors.ts';
import type { Clock } from '../../../kit/clock.ts';
import { limits } from '../limits.ts';
import type { Bearer } from './keycloak-calls.ts';
import { KeycloakError } from './keycloak-error.ts';

/** A token as Keycloak gives it. */
export interface FreshToken {
  readonly token: string;
  /** Seconds that it lasts. */
  readonly lastsSeconds: number;
}

interface HeldToken {
  readonly value: string;
  /** When a new one is asked for, and when this one ends; monotonic. */
  readonly renewAt: number;
  readonly endsAt: number;
  /** Unix milliseconds. */
  readonly expiresAt: number;
}

export class AdminToken implements Bearer {
  readonly #clock: Clock;
  readonly #ask: () => Promise<FreshToken>;
  #held: HeldToken | null = null;
  #asked: Promise<string> | null = null;
  #waiting = 0;

  /** @param ask gets a fresh one */
  constructor(clock: Clock, ask: () => Promise<FreshToken>) {
    this.#clock = clock;
    this.#ask = ask;
  }

  /** Who waits for a token. */
  get waiting(): number {
    return this.#waiting;
  }

  /** When it runs out, Unix milliseconds; null while there is none. */
  get expiresAt(): number | null {
    return this.#current()?.expiresAt ?? null;
  }

  /**
   * The token.
   * @throws KeycloakError as the call that should have brought it; SignalboxError `limit_reached` where too many wait
   */
  async get(): Promise<string> {
    const held = this.#current();
    if (held !== null) {
      // Whoever asks now is served; that it could not be renewed is found by whoever comes when it is over.
      if (this.#clock.monotonic() >= held.renewAt) this.#renew().catch(() => {});
      return held.value;
    }
    if (this.#waiting >= limits.keycloakTokenWaiters.default)
      throw new SignalboxError(
        'limit_reached',
        `${this.#waiting} calls wait for a token of Keycloak already. Try again later.`,
      );
    this.#waiting++;
    try {
      return await this.#renew();
    } catch (error) {
      throw error instanceof KeycloakError ? counted(error) : error;
    } finally {
      this.#waiting--;
    }
  }

  forget(token: string): void {
    if (this.#held?.value === token) this.#held = null;
  }

  /** Holds one that came otherwise. */
  hold({ token, lastsSeconds }: FreshToken): void {
    const now = this.#clock.monotonic();
    const lastsMs = lastsSeconds * 1_000;
    const early = Math.min(limits.keycloakTokenEarlyMs.default, lastsMs / 2);
    const endsAt = now + lastsMs;
    this.#held = { value: token, renewAt: endsAt - early, endsAt, expiresAt: this.#clock.now() + lastsMs };
  }

  #current(): HeldToken | null {
    return this.#held !== null && this.#clock.monotonic() < this.#held.endsAt ? this.#held : null;
  }

  #renew(): Promise<string> {
    this.#asked ??= this.#ask()
      .then((fresh) => {
        this.hold(fresh);
        return fresh.token;
      })
      .finally(() => {
        this.#asked = null;
      });
    return this.#asked;
  }
}

/** The same error for whoever waited: what it says of Keycloak has been said once. */
function counted(error: KeycloakError): KeycloakError {
  const { code, message, status } = error;
  return new KeycloakError(code, message, { status, says: 'nothing', cause: error });
}

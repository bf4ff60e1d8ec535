/**
 * How many clients are logged in to an account, those included that were let in and that the network has not shown yet: so two logins
 * at once take two places.
 */
import type { Clock } from '../../../kit/clock.ts';
import { fold } from '../../irc/casemapping.ts';
import { limits } from '../limits.ts';

export class LoginSlots {
  readonly #clock: Clock;
  /** Clients that the network shows as logged in to an account. */
  readonly #shown: (account: string) => number;
  /** By folded name: until when each login counts that is not shown yet, the oldest first. */
  readonly #granted = new Map<string, number[]>();

  constructor(clock: Clock, shown: (account: string) => number) {
    this.#clock = clock;
    this.#shown = shown;
  }

  /** Takes a place; false where there is none. */
  take(account: string, most: number): boolean {
    const key = fold(account);
    const granted = this.#current(key);
    if (this.#shown(account) + granted.length >= most) return false;
    granted.push(this.#clock.monotonic() + limits.grantMs.default);
    this.#granted.set(key, granted);
    return true;
  }

  /** The network shows somebody as logged in, or a login came to nothing: one place that was taken is not needed any more. */
  settle(account: string): void {
    const key = fold(account);
    const granted = this.#granted.get(key);
    granted?.shift();
    if (granted?.length === 0) this.#granted.delete(key);
  }

  #current(key: string): number[] {
    const now = this.#clock.monotonic();
    const granted = (this.#granted.get(key) ?? []).filter((until) => until > now);
    if (granted.length === 0) this.#granted.delete(key);
    return granted;
  }
}

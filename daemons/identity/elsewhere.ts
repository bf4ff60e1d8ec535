/**
 * Another place that keeps accounts too, such as Keycloak: what becomes of an account is asked there first, and done here when it is done
 * there. Implemented by services; where there is none, accounts are here alone.
 */
import type { Verifiers } from './credential-tasks.ts';
import type { GivenOutcome, NewAccount } from './store/account-store.ts';

/** It was begun, and goes on by itself when the other place answers again. */
export type Delayed = 'delayed';

export interface AccountsElsewhere {
  /**
   * Makes an account there and here.
   * @param password prepared
   * @param network whose turn hashing takes
   * @throws SignalboxError `unavailable` where it was not begun
   */
  register(
    account: NewAccount,
    password: string,
    network: string,
  ): Promise<'done' | 'exists' | 'email' | 'refused' | Delayed>;
  /**
   * Gives an account another password there and here. Throws as {@link register}.
   * @param allowed asked within the turn in which it is begun; `gone` where it may not be
   */
  changePassword(
    account: string,
    password: string,
    verifiers: Verifiers,
    network: string,
    allowed: () => boolean,
  ): Promise<'done' | 'gone' | 'refused' | Delayed>;
  /** Takes an account away there and here. Throws as {@link register}. @param by who wants it */
  drop(account: string, by: string): Promise<'done' | 'gone' | 'refused' | Delayed>;
  /** Throws as {@link register}. */
  certificate(account: string, fingerprint: string, add: boolean): Promise<GivenOutcome | Delayed>;
  /** Throws as {@link register}. */
  setEmail(account: string, email: string | null): Promise<'done' | 'gone' | 'refused' | Delayed>;
}

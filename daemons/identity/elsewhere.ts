/**
 * Another place that keeps accounts too, such as Keycloak: what becomes of an account that is there is asked there first, and done here when
 * it is done there. Implemented by services; where there is none, accounts are here alone.
 */
import type { Verifiers } from './credential-tasks.ts';
import type { GivenOutcome, NewAccount, StoredAccount } from './store/account-store.ts';

/** It was begun, and goes on by itself when the other place answers again. */
export type Delayed = 'delayed';

/** A password that was hashed here, as the other place takes it. */
export interface HashedPassword {
  readonly algorithm: 'pbkdf2-sha256';
  readonly iterations: number;
  /** Base64. */
  readonly salt: string;
  readonly hash: string;
}

/** All that is made of a new password: what is kept here, and what the other place is told. */
export interface NewSecret extends Verifiers {
  /** Absent where it was made for an account that is here alone. */
  readonly elsewhere?: HashedPassword;
}

/** What came of a change; `gone`: the account, or who has it there, is no more. */
export type ChangeOutcome = 'done' | 'gone' | 'refused';

/** Asked within the turn in which a change is begun, which it is not where the answer is false: then it is `gone`. */
export type Allowed = () => boolean;

/** What a code from a mail has proved of a new password. */
export interface SecretChange {
  readonly allowed?: Allowed;
  /** The address that the mail went to; null where it was not by mail. */
  readonly proves?: string | null;
}

export interface EmailChange {
  readonly allowed?: Allowed;
  /** Whether its owner has shown that they read what is sent there. */
  readonly verified?: boolean;
}

/** All of them throw SignalboxError `unavailable` where they were not begun, and what keeps `allowed` from answering. */
export interface AccountsElsewhere {
  /** Whether new accounts are made there as well. */
  readonly takesNew: boolean;
  /** Whether an account is there too, so that nothing of it changes here alone. */
  has(account: StoredAccount): boolean;
  /** Whether somebody there has a name. */
  isTaken(name: string): Promise<boolean>;
  /** @param password prepared @param network whose turn hashing takes */
  hash(password: string, network: string): Promise<HashedPassword>;
  /** Makes an account there and here. */
  register(
    account: NewAccount,
    password: HashedPassword,
  ): Promise<'done' | 'exists' | 'email' | 'refused' | Delayed>;
  /** Makes an account there that is here and was waiting to be confirmed; where that cannot be it ends here. */
  confirm(
    account: string,
    secret: NewSecret,
    allowed: Allowed,
  ): Promise<'done' | 'gone' | 'exists' | 'email' | 'refused' | Delayed>;
  /** Gives an account another password there and here. */
  changePassword(account: string, secret: NewSecret, change: SecretChange): Promise<ChangeOutcome | Delayed>;
  /** Takes an account away there and here. @param by who wants it */
  drop(account: string, by: string): Promise<ChangeOutcome | Delayed>;
  certificate(account: string, fingerprint: string, add: boolean): Promise<GivenOutcome | Delayed>;
  setEmail(account: string, email: string | null, change: EmailChange): Promise<ChangeOutcome | Delayed>;
  /** Calls an account something else there and here. */
  rename(account: string, next: string): Promise<ChangeOutcome | 'exists' | Delayed>;
  /** Lets the owner of an account in again, unless it is kept out there: then it is `refused`. */
  lift(account: string): Promise<ChangeOutcome | Delayed>;
}

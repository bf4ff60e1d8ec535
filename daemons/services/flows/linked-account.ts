/**
 * What the flows that change an account have in common: who it is in Keycloak, and which account that is here now. Keycloak is changed
 * first, which may refuse, then what is here, in the transaction with which the flow goes on. Each step finds what an earlier try of it
 * has done.
 */
import type { AccountStore, StoredAccount } from '../../identity/store/account-store.ts';
import type { SharedFacts } from '../../identity/store/shared-facts.ts';
import { fold } from '../../irc/casemapping.ts';
import type { KeycloakLinks } from '../store/keycloak-links.ts';
import type { ProfileStore } from '../store/profile-store.ts';
import { type Directory, isAnswer } from './directory.ts';

export interface AccountFlowOptions {
  readonly directory: Directory;
  readonly store: AccountStore;
  /** Written where Keycloak has done the same. */
  readonly facts: SharedFacts;
  /** The same for levels. */
  readonly profiles: ProfileStore;
  readonly links: KeycloakLinks;
  /** Takes an account off the store, in a write turn; what it returns tells everybody afterwards. */
  readonly drop: (account: string, by: string) => () => void;
  /** An account was made, and is on the disk. */
  readonly registered: (account: string) => void;
  /** An account is called otherwise; the function tells everybody afterwards. */
  readonly renamed: (before: string, next: string) => () => void;
  /** What is remembered of a user holds no more. */
  readonly forget: (who: { readonly userId: string; readonly username: string | null }) => void;
}

/** Which account a flow is about. */
export interface AboutAccount {
  /** As it was called when the flow began. */
  readonly account: string;
  /** By which Keycloak knows who has it. */
  readonly userId?: string;
}

/** The account as it is now, whatever it is called; undefined where it is gone, or belongs to somebody else. */
export function accountOf(
  { account, userId }: AboutAccount,
  { store, links }: Pick<AccountFlowOptions, 'store' | 'links'>,
): StoredAccount | undefined {
  return store.find(userId === undefined ? account : (links.accountOf(userId) ?? ''));
}

/** By which Keycloak knows who has an account; null where it is here alone. A user of the same name is somebody else. */
export function userIdOf(
  about: AboutAccount,
  options: Pick<AccountFlowOptions, 'store' | 'links'>,
): string | null {
  const stored = accountOf(about, options);
  return stored === undefined ? null : (options.links.of(stored)?.user ?? null);
}

/** What flows of an account are about, which is the same for whatever changes its user. */
export function subjectOfAccount(
  account: string,
  options: Pick<AccountFlowOptions, 'store' | 'links'>,
): string {
  const userId = userIdOf({ account }, options);
  return userId === null ? accountSubject(account) : userSubject(userId);
}

/** What flows of an account are about that is not in Keycloak, or not yet. */
export function accountSubject(account: string): string {
  return `account ${fold(account)}`;
}

/** What flows of a user are about. */
export function userSubject(userId: string): string {
  return `user ${userId}`;
}

/**
 * Changes something in Keycloak; what Keycloak says instead of doing so, as far as that ends a flow. Everything else is thrown, and has
 * the step tried again.
 */
export async function changed(
  change: () => Promise<unknown>,
): Promise<'done' | 'gone' | 'refused' | 'conflict'> {
  try {
    await change();
    return 'done';
  } catch (error) {
    if (isAnswer(error, 'not_found')) return 'gone';
    if (isAnswer(error, 'bad_request')) return 'refused';
    if (isAnswer(error, 'conflict')) return 'conflict';
    throw error;
  }
}

/** The id of what is made; null where it was there. */
export async function made(make: () => Promise<string>): Promise<string | null> {
  try {
    return await make();
  } catch (error) {
    if (isAnswer(error, 'conflict')) return null;
    throw error;
  }
}

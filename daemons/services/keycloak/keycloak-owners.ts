/** Whose the account is of a user of Keycloak who has proved who they are: made where there is none, and theirs alone. */
import { limits as accountLimits } from '../../identity/limits.ts';
import type { Verdict } from '../../identity/password-authority.ts';
import type { AccountStore, NewAccount, StoredAccount } from '../../identity/store/account-store.ts';
import type { WriteTurn } from '../../identity/store/write-turn.ts';
import { isValidNick } from '../../irc/names.ts';
import { NotAsked } from '../../runtime/async/circuit-breaker.ts';
import type { KeycloakLink, KeycloakLinks } from '../store/keycloak-links.ts';
import type { KeycloakUser } from './keycloak-shapes.ts';
import type { GoodLogin, LoginMemory } from './login-memory.ts';
import type { UserDirectory } from './user-directory.ts';

export interface KeycloakOwnersOptions {
  readonly store: AccountStore;
  readonly links: KeycloakLinks;
  readonly writes: WriteTurn;
  /** Keeps a new account; `more` is written with it. See `AccountKeeper.adopt`. */
  readonly adopt: (
    account: NewAccount,
    more: (stored: StoredAccount) => void,
    comesBack: boolean,
  ) => Promise<StoredAccount>;
  /** Keeps the owner of an account out. See `AccountChanges.keepOut`. */
  readonly keepOut: (account: string, by: string, reason: string) => Promise<unknown>;
  /** Keycloak has shown a user, who may have changed. */
  readonly seen: (user: KeycloakUser) => void;
  readonly log: (level: 'info' | 'warn' | 'error', event: string, message: string) => void;
}

/** What is asked and remembered of users. */
export interface KnownUsers {
  readonly directory: Pick<UserDirectory, 'withId'>;
  readonly logins: Pick<LoginMemory, 'forget'>;
}

/** What Keycloak has said of somebody who has proved to be a user. */
export interface Said {
  /** Whether it has just said so, and not only some time ago. */
  readonly isFresh: boolean;
  /** The address of a user who may log in; undefined where it is asked for that. */
  readonly email?: string | null | undefined;
}

/** By whom accounts are suspended that may not log in to Keycloak. */
export const KEYCLOAK = 'Keycloak';

export const UNAVAILABLE: Verdict = {
  kind: 'refused',
  why: 'unavailable',
  detail: 'Keycloak does not answer',
};

const DISABLED: Verdict = { kind: 'refused', why: 'suspended', detail: 'disabled in Keycloak' };

export class KeycloakOwners {
  readonly #options: KeycloakOwnersOptions;

  constructor(options: KeycloakOwnersOptions) {
    this.#options = options;
  }

  /**
   * Somebody has proved to be a user, and asks for the account of a name.
   * @param said what Keycloak has said with that
   */
  async letIn(known: KnownUsers, name: string, good: GoodLogin, said: Said): Promise<Verdict> {
    const { store, links, log } = this.#options;
    const { user, username } = good;
    const account = store.find(name);
    if (account === undefined) return await this.#welcome(known, good, said.email);
    const link = links.of(account);
    if (link?.user !== user) {
      log(
        'warn',
        'keycloak_not_theirs',
        `The account ${account.name} does not belong to the user ${username} of Keycloak, who has its name: ${reasonOf(link)}`,
      );
      return { kind: 'wrong', why: 'the account belongs to somebody else than the user of Keycloak' };
    }
    if (said.isFresh && account.suspended_by === KEYCLOAK) await this.#lift(account.name);
    return this.#right(account, user);
  }

  /** Somebody has proved otherwise than by a password to be a user. */
  async byUser(known: KnownUsers, user: KeycloakUser): Promise<Verdict> {
    const { id, username, enabled } = user;
    const account = this.#options.links.accountOf(id);
    if (!enabled) {
      if (account !== null) await this.disabled(known, account, id);
      return DISABLED;
    }
    if (account === null && !isValidNick(username, accountLimits.accountNameLength.default))
      return { kind: 'wrong', why: 'no account can be called like the user of Keycloak' };
    const verdict = await this.letIn(known, account ?? username, { user: id, username }, { isFresh: true });
    this.#options.seen(user);
    return verdict;
  }

  /** Keycloak has said that a user is disabled: whoever uses their account does so no more. */
  async disabled({ logins }: Pick<KnownUsers, 'logins'>, account: string, user: string): Promise<void> {
    logins.forget(user);
    // What an operator has said stays.
    if (this.#options.store.find(account)?.suspended_reason === null)
      await this.#options.keepOut(account, KEYCLOAK, 'The account is disabled in Keycloak.');
  }

  /** It is theirs as long as it belongs to the user. */
  #right({ name: account }: StoredAccount, user: string): Verdict {
    return { kind: 'right', account, proof: (now) => this.#options.links.of(now)?.user === user };
  }

  async #lift(name: string): Promise<void> {
    const { store, writes } = this.#options;
    await writes.write(() => {
      const now = store.find(name);
      if (now?.suspended_by === KEYCLOAK) store.suspend(now, null, KEYCLOAK);
    });
  }

  /** Makes the account of a user who has none. */
  async #welcome(
    { directory }: KnownUsers,
    { user, username }: GoodLogin,
    said: string | null | undefined,
  ): Promise<Verdict> {
    const { store, links, adopt, seen, log } = this.#options;
    try {
      const other = links.accountOf(user);
      let email = said;
      if (email === undefined || other !== null) {
        const known = await directory.withId(user);
        if (known?.enabled !== true) return { kind: 'wrong', why: 'Keycloak knows no such user any more' };
        if (other !== null) return this.#calledOtherwise(known, other);
        email = known.email ?? null;
      }
      // Whoever loses it logs in as the same user of Keycloak, and has it again.
      const made = await adopt(
        { name: username, email, verifiers: null, network: null },
        (stored) => links.link(stored, user, username),
        true,
      );
      log('info', 'account_from_keycloak', `Made the account ${made.name} for the user of Keycloak`);
      const shown = said === undefined ? await directory.withId(user) : null;
      if (shown !== null) seen(shown);
      return this.#right(made, user);
    } catch (error) {
      // Two logins at once: the other one has made it.
      const made = store.find(username);
      if (made !== undefined && links.of(made)?.user === user) return this.#right(made, user);
      complain(error, log);
      return UNAVAILABLE;
    }
  }

  /** They have an account that is not called as they are in Keycloak: it may be so in a moment. */
  #calledOtherwise(user: KeycloakUser, account: string): Verdict {
    const { store, links, seen } = this.#options;
    const stored = store.find(account);
    const settled =
      stored !== undefined && links.of(stored)?.username.toLowerCase() === user.username.toLowerCase();
    if (settled) return { kind: 'wrong', why: `the user of Keycloak has the account ${account}` };
    seen(user);
    return {
      kind: 'refused',
      why: 'unavailable',
      detail: `the user of the account ${account} is called otherwise now`,
    };
  }
}

/** A login was not looked at. That Keycloak is not asked has been said once. */
export function complain(error: unknown, log: KeycloakOwnersOptions['log']): void {
  if (error instanceof NotAsked) return;
  const why = error instanceof Error ? error.message : String(error);
  log('warn', 'keycloak_login', `A login was not looked at by Keycloak: ${why}`);
}

function reasonOf(link: KeycloakLink | null): string {
  return link === null ? 'it was registered here' : 'it belongs to a user of that name who was there before';
}

/**
 * Logins of those whose password Keycloak knows: what it refused or took of late is remembered, else it is asked, and where it does not
 * answer what was kept of the last login decides. Accounts that are only kept here are none of its business. What else keeps somebody
 * out (suspension, host masks, most logins) is looked at behind this, on every way in.
 */
import { type LoginOrigin, MORE_MECHANISMS } from '../../../contract/accounts.ts';
import type { Clock, Timer } from '../../../kit/clock.ts';
import { limits as accountLimits } from '../../identity/limits.ts';
import { traced } from '../../identity/login-trace.ts';
import type { PasswordAuthority, ScramSource, Verdict } from '../../identity/password-authority.ts';
import type { StoredAccount } from '../../identity/store/account-store.ts';
import { isValidNick } from '../../irc/names.ts';
import { networkKey } from '../../runtime/net/ip-address.ts';
import { limits } from '../limits.ts';
import { complain, KeycloakOwners, type KeycloakOwnersOptions, UNAVAILABLE } from './keycloak-owners.ts';
import { KeycloakScram, passwordChange } from './keycloak-scram.ts';
import type { KeycloakUser } from './keycloak-shapes.ts';
import type { LocalVerifiers } from './local-verifiers.ts';
import type { GoodLogin, LoginMemory } from './login-memory.ts';
import type { Grant, SignInOperations } from './sign-in-operations.ts';
import type { TokenVerifier } from './token-verifier.ts';
import type { UserDirectory } from './user-directory.ts';
import type { UserOperations } from './user-operations.ts';

/** What is needed of a Keycloak to log people in. */
export interface LoginKeycloak {
  readonly client: {
    readonly signIn: Pick<SignInOperations, 'grant'>;
    readonly users: Pick<UserOperations, 'credentials'>;
  };
  readonly directory: Pick<UserDirectory, 'named' | 'withId' | 'withCertificate'>;
  readonly logins: LoginMemory;
  readonly tokens: Pick<TokenVerifier, 'look'>;
}

export interface KeycloakLoginsOptions extends KeycloakOwnersOptions {
  /** The one that is configured; null while there is none. */
  readonly keycloak: () => LoginKeycloak | null;
  readonly verifiers: LocalVerifiers;
  readonly clock: Clock;
}

export class KeycloakLogins implements PasswordAuthority {
  readonly #options: KeycloakLoginsOptions;
  readonly #owners: KeycloakOwners;
  readonly #scram: KeycloakScram;

  constructor(options: KeycloakLoginsOptions) {
    this.#options = options;
    this.#owners = new KeycloakOwners(options);
    this.#scram = new KeycloakScram({ ...options, owners: this.#owners });
  }

  get mechanisms() {
    return this.#options.keycloak() === null ? [] : MORE_MECHANISMS;
  }

  password(name: string, password: string, origin: LoginOrigin): Promise<Verdict> | null {
    const keycloak = this.#options.keycloak();
    const account = this.#options.store.find(name);
    if (keycloak === null || !this.#knows(name, account)) return null;
    return this.#options.verifiers.during(() => this.#password(keycloak, name, password, origin));
  }

  certificate(fingerprint: string): Promise<Verdict> | null {
    const keycloak = this.#options.keycloak();
    return keycloak === null ? null : this.#certificate(keycloak, fingerprint);
  }

  scram(name: string): Promise<ScramSource | 'none'> | null {
    const keycloak = this.#options.keycloak();
    const account = this.#options.store.find(name);
    if (keycloak === null || !this.#knows(name, account)) return null;
    return this.#scram.sourceOf(keycloak, name, account);
  }

  token(token: string): Promise<Verdict> | null {
    const keycloak = this.#options.keycloak();
    return keycloak === null ? null : this.#token(keycloak, token);
  }

  /** Accounts that belong to a user, and names that may be a user's who has none yet. */
  #knows(name: string, account: StoredAccount | undefined): boolean {
    if (account !== undefined) return this.#options.links.of(account) !== null;
    return isValidNick(name, accountLimits.accountNameLength.default);
  }

  async #password(
    keycloak: LoginKeycloak,
    name: string,
    password: string,
    origin: LoginOrigin,
  ): Promise<Verdict> {
    const { store, links, verifiers } = this.#options;
    const account = store.find(name);
    const link = account === undefined ? null : links.of(account);
    const username = link?.username ?? name;
    const { logins } = keycloak;
    const known = logins.look(username, password);
    if (known === 'failed') return { kind: 'wrong', why: 'wrong password, as just before' };
    if (known !== null)
      return await traced(origin, 'known from a login before', () =>
        this.#owners.letIn(keycloak, name, known, { isFresh: false }),
      );
    const grant = await traced(origin, 'Keycloak asked', () =>
      this.#granted(keycloak, username, password, account),
    );
    if (grant === null) return await this.#bySelf(account, password, origin);
    if (grant.kind === 'wrong') {
      logins.failed(username, password);
      if (account !== undefined) verifiers.endIfStale(account.name, password);
      return { kind: 'wrong', why: 'wrong password, says Keycloak' };
    }
    if (grant.kind === 'disabled') return await this.#disabled(keycloak, account, password, origin);
    if (grant.kind === 'incomplete')
      return {
        kind: 'refused',
        why: 'incomplete',
        detail: 'Keycloak says that the user is not fully set up',
      };
    const good = await traced(origin, 'user looked up in Keycloak', () =>
      this.#userOf(keycloak, username, grant),
    );
    if (good === null) return UNAVAILABLE;
    const said = { isFresh: true, email: grant.email };
    const verdict = await this.#owners.letIn(keycloak, name, good, said);
    if (verdict.kind !== 'right') return verdict;
    logins.succeeded(username, password, good);
    const changedAt = async () => {
      // Of a user who has just come for the first time, nothing can have changed here.
      if (account !== undefined) await this.#glance(keycloak, good.user);
      return await passwordChange(keycloak, good.user, grant.at, this.#options.log);
    };
    if (!verifiers.keep(verdict.account, good.user, password, changedAt))
      // Kept at the next login then.
      logins.forget(good.user);
    return verdict;
  }

  /** What Keycloak says; null where it does not, or takes too long for somebody who can be let in without. */
  async #granted(
    { client, logins }: LoginKeycloak,
    username: string,
    password: string,
    account: StoredAccount | undefined,
  ): Promise<Grant | null> {
    const asked = client.signIn.grant(username, password).catch((error: unknown) => {
      this.#complain(error);
      return null;
    });
    if (account === undefined || !this.#isKept(account)) return await asked;
    let timer: Timer | null = null;
    const late = new Promise<'late'>((resolve) => {
      timer = this.#options.clock.after(limits.keycloakPatienceMs.default, () => resolve('late'));
    });
    const first = await Promise.race([asked, late]);
    (timer as Timer | null)?.cancel();
    if (first !== 'late') return first;
    void asked.then((grant) => {
      if (grant?.kind !== 'wrong') return;
      logins.failed(username, password);
      this.#options.verifiers.endIfStale(account.name, password);
    });
    return null;
  }

  /** Without Keycloak: by what was kept of the last login. */
  async #bySelf(account: StoredAccount | undefined, password: string, origin: LoginOrigin): Promise<Verdict> {
    const { verifiers } = this.#options;
    if (account === undefined || !this.#isKept(account)) return UNAVAILABLE;
    const hash = verifiers.hashOf(account);
    const fits = await traced(origin, 'password checked without Keycloak', () =>
      verifiers.fits(account, password, networkKey(origin.address)),
    );
    return fits
      ? { kind: 'right', account: account.name, proof: (now) => verifiers.hashOf(now) === hash }
      : { kind: 'wrong', why: 'wrong password, as of the last login' };
  }

  /** The user is disabled. Only who proves to be them hears of it. */
  async #disabled(
    keycloak: LoginKeycloak,
    account: StoredAccount | undefined,
    password: string,
    origin: LoginOrigin,
  ): Promise<Verdict> {
    if (account === undefined) return { kind: 'wrong', why: 'disabled in Keycloak' };
    const user = this.#options.links.of(account)?.user;
    if (user !== undefined) await this.#owners.disabled(keycloak, account.name, user);
    const isTheirs = await this.#options.verifiers.fitsLast(account, password, networkKey(origin.address));
    if (!isTheirs) return { kind: 'wrong', why: 'disabled in Keycloak' };
    return { kind: 'refused', why: 'suspended', detail: 'disabled in Keycloak' };
  }

  /** Who has logged in; null where Keycloak says something that cannot be. */
  async #userOf(
    { directory }: LoginKeycloak,
    asked: string,
    grant: Extract<Grant, { kind: 'granted' }>,
  ): Promise<GoodLogin | null> {
    try {
      const user = grant.user ?? (await directory.named(asked))?.id ?? null;
      const username =
        grant.username ?? (user === null ? null : (await directory.withId(user))?.username) ?? null;
      // An e-mail address logs in at some realms, and is no account.
      if (user !== null && username?.toLowerCase() === asked.toLowerCase()) return { user, username };
      this.#options.log(
        'error',
        'keycloak_other_user',
        `Keycloak let ${asked} in as somebody else, so nobody was`,
      );
    } catch (error) {
      this.#complain(error);
    }
    return null;
  }

  async #certificate(keycloak: LoginKeycloak, fingerprint: string): Promise<Verdict> {
    let user: KeycloakUser | null;
    try {
      user = await keycloak.directory.withCertificate(fingerprint);
    } catch (error) {
      this.#complain(error);
      return UNAVAILABLE;
    }
    if (user === null)
      return { kind: 'wrong', why: 'neither an account nor a user of Keycloak has this certificate' };
    return await this.#owners.byUser(keycloak, user);
  }

  async #token(keycloak: LoginKeycloak, token: string): Promise<Verdict> {
    try {
      const said = await keycloak.tokens.look(token);
      if ('wrong' in said) return { kind: 'wrong', why: `a bearer token: ${said.wrong}` };
      // A token holds for a while, whatever has become of its user meanwhile.
      const user = await keycloak.directory.withId(said.user);
      if (user === null) return { kind: 'wrong', why: 'a bearer token of a user who is no more' };
      return await this.#owners.byUser(keycloak, user);
    } catch (error) {
      this.#complain(error);
      return UNAVAILABLE;
    }
  }

  /** Looks, behind a login, whether something of a user has changed that nobody has told of. */
  async #glance({ directory }: LoginKeycloak, id: string): Promise<void> {
    try {
      const user = await directory.withId(id);
      if (user !== null) this.#options.seen(user);
    } catch (error) {
      this.#complain(error);
    }
  }

  /** Whether somebody can be let in by what was kept of their last login. */
  #isKept(account: StoredAccount): boolean {
    return this.#options.verifiers.hashOf(account) !== null;
  }

  #complain(error: unknown): void {
    complain(error, this.#options.log);
  }
}

/**
 * Logins of those whose password Keycloak knows: what it refused or took of late is remembered, else it is asked, and where it does not
 * answer what was kept of the last login decides. Accounts that are only kept here are none of its business. What else keeps somebody
 * out (suspension, host masks, most logins) is looked at behind this, on every way in.
 */
import { type LoginOrigin, MORE_MECHANISMS } from '../../../contract/accounts.ts';
import type { Clock, Timer } from '../../../kit/clock.ts';
import { limits as accountLimits } from '../../identity/limits.ts';
import { traced } from '../../identity/login-trace.ts';
import type { Proof } from '../../identity/logins.ts';
import type { PasswordAuthority, ScramSource, Verdict } from '../../identity/password-authority.ts';
import { parseVerifier } from '../../identity/sasl/scram.ts';
import type { AccountStore, NewAccount, StoredAccount } from '../../identity/store/account-store.ts';
import type { WriteTurn } from '../../identity/store/write-turn.ts';
import { isValidNick } from '../../irc/names.ts';
import { networkKey } from '../../runtime/net/ip-address.ts';
import { limits } from '../limits.ts';
import type { KeycloakLink, KeycloakLinks } from '../store/keycloak-links.ts';
import { NotAsked } from './keycloak-error.ts';
import type { KeycloakUser } from './keycloak-shapes.ts';
import type { LocalVerifiers } from './local-verifiers.ts';
import type { GoodLogin, LoginMemory } from './login-memory.ts';
import { scramVerifierIn } from './scram-attributes.ts';
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

export interface KeycloakLoginsOptions {
  /** The one that is configured; null while there is none. */
  readonly keycloak: () => LoginKeycloak | null;
  readonly store: AccountStore;
  readonly links: KeycloakLinks;
  readonly writes: WriteTurn;
  readonly verifiers: LocalVerifiers;
  readonly clock: Clock;
  /** Keeps a new account; `more` is written with it. See `AccountKeeper.adopt`. */
  readonly adopt: (account: NewAccount, more: (stored: StoredAccount) => void) => Promise<StoredAccount>;
  readonly log: (level: 'info' | 'warn' | 'error', event: string, message: string) => void;
}

const UNAVAILABLE: Verdict = { kind: 'refused', why: 'unavailable', detail: 'Keycloak does not answer' };

export class KeycloakLogins implements PasswordAuthority {
  readonly #options: KeycloakLoginsOptions;

  constructor(options: KeycloakLoginsOptions) {
    this.#options = options;
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
    return this.#scram(keycloak, name, account);
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
    if (known !== null) return await this.#letIn(keycloak, name, known);
    const grant = await traced(origin, 'Keycloak asked', () =>
      this.#granted(keycloak, username, password, account),
    );
    if (grant === null) return await this.#bySelf(account, password, origin);
    if (grant.kind === 'wrong') {
      logins.failed(username, password);
      if (account !== undefined) verifiers.endIfStale(account.name, password);
      return { kind: 'wrong', why: 'wrong password, says Keycloak' };
    }
    if (grant.kind === 'disabled') return await this.#disabled(account, password, origin);
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
    const verdict = await this.#letIn(keycloak, name, good, grant.email);
    if (verdict.kind !== 'right') return verdict;
    logins.succeeded(username, password, good);
    const changedAt = () => this.#passwordChange(keycloak, good.user, grant.at);
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
    account: StoredAccount | undefined,
    password: string,
    origin: LoginOrigin,
  ): Promise<Verdict> {
    if (account === undefined) return { kind: 'wrong', why: 'disabled in Keycloak' };
    await this.#options.writes.write(() => this.#setDisabled(account.name, true));
    const isTheirs = await this.#options.verifiers.fits(account, password, networkKey(origin.address));
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

  /**
   * The account of a user who has proved who they are, made where there is none.
   * @param email what Keycloak has just said of a user who may log in; undefined where it is asked for that
   */
  async #letIn(
    keycloak: LoginKeycloak,
    name: string,
    { user, username }: GoodLogin,
    email?: string | null,
  ): Promise<Verdict> {
    const { store, links, writes, log } = this.#options;
    const account = store.find(name);
    if (account === undefined) return await this.#welcome(keycloak, user, username, email);
    const link = links.of(account);
    if (link?.user !== user) {
      log(
        'warn',
        'keycloak_not_theirs',
        `The account ${account.name} does not belong to the user ${username} of Keycloak, who has its name: ${reasonOf(link)}`,
      );
      return { kind: 'wrong', why: 'the account belongs to somebody else than the user of Keycloak' };
    }
    if (link.disabled) await writes.write(() => this.#setDisabled(account.name, false));
    return this.#right(account, user);
  }

  /** It is theirs as long as it belongs to the user. */
  #right({ name: account }: StoredAccount, user: string): Verdict {
    return { kind: 'right', account, proof: (now) => this.#options.links.of(now)?.user === user };
  }

  /** Makes the account of a user who has none. */
  async #welcome(
    { directory }: LoginKeycloak,
    user: string,
    username: string,
    said: string | null | undefined,
  ): Promise<Verdict> {
    const { store, links, adopt, log } = this.#options;
    try {
      let email = said;
      if (email === undefined) {
        const known = await directory.withId(user);
        if (known?.enabled !== true) return { kind: 'wrong', why: 'Keycloak knows no such user any more' };
        email = known.email ?? null;
      }
      const made = await adopt({ name: username, email, verifiers: null, network: null }, (stored) =>
        links.link(stored, user, username),
      );
      log('info', 'account_from_keycloak', `Made the account ${made.name} for the user of Keycloak`);
      return this.#right(made, user);
    } catch (error) {
      // Two logins at once: the other one has made it.
      const made = store.find(username);
      if (made !== undefined && links.of(made)?.user === user) return this.#right(made, user);
      this.#complain(error);
      return UNAVAILABLE;
    }
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
    return await this.#byUser(keycloak, user);
  }

  async #token(keycloak: LoginKeycloak, token: string): Promise<Verdict> {
    try {
      const said = await keycloak.tokens.look(token);
      if ('wrong' in said) return { kind: 'wrong', why: `a bearer token: ${said.wrong}` };
      // A token holds for a while, whatever has become of its user meanwhile.
      const user = await keycloak.directory.withId(said.user);
      if (user === null) return { kind: 'wrong', why: 'a bearer token of a user who is no more' };
      return await this.#byUser(keycloak, user);
    } catch (error) {
      this.#complain(error);
      return UNAVAILABLE;
    }
  }

  /** Somebody has proved to be a user. */
  async #byUser(keycloak: LoginKeycloak, { id, username, enabled }: KeycloakUser): Promise<Verdict> {
    const account = this.#options.links.accountOf(id);
    if (!enabled) {
      if (account !== null) await this.#options.writes.write(() => this.#setDisabled(account, true));
      return { kind: 'refused', why: 'suspended', detail: 'disabled in Keycloak' };
    }
    if (account === null && !isValidNick(username, accountLimits.accountNameLength.default))
      return { kind: 'wrong', why: 'no account can be called like the user of Keycloak' };
    return await this.#letIn(keycloak, account ?? username, { user: id, username });
  }

  /**
   * What SCRAM is done with: what the user has in Keycloak, or what was kept of the last login unless the password is another one by
   * now. Names that nobody has are looked up as well, so that an answer does not tell by its time who is there.
   */
  async #scram(
    keycloak: LoginKeycloak,
    name: string,
    account: StoredAccount | undefined,
  ): Promise<ScramSource | 'none'> {
    const { links, verifiers } = this.#options;
    const link = account === undefined ? null : links.of(account);
    const kept = account === undefined ? null : this.#scramKept(account);
    try {
      const user =
        link === null ? await keycloak.directory.named(name) : await keycloak.directory.withId(link.user);
      if (user === null || !user.enabled) return 'none';
      const there = scramVerifierIn(user);
      const good = { user: user.id, username: user.username };
      const fromThere: ScramSource | 'none' =
        there === null ? 'none' : { verifier: there, claim: () => this.#letIn(keycloak, name, good) };
      if (account === undefined || kept === null) return fromThere;
      const changedAt = await this.#passwordChange(keycloak, user.id, null);
      const isOld =
        typeof changedAt === 'number' && link?.passwordAt !== null && changedAt !== link?.passwordAt;
      if (!isOld) return kept;
      await verifiers.end(account.name, verifiers.hashOf(account) ?? '');
      return fromThere;
    } catch (error) {
      this.#complain(error);
      return kept ?? 'none';
    }
  }

  /** What was kept of the last login. */
  #scramKept(account: StoredAccount): ScramSource | null {
    const { store, links } = this.#options;
    const text = store.credential(account, 'scram-sha-256');
    const verifier = text === null ? null : parseVerifier(text);
    if (verifier === null || links.of(account)?.disabled === true) return null;
    const proof: Proof = (now) => store.credential(now, 'scram-sha-256') === text;
    const verdict: Verdict = { kind: 'right', account: account.name, proof };
    return { verifier, claim: async () => verdict };
  }

  /**
   * When a user's password was changed last: null where that is not known, `since` where it was after a login.
   * @param at when the login was; null where there was none
   */
  async #passwordChange(
    { client }: LoginKeycloak,
    user: string,
    at: number | null,
  ): Promise<number | 'since' | null> {
    let newest = 0;
    try {
      for (const { type, createdDate } of await client.users.credentials(user))
        if (type === 'password') newest = Math.max(newest, createdDate ?? 0);
    } catch (error) {
      this.#complain(error);
      return null;
    }
    if (newest === 0) return null;
    // The moment of the login is known in whole seconds.
    return at !== null && newest > at + 999 ? 'since' : newest;
  }

  /** Whether somebody can be let in by what was kept of their last login. */
  #isKept(account: StoredAccount): boolean {
    const { links, verifiers } = this.#options;
    return verifiers.hashOf(account) !== null && links.of(account)?.disabled === false;
  }

  #setDisabled(name: string, disabled: boolean): void {
    const account = this.#options.store.find(name);
    if (account !== undefined) this.#options.links.setDisabled(account, disabled);
  }

  /** A login was not looked at. That Keycloak is not asked has been said once. */
  #complain(error: unknown): void {
    if (error instanceof NotAsked) return;
    const why = error instanceof Error ? error.message : String(error);
    this.#options.log('warn', 'keycloak_login', `A login was not looked at by Keycloak: ${why}`);
  }
}

function reasonOf(link: KeycloakLink | null): string {
  return link === null ? 'it was registered here' : 'it belongs to a user of that name who was there before';
}

/**
 * Accounts that are in Keycloak too: each change of one is a flow, which asks Keycloak first. The keeper of accounts comes here with
 * whatever is to become of such an account; made by `flow-desk.ts`.
 */
import { SignalboxError } from '../../../contract/errors.ts';
import type {
  AccountsElsewhere,
  Allowed,
  EmailChange,
  HashedPassword,
  NewSecret,
  SecretChange,
} from '../../identity/elsewhere.ts';
import type { AccountStore, NewAccount, StoredAccount } from '../../identity/store/account-store.ts';
import type { WriteTurn } from '../../identity/store/write-turn.ts';
import type { KeycloakDesk } from '../keycloak/keycloak-desk.ts';
import type { KeycloakLink, KeycloakLinks } from '../store/keycloak-links.ts';
import type { ProfileStore } from '../store/profile-store.ts';
import type { FlowEngine } from './flow-engine.ts';
import type { FlowAnswer, FlowKind } from './flow-kind.ts';
import type { FlowKinds } from './flow-kinds.ts';
import type { LinkOutcome } from './link-flow.ts';
import { accountSubject, subjectOfAccount, userSubject } from './linked-account.ts';

export interface KeycloakAccountsOptions {
  readonly engine: FlowEngine;
  readonly kinds: FlowKinds;
  readonly keycloak: Pick<KeycloakDesk, 'current'>;
  readonly store: AccountStore;
  readonly links: KeycloakLinks;
  /** Written where Keycloak has done the same, or is sure to hear of it. */
  readonly profiles: ProfileStore;
  readonly writes: WriteTurn;
  /** Hashes a prepared password for Keycloak. @param network whose turn it takes */
  readonly hash: (password: string, network: string) => Promise<HashedPassword>;
  /** A mark that nobody else has. */
  readonly mark: () => string;
}

export class KeycloakAccounts implements AccountsElsewhere {
  readonly #options: KeycloakAccountsOptions;

  constructor(options: KeycloakAccountsOptions) {
    this.#options = options;
  }

  get takesNew(): boolean {
    return this.#options.keycloak.current !== null;
  }

  has(account: StoredAccount): boolean {
    return this.#options.links.of(account) !== null;
  }

  async isTaken(name: string): Promise<boolean> {
    const { client } = this.#asked();
    return (await client.users.find(name)) !== null;
  }

  hash(password: string, network: string): Promise<HashedPassword> {
    return this.#options.hash(password, network);
  }

  async register(account: NewAccount, password: HashedPassword) {
    this.#asked();
    const data = { account, password, mark: this.#options.mark() };
    const outcome = outcomeOf(
      await this.#options.engine.begin(this.#options.kinds.register, accountSubject(account.name), data),
    );
    return outcome === 'gone' ? 'exists' : outcome;
  }

  async confirm(account: string, secret: NewSecret, allowed: Allowed) {
    this.#asked();
    const { elsewhere: password, ...verifiers } = secret;
    if (password === undefined) throw madeBefore(account);
    const { name, email } = this.#options.store.get(account);
    const data = {
      account: { name, email, verifiers, network: null },
      password,
      mark: this.#options.mark(),
      confirmed: true as const,
    };
    return await this.#change(this.#options.kinds.register, accountSubject(name), data, allowed);
  }

  async changePassword(account: string, secret: NewSecret, { allowed, proves = null }: SecretChange) {
    this.#asked();
    const { elsewhere: password, ...verifiers } = secret;
    if (password === undefined) throw madeBefore(account);
    const data = { ...this.#about(account), verifiers, password, ...(proves === null ? {} : { proves }) };
    return await this.#change(this.#options.kinds.password, this.#subject(account), data, allowed);
  }

  async drop(account: string, by: string) {
    this.#asked();
    const subject = this.#subject(account);
    // It was asked for before, and waits for Keycloak.
    if (this.#options.engine.has(this.#options.kinds.drop, subject)) return 'delayed' as const;
    return outcomeOf(
      await this.#options.engine.begin(this.#options.kinds.drop, subject, { ...this.#about(account), by }),
    );
  }

  async certificate(account: string, fingerprint: string, add: boolean) {
    this.#asked();
    const data = { ...this.#about(account), fingerprint, add };
    return outcomeOf(
      await this.#options.engine.begin(this.#options.kinds.certificate, this.#subject(account), data),
    );
  }

  async setEmail(account: string, email: string | null, { allowed, verified = false }: EmailChange) {
    this.#asked();
    const data = { ...this.#about(account), email, verified };
    return await this.#change(this.#options.kinds.email, this.#subject(account), data, allowed);
  }

  async rename(account: string, next: string) {
    this.#asked();
    const data = { ...this.#about(account), next };
    return outcomeOf(
      await this.#options.engine.begin(this.#options.kinds.rename, this.#subject(account), data),
    );
  }

  async lift(account: string) {
    this.#asked();
    const { userId } = this.#about(account);
    if (userId === undefined) return 'gone' as const;
    const answer = outcomeOf(
      await this.#options.engine.begin(this.#options.kinds.user, userSubject(userId), { userId, lift: true }),
    );
    if (answer === 'delayed') return answer;
    if (answer === null) return 'gone';
    return answer.suspended ? 'refused' : 'done';
  }

  /**
   * How much an operator may do, in Keycloak and here. Who shall do less does so at once, whether Keycloak answers or not: what it has yet
   * to hear is on the disk with it.
   * @throws SignalboxError `unavailable` where it was not begun
   */
  async setLevel(account: string, level: number, check: () => void) {
    const { store } = this.#options;
    const stored = store.get(account);
    const isLess = level < this.#options.profiles.of(stored).level;
    if (!isLess) this.#asked();
    const data = { ...this.#about(account), level };
    const answer = await this.#options.engine.begin(
      this.#options.kinds.level,
      this.#subject(account),
      data,
      () => {
        check();
        if (isLess) this.#options.profiles.setLevel(store.still(stored), level);
      },
    );
    return isLess ? 'done' : outcomeOf(answer);
  }

  /** Gives an account to a user of Keycloak. Throws SignalboxError `unavailable` where it was not begun. */
  async link(account: string, username: string): Promise<LinkOutcome | 'delayed'> {
    this.#asked();
    const { name } = this.#options.store.get(account);
    return outcomeOf(
      await this.#options.engine.begin(this.#options.kinds.link, accountSubject(name), {
        account: name,
        username,
      }),
    );
  }

  /**
   * An account is here alone from now on; the user stays as they are.
   * @throws SignalboxError `not_found`; `conflict` where it is here alone, or something of it is under way
   */
  async unlink(account: string): Promise<StoredAccount> {
    const { store, links, writes, engine } = this.#options;
    return await writes.write(() => {
      const link = this.assertLinked(account);
      const stored = store.get(account);
      const under = engine.under(userSubject(link.user));
      if (under.length > 0)
        throw new SignalboxError(
          'conflict',
          `Something of ${stored.name} is under way in Keycloak (flows ${under.join(', ')}): expected it to be at its end, try again or give it up first.`,
        );
      links.unlink(stored);
      return stored;
    });
  }

  /** The user that an account belongs to. Throws SignalboxError `not_found`, `conflict` where it is here alone. */
  assertLinked(account: string): KeycloakLink {
    const { store, links } = this.#options;
    const stored = store.get(account);
    const link = links.of(stored);
    if (link !== null) return link;
    throw new SignalboxError('conflict', `The account ${stored.name} belongs to no user of Keycloak.`);
  }

  /** @throws SignalboxError `unavailable` where Keycloak is not asked now, or none is configured */
  assertAsked(): void {
    this.#asked();
  }

  /** Nobody waits for a Keycloak that is known not to answer, or is not there. */
  #asked() {
    const { current } = this.#options.keycloak;
    if (current === null)
      throw new SignalboxError(
        'unavailable',
        'No Keycloak is configured: expected a table [services.keycloak], or accounts that are here alone (unlink-account).',
      );
    current.client.calls.breaker.assertClosed();
    return current;
  }

  #about(account: string): { readonly account: string; readonly userId?: string } {
    const { store, links } = this.#options;
    const stored = store.get(account);
    const userId = links.of(stored)?.user;
    return { account: stored.name, ...(userId === undefined ? {} : { userId }) };
  }

  #subject(account: string): string {
    return subjectOfAccount(account, this.#options);
  }

  /** Begins a flow where it is allowed to. */
  async #change<Data extends object, Answer>(
    kind: FlowKind<Data, Answer>,
    subject: string,
    data: Data,
    allowed: Allowed = () => true,
  ): Promise<Answer | 'delayed' | 'gone'> {
    let may = true;
    try {
      const answer = await this.#options.engine.begin(kind, subject, data, () => {
        may = allowed();
        if (!may) throw new SignalboxError('refused', `${subject} has changed meanwhile.`);
      });
      return outcomeOf(answer);
    } catch (error) {
      if (may) throw error;
      return 'gone';
    }
  }
}

function madeBefore(account: string): SignalboxError {
  return new SignalboxError(
    'conflict',
    `What is known of the new password of ${account} is of before it was in Keycloak: expected it to be asked for again.`,
  );
}

function outcomeOf<Answer>(answer: FlowAnswer<Answer>): Answer | 'delayed' {
  return answer.kind === 'done' ? answer.answer : 'delayed';
}

/**
 * What is kept here of passwords that Keycloak knows: made from the last login that it let in, so that people can log in while it is
 * away, and by SCRAM. It is made behind the login, one at a time and when nothing else is to be hashed and nobody logs in, since nobody
 * waits for it.
 */
import { timingSafeEqual } from 'node:crypto';
import { SignalboxError } from '../../../contract/errors.ts';
import type { Clock } from '../../../kit/clock.ts';
import type { PasswordWork } from '../../identity/credentials.ts';
import type { AccountStore, StoredAccount } from '../../identity/store/account-store.ts';
import type { SharedFacts } from '../../identity/store/shared-facts.ts';
import type { WriteTurn } from '../../identity/store/write-turn.ts';
import { limits } from '../limits.ts';
import type { KeycloakLinks } from '../store/keycloak-links.ts';
import { PasswordDigest } from './password-digest.ts';

/** Whose they are in the pool that hashes. */
const GROUP = 'keycloak';

export interface LocalVerifiersOptions {
  readonly store: AccountStore;
  /** Written as Keycloak has said. */
  readonly facts: SharedFacts;
  readonly links: KeycloakLinks;
  readonly writes: WriteTurn;
  readonly credentials: PasswordWork;
  readonly clock: Clock;
  /** Told why something could not be kept. */
  readonly onFailure: (why: string) => void;
}

export class LocalVerifiers {
  readonly #options: LocalVerifiersOptions;
  readonly #work: (() => Promise<void>)[] = [];
  #running = false;
  /** Of logins that are yet to be kept, by account: whose they were, and a digest of what was typed, under a key of this process. */
  readonly #coming = new Map<number, { readonly user: string; readonly digest: Buffer }>();
  readonly #digests = new PasswordDigest();
  /** Logins under way. */
  #logins = 0;
  #whenQuiet: () => void = () => {};
  /** Pieces of work that were left out because too many waited. */
  dropped = 0;

  constructor(options: LocalVerifiersOptions) {
    this.#options = options;
  }

  /** Pieces of work that wait, and the one that is done. */
  get waiting(): number {
    return this.#work.length + (this.#running ? 1 : 0);
  }

  /** A login: what is to be done behind others waits for its end. */
  async during<Result>(login: () => Promise<Result>): Promise<Result> {
    this.#logins++;
    try {
      return await login();
    } finally {
      if (--this.#logins === 0) this.#whenQuiet();
    }
  }

  /** What was kept at the last login; null where nothing is. */
  hashOf(account: StoredAccount): string | null {
    return this.#options.store.credential(account, 'argon2id');
  }

  /** Whether a prepared password is what it was at the last login. Throws as `PasswordWork.fits`. */
  async fits(account: StoredAccount, password: string, network: string): Promise<boolean> {
    return await this.#options.credentials.fits(this.hashOf(account), password, network);
  }

  /** The same, also where it is yet to be kept. Throws as {@link fits}. */
  async fitsLast(account: StoredAccount, password: string, network: string): Promise<boolean> {
    const last = this.#coming.get(account.id);
    const isTheirs = last !== undefined && last.user === this.#options.links.of(account)?.user;
    if (isTheirs && timingSafeEqual(last.digest, this.#digests.of(password))) return true;
    return await this.fits(account, password, network);
  }

  /**
   * Keycloak has let somebody in: what is kept becomes what they have typed.
   * @param changedAt when the password was changed there, Unix milliseconds; null where that is not known, `since` where it was changed
   *   after that login
   * @returns false where too much waits
   */
  keep(
    name: string,
    user: string,
    password: string,
    changedAt: () => Promise<number | 'since' | null>,
  ): boolean {
    const id = this.#options.store.find(name)?.id;
    // It has ended meanwhile, and there is nothing to keep.
    if (id === undefined) return true;
    const coming = { user, digest: this.#digests.of(password) };
    const isKept = this.#later(() =>
      this.#keep(name, user, password, changedAt).finally(() => {
        // Another login may have come meanwhile.
        if (this.#coming.get(id) === coming) this.#coming.delete(id);
      }),
    );
    if (isKept) this.#coming.set(id, coming);
    return isKept;
  }

  async #keep(
    name: string,
    user: string,
    password: string,
    changedAt: () => Promise<number | 'since' | null>,
  ): Promise<void> {
    const { store, facts, links, writes, credentials } = this.#options;
    const account = store.find(name);
    if (account === undefined) return;
    const hash = this.hashOf(account);
    const same = hash !== null && (await credentials.fits(hash, password, GROUP, 'low'));
    const verifiers = same ? null : await credentials.make(password, GROUP, 'low');
    const passwordAt = await changedAt();
    if (passwordAt === 'since') return;
    await writes.write(() => {
      const current = store.find(name);
      // It may have gone to somebody else meanwhile.
      if (current === undefined || links.of(current)?.user !== user) return;
      if (verifiers !== null) facts.setPassword(current, verifiers);
      links.setPasswordAt(current, passwordAt);
    });
  }

  /** Keycloak has refused a password: if it is the one that is kept, that is over. */
  endIfStale(name: string, password: string): void {
    this.#later(async () => {
      const account = this.#options.store.find(name);
      const hash = account === undefined ? null : this.hashOf(account);
      if (hash === null || !(await this.#options.credentials.fits(hash, password, GROUP, 'low'))) return;
      await this.end(name, hash);
    });
  }

  /** Nothing is kept any more, unless it is something else than `hash` by now. */
  async end(name: string, hash: string): Promise<void> {
    const { store, facts, writes } = this.#options;
    await writes.write(() => {
      const current = store.find(name);
      if (current !== undefined && this.hashOf(current) === hash) facts.dropPassword(current);
    });
  }

  #later(work: () => Promise<void>): boolean {
    if (this.#work.length >= limits.keycloakVerifiersWaiting.default) {
      this.dropped++;
      return false;
    }
    this.#work.push(work);
    if (!this.#running) void this.#run();
    return true;
  }

  async #run(): Promise<void> {
    this.#running = true;
    for (let work = this.#work.shift(); work !== undefined; work = this.#work.shift()) {
      try {
        await this.#quiet();
        await work();
      } catch (error) {
        // While the process ends, nothing is lost: the next login keeps it.
        if (!(error instanceof SignalboxError && error.code === 'cancelled'))
          this.#options.onFailure(error instanceof Error ? error.message : String(error));
      }
    }
    this.#running = false;
  }

  /** Resolves when nobody logs in, or when somebody has for long: then it goes on between them. */
  async #quiet(): Promise<void> {
    if (this.#logins === 0) return;
    await new Promise<void>((resolve) => {
      const timer = this.#options.clock.after(limits.keycloakVerifiersPatienceMs.default, resolve);
      this.#whenQuiet = () => {
        timer.cancel();
        resolve();
      };
    });
    this.#whenQuiet = () => {};
  }
}

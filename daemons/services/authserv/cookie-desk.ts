/**
 * What needs more than a session: a cookie is asked for, a mail brings it, and who shows it has it done. Asking and showing are counted
 * as guessing is, and what a cookie does is done in the turn in which it is used up.
 */
import type { LoginAnswer, LoginOrigin } from '../../../contract/accounts.ts';
import { SignalboxError } from '../../../contract/errors.ts';
import type { Clock } from '../../../kit/clock.ts';
import type { AccountChanges } from '../../identity/account-changes.ts';
import type { NewSecret } from '../../identity/elsewhere.ts';
import { Guessing } from '../../identity/guessing.ts';
import { type LoginRefusal, type Logins, refused } from '../../identity/logins.ts';
import type { AccountStore, StoredAccount } from '../../identity/store/account-store.ts';
import type { WriteTurn } from '../../identity/store/write-turn.ts';
import { networkKey } from '../../runtime/net/ip-address.ts';
import { notDone } from '../bots/refused-reply.ts';
import { counted, said } from '../bots/reply.ts';
import { limits } from '../limits.ts';
import type { MailQueue } from '../mail/mail-queue.ts';
import type { CookieKind, CookieStore, StoredCookie } from '../store/cookie-store.ts';
import type { ProfileStore } from '../store/profile-store.ts';

export interface CookieDeskOptions {
  readonly store: AccountStore;
  readonly profiles: ProfileStore;
  readonly cookies: CookieStore;
  readonly mail: MailQueue;
  readonly writes: WriteTurn;
  readonly clock: Clock;
  readonly logins: () => Logins;
  /** The door through which accounts change. */
  readonly changes: () => AccountChanges;
}

/** What came of showing a cookie. */
export type Redeemed =
  | {
      readonly kind: 'done';
      readonly what: CookieKind;
      readonly account: string;
      readonly email: string | null;
      /** What became of it; `delayed`: it is done by itself when Keycloak answers again. */
      readonly outcome: 'done' | 'delayed' | 'refused' | 'exists' | 'email';
    }
  | LoginRefusal;

export class CookieDesk {
  readonly #options: CookieDeskOptions;
  readonly #asked: Guessing;

  constructor(options: CookieDeskOptions) {
    this.#options = options;
    this.#asked = new Guessing(
      { free: limits.cookiesPerAddress.default, forgetSeconds: limits.cookieForgetSeconds.default },
      options.clock,
    );
  }

  get isConfigured(): boolean {
    return this.#options.mail.isConfigured;
  }

  /** The cookie of an account that is expected. */
  of(account: StoredAccount): StoredCookie | undefined {
    return this.#options.cookies.of(account);
  }

  /** An account is made whose owner has to confirm it. Within the turn in which it is. */
  confirm(account: StoredAccount, secret: NewSecret, { address }: LoginOrigin): void {
    const { cookies, mail } = this.#options;
    cookies.open(account, 'activation', JSON.stringify(secret));
    mail.add(account, 'activation', account.email!, address);
    setImmediate(() => mail.kick());
  }

  /** Another password, which its cookie puts in place. Throws SignalboxError: see {@link CookieStore.open} and {@link MailQueue.add}. */
  async askPassword(account: string, secret: NewSecret, origin: LoginOrigin): Promise<void> {
    await this.#ask(account, 'password_change', JSON.stringify(secret), origin);
  }

  /** To log in from where the account may not be used. Throws as the others. */
  async askLogin(account: string, origin: LoginOrigin): Promise<void> {
    await this.#ask(account, 'allowauth', null, origin);
  }

  /** Another address, null for none; half of the cookie goes to each, where there are two. Throws as the others. */
  async askEmail(account: string, email: string | null, { address }: LoginOrigin): Promise<void> {
    const { store, cookies, mail } = this.#options;
    await this.#counted(address, () => {
      const found = store.get(account);
      cookies.open(found, 'email_change', email);
      if (found.email !== null && email !== null) {
        mail.add(found, 'email_first_half', found.email, address);
        mail.add(found, 'email_second_half', email, address);
      } else {
        const to = email ?? found.email;
        if (to === null) throw new SignalboxError('conflict', 'There is no address to take away.');
        mail.add(found, 'email_change', to, address);
      }
    });
  }

  /** Takes a cookie back that is expected; false where there is none, or where it has to run out. */
  async takeBack(account: string): Promise<boolean> {
    const { store, cookies, writes } = this.#options;
    return await writes.write(() => {
      const found = store.get(account);
      const kind = cookies.of(found)?.kind;
      if (kind === undefined || kind === 'activation') return false;
      cookies.drop(found);
      return true;
    });
  }

  /**
   * Somebody shows a cookie: what it is for is done.
   * @param mask of where they are, which a cookie for logging in adds
   */
  async redeem(name: string, typed: string, origin: LoginOrigin, mask: string | null): Promise<Redeemed> {
    const { store, cookies, writes } = this.#options;
    const logins = this.#options.logins();
    const before = logins.refusalBefore(name, origin);
    if (before !== null) return before;
    const account = store.find(name);
    const cookie = account === undefined ? undefined : cookies.of(account);
    if (account === undefined || cookie === undefined || !cookies.fits(account, cookie, typed)) {
      if (account !== undefined) writes.write(() => cookies.missed(account)).catch(() => {});
      return logins.failed(name, origin, 'wrong cookie');
    }
    if (account.suspended_reason !== null) return refused('suspended', account.name);
    const { name: called } = account;
    let used: StoredCookie | null = null;
    /** In the turn in which what it is for begins, so that it is used up with it or not at all. */
    const use = () => {
      const now = store.withId(account.id);
      // Somebody else may have shown it in the same turn.
      const again = now === undefined ? undefined : cookies.of(now);
      if (now === undefined || again?.kind !== cookie.kind || !cookies.fits(now, again, typed)) return false;
      used = again;
      cookies.drop(now);
      return true;
    };
    const outcome = await this.#carryOut(account, cookie, mask, use).catch((error: unknown) => {
      if (used === null && isUnavailable(error)) return null;
      throw error;
    });
    if (outcome === null) return refused('unavailable', called);
    if (used === null || outcome === 'gone') return logins.failed(name, origin, 'wrong cookie');
    logins.accounts.reset(account.key);
    const email = cookie.kind === 'email_change' ? cookie.data : null;
    return { kind: 'done', what: cookie.kind, account: called, email, outcome };
  }

  /** A code by which an account is confirmed that was registered by an IRC server; who shows it is logged in. */
  async settle(account: string, code: string, origin: LoginOrigin): Promise<LoginAnswer> {
    const { store, cookies } = this.#options;
    const found = store.find(account);
    // Other cookies are shown to bots, who say what they did.
    if (found !== undefined && cookies.of(found)?.kind !== 'activation')
      return this.#options.logins().failed(account, origin, 'wrong cookie');
    const redeemed = await this.redeem(account, code, origin, null);
    if (redeemed.kind === 'refused') return redeemed;
    if (redeemed.outcome === 'delayed') return refused('unavailable', redeemed.account);
    if (redeemed.outcome !== 'done') return refused('credentials', redeemed.account);
    return await this.#options.logins().proven(redeemed.account, origin, ({ id }) => id === found?.id);
  }

  async #ask(
    account: string,
    kind: 'password_change' | 'allowauth',
    data: string | null,
    origin: LoginOrigin,
  ) {
    const { store, cookies, mail } = this.#options;
    await this.#counted(origin.address, () => {
      const found = store.get(account);
      if (found.email === null) throw notDone('conflict', said`${found.name} has no e-mail address.`);
      cookies.open(found, kind, data);
      mail.add(found, kind, found.email, origin.address);
    });
  }

  /** A cookie is asked for from an address, which is counted, and what has mail bring it is written. */
  async #counted(address: string, write: () => void): Promise<void> {
    const { mail, writes } = this.#options;
    const network = networkKey(address);
    const wait = this.#asked.waitSeconds(network);
    if (wait > 0)
      throw notDone(
        'conflict',
        said`Too many cookies were asked for from where you are. Try again in ${counted(wait, 'second', 'seconds')}.`,
      );
    // Counted first: who asks for many at once gets no more than who waits for each answer.
    this.#asked.failed(network);
    try {
      await writes.write(write);
    } catch (error) {
      this.#asked.refund(network);
      throw error;
    }
    mail.kick();
  }

  /** @param use whether it is still the cookie that was shown; it is used up by that */
  async #carryOut(
    account: StoredAccount,
    { kind, data }: StoredCookie,
    mask: string | null,
    use: () => boolean,
  ) {
    const { profiles, store, writes } = this.#options;
    const changes = this.#options.changes();
    const { name, email } = account;
    const allowed = { allowed: use };
    if (kind === 'activation') return await changes.confirm(name, JSON.parse(data!) as NewSecret, use);
    if (kind === 'password_change')
      return await changes.putSecret(name, JSON.parse(data!) as NewSecret, { ...allowed, proves: email });
    if (kind === 'email_change')
      return await changes.putEmail(name, data, { ...allowed, verified: data !== null });
    return await writes.write(() => {
      if (!use()) return 'gone';
      const now = store.still(account);
      if (mask !== null && profiles.masks(now).length > 0) profiles.addMask(now, mask);
      return 'done';
    });
  }
}

function isUnavailable(error: unknown): boolean {
  return error instanceof SignalboxError && error.code === 'unavailable';
}

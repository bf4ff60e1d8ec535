/**
 * Accounts that nobody uses end after a while, where that is set: how long each is kept, and the walk through all of them. Whoever can
 * be told is told two weeks before. Operators, and accounts with the flag `n`, are kept for ever.
 */
import { setImmediate as nextTurn } from 'node:timers/promises';
import { SignalboxError } from '../../../contract/errors.ts';
import type { Clock } from '../../../kit/clock.ts';
import type { AccountStore, StoredAccount } from '../../identity/store/account-store.ts';
import type { WriteTurn } from '../../identity/store/write-turn.ts';
import { limits } from '../limits.ts';
import type { MailQueue } from '../mail/mail-queue.ts';
import type { NetworkView } from '../network/network-view.ts';
import type { ProfileStore } from '../store/profile-store.ts';

const DAY_MS = 86_400_000;

/** Whether its owner has said that they are away, and has not logged in since. */
export function isAway({ last_login: login, created }: StoredAccount, vacationSince: number | null): boolean {
  return vacationSince !== null && vacationSince >= (login ?? created);
}

export interface UnusedAccountsOptions {
  readonly store: AccountStore;
  readonly profiles: ProfileStore;
  readonly mail: () => MailQueue;
  readonly writes: WriteTurn;
  readonly clock: Clock;
  /** Days that an unused account is kept; 0 for ever. May change with the configuration. */
  readonly days: () => number;
  readonly view: () => NetworkView | null;
  readonly drop: (account: string) => Promise<unknown>;
}

export class UnusedAccounts {
  readonly #options: UnusedAccountsOptions;

  constructor(options: UnusedAccountsOptions) {
    this.#options = options;
  }

  /** Unix milliseconds. */
  now(): number {
    return this.#options.clock.now();
  }

  /** Until when an account is kept without a login, Unix milliseconds; null where it is kept for ever. */
  keptUntil(account: StoredAccount): number | null {
    const days = this.#options.days();
    const { level, flags, vacationSince, expiryTold } = this.#options.profiles.of(account);
    if (days === 0 || level > 0 || flags.includes('n')) return null;
    const used = account.last_login ?? account.created;
    const until = used + days * DAY_MS * (isAway(account, vacationSince) ? 2 : 1);
    // Nobody loses an account sooner after the mail than the mail gives them time.
    const told =
      expiryTold === null || expiryTold < used ? null : expiryTold + limits.expiryNoticeDays.default * DAY_MS;
    return told === null ? until : Math.max(until, told);
  }

  /** Looks at all accounts, tells those that end soon and ends those whose time is up; answers how many ended. */
  async sweep(): Promise<number> {
    const { store, days } = this.#options;
    let ended = 0;
    let after = '';
    while (days() > 0) {
      const page = store.page(after, PAGE);
      for (const account of page) if (await this.#look(account)) ended++;
      if (page.length < PAGE) break;
      after = page.at(-1)!.key;
      await nextTurn();
    }
    return ended;
  }

  async #look(account: StoredAccount): Promise<boolean> {
    const { profiles, writes, store, view, drop } = this.#options;
    const until = this.keptUntil(account);
    const now = this.now();
    // Whoever is on the network uses their account, and without a network nobody knows who is.
    const online = (view()?.loggedIn(account.name).size ?? 1) > 0;
    if (until === null || online || until - now > limits.expiryNoticeDays.default * DAY_MS) return false;
    const { expiryTold } = profiles.of(account);
    const told = expiryTold !== null && expiryTold >= (account.last_login ?? account.created);
    const mail = this.#options.mail();
    if (!told && account.email !== null && mail.isConfigured) {
      await writes.write(() => {
        const found = store.get(account.name);
        profiles.set(found, 'expiryTold', now);
        mail.add(found, 'expiry', account.email!, 'services');
      });
      mail.kick();
      return false;
    }
    if (until > now) return false;
    try {
      await drop(account.name);
      return true;
    } catch (error) {
      // It ends by itself when Keycloak answers again, or at the next look; others need not wait for that.
      if (error instanceof SignalboxError && error.code === 'unavailable') return false;
      throw error;
    }
  }
}

/** Accounts of one turn of the loop. */
const PAGE = 250;

/** What services do now and then by themselves: cookies, mail and given-up accounts that are too old go, and so do unused accounts. */
import type { Clock, Timer } from '../../kit/clock.ts';
import type { WriteTurn } from '../identity/store/write-turn.ts';
import type { UnusedAccounts } from './authserv/unused-accounts.ts';
import { limits } from './limits.ts';
import type { MailQueue } from './mail/mail-queue.ts';
import type { PushDesk } from './push/push-desk.ts';
import type { CookieStore } from './store/cookie-store.ts';
import type { DroppedAccounts } from './store/dropped-accounts.ts';

export interface HousekeepingOptions {
  readonly clock: Clock;
  readonly writes: WriteTurn;
  readonly cookies: CookieStore;
  readonly mail: MailQueue;
  readonly push: PushDesk;
  readonly dropped: DroppedAccounts;
  readonly unused: UnusedAccounts;
  /** Days that a given-up account can be brought back; may change with the configuration. */
  readonly graceDays: () => number;
  /** Ends an account that was never confirmed, for good. */
  readonly dropUnconfirmed: (account: string) => Promise<unknown>;
  readonly idOf: (account: string) => { readonly id: number } | undefined;
  readonly log: (level: 'info' | 'warn', event: string, message: string) => void;
}

const DAY_MS = 86_400_000;

export class Housekeeping {
  readonly #options: HousekeepingOptions;
  #timer: Timer | null = null;
  #closed = false;

  constructor(options: HousekeepingOptions) {
    this.#options = options;
    this.#later();
  }

  /** Does all of it once. What fails is tried again the next time. */
  async run(): Promise<void> {
    const { unused, log } = this.#options;
    try {
      await this.#expire();
      const ended = await unused.sweep();
      if (ended > 0) log('info', 'accounts_expired', `${ended} accounts ended that nobody had used`);
    } catch (error) {
      log('warn', 'housekeeping_failed', `Not all that is too old could be taken away: ${String(error)}`);
    }
  }

  close(): void {
    this.#closed = true;
    this.#timer?.cancel();
  }

  async #expire(): Promise<void> {
    const { writes, cookies, mail, push, dropped, graceDays, dropUnconfirmed, idOf, log } = this.#options;
    await writes.write(() => {
      dropped.forgetOld(graceDays() * DAY_MS);
      mail.dropOld();
      push.devices.dropOld(limits.pushKeptSeconds.default * 1_000);
    });
    mail.kick();
    push.kick();
    for (;;) {
      const old = cookies.expired(limits.mailsWaiting.default);
      if (old.length === 0 || this.#closed) return;
      for (const { name, kind } of old) {
        if (kind === 'activation') {
          await dropUnconfirmed(name);
          log('info', 'account_unconfirmed', `The account ${name} ended: nobody has confirmed it`);
          continue;
        }
        const account = idOf(name);
        if (account !== undefined) await writes.write(() => cookies.drop(account));
      }
    }
  }

  #later(): void {
    if (this.#closed) return;
    this.#timer = this.#options.clock.after(limits.housekeepingMs.default, () => {
      void this.run().finally(() => this.#later());
    });
  }
}

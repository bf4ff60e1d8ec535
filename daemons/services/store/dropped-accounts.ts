/** Accounts that were given up and can be brought back for a while. Methods are to be called within a turn of `WriteTurn`. */
import type { StoredAccount } from '../../identity/store/account-store.ts';
import { fold } from '../../irc/casemapping.ts';
import type { Sqlite } from '../../runtime/files/sqlite.ts';
import { notDone } from '../bots/refused-reply.ts';
import { said } from '../bots/reply.ts';
import type { AccountRecord, AccountRecords } from './account-record.ts';

/** One of them. */
export interface DroppedAccount {
  readonly account: string;
  /** Unix milliseconds. */
  readonly droppedAt: number;
  readonly by: string;
}

export class DroppedAccounts {
  readonly #records: AccountRecords;
  readonly #now: () => number;
  readonly #statements;

  /** @param now Unix milliseconds */
  constructor(database: Sqlite, records: AccountRecords, now: () => number) {
    this.#records = records;
    this.#now = now;
    this.#statements = {
      keep: database.prepare(
        'INSERT OR REPLACE INTO dropped_accounts (key, name, dropped, dropped_by, record) VALUES (?, ?, ?, ?, ?)',
      ),
      record: database.prepare('SELECT record FROM dropped_accounts WHERE key = ?').pluck(),
      forget: database.prepare('DELETE FROM dropped_accounts WHERE key = ?'),
      forgetOld: database.prepare('DELETE FROM dropped_accounts WHERE dropped < ?'),
      list: database.prepare(
        'SELECT name AS account, dropped AS droppedAt, dropped_by AS "by" FROM dropped_accounts ORDER BY dropped DESC LIMIT ?',
      ),
    };
  }

  /** Keeps an account that is about to be dropped. */
  keep(account: StoredAccount, by: string): void {
    const record = JSON.stringify(this.#records.whole(account));
    this.#statements.keep.run(account.key, account.name, this.#now(), by, record);
  }

  /** Puts it back. Throws SignalboxError `not_found`, and `conflict` where there is an account of that name by now. */
  restore(name: string): void {
    const record = this.#statements.record.get(fold(name)) as string | undefined;
    if (record === undefined)
      throw notDone('not_found', said`No account ${name} was given up that could be brought back.`);
    this.#records.restore(JSON.parse(record) as AccountRecord);
    this.#statements.forget.run(fold(name));
  }

  /** Forgets one at once; false where there is none. */
  forget(name: string): boolean {
    return this.#statements.forget.run(fold(name)).changes > 0;
  }

  /** Forgets those that were dropped longer ago; answers how many. */
  forgetOld(ageMs: number): number {
    return this.#statements.forgetOld.run(this.#now() - ageMs).changes;
  }

  /** The latest first. */
  list(limit: number): DroppedAccount[] {
    return this.#statements.list.all(limit) as DroppedAccount[];
  }
}

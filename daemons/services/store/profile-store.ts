/** What services know of an account beyond logging in. Methods that change something are to be called within a turn of `WriteTurn`. */
import type { StoredAccount } from '../../identity/store/account-store.ts';
import type { Sqlite } from '../../runtime/files/sqlite.ts';
import { limits } from '../limits.ts';

/** What an owner has set. */
export interface Profile {
  readonly info: string | null;
  /** Null where it is as for everybody. */
  readonly maxLogins: number | null;
}

/** What became of adding a mask. */
export type MaskOutcome = 'done' | 'known' | 'full';

export class ProfileStore {
  readonly #now: () => number;
  readonly #statements;

  /** @param now Unix milliseconds */
  constructor(database: Sqlite, now: () => number) {
    this.#now = now;
    this.#statements = {
      profile: database.prepare('SELECT info, max_logins AS maxLogins FROM profiles WHERE account = ?'),
      setInfo: database.prepare(
        'INSERT INTO profiles (account, info) VALUES (?, ?) ON CONFLICT (account) DO UPDATE SET info = excluded.info',
      ),
      setMaxLogins: database.prepare(
        'INSERT INTO profiles (account, max_logins) VALUES (?, ?) ON CONFLICT (account) DO UPDATE SET max_logins = excluded.max_logins',
      ),
      masks: database.prepare('SELECT mask FROM host_masks WHERE account = ? ORDER BY added, mask').pluck(),
      addMask: database.prepare('INSERT INTO host_masks (account, mask, added) VALUES (?, ?, ?)'),
      dropMask: database.prepare('DELETE FROM host_masks WHERE account = ? AND mask = ?'),
    };
  }

  of({ id }: StoredAccount): Profile {
    return (this.#statements.profile.get(id) as Profile | undefined) ?? { info: null, maxLogins: null };
  }

  setInfo({ id }: StoredAccount, info: string | null): void {
    this.#statements.setInfo.run(id, info);
  }

  setMaxLogins({ id }: StoredAccount, most: number | null): void {
    this.#statements.setMaxLogins.run(id, most);
  }

  masks({ id }: StoredAccount): string[] {
    return this.#statements.masks.all(id) as string[];
  }

  addMask(account: StoredAccount, mask: string): MaskOutcome {
    const masks = this.masks(account);
    if (masks.includes(mask)) return 'known';
    if (masks.length >= limits.masksPerAccount.default) return 'full';
    this.#statements.addMask.run(account.id, mask, this.#now());
    return 'done';
  }

  /** False where there was none. */
  dropMask({ id }: StoredAccount, mask: string): boolean {
    return this.#statements.dropMask.run(id, mask).changes > 0;
  }
}

/** Which accounts belong to users of Keycloak. Methods that change something are to be called within a turn of `WriteTurn`. */
import type { StoredAccount } from '../../identity/store/account-store.ts';
import type { Sqlite } from '../../runtime/files/sqlite.ts';

/** The user that an account belongs to. */
export interface KeycloakLink {
  /** Id of the user. */
  readonly user: string;
  /** Their name there, which is compared without case. */
  readonly username: string;
  /** Whether they were disabled when Keycloak was last asked. */
  readonly disabled: boolean;
  /** When the password was changed that the credentials here are of, Unix milliseconds; null where that is not known. */
  readonly passwordAt: number | null;
}

interface Row {
  readonly user: string;
  readonly username: string;
  readonly disabled: number;
  readonly passwordAt: number | null;
}

export class KeycloakLinks {
  readonly #now: () => number;
  readonly #statements;

  /** @param now Unix milliseconds */
  constructor(database: Sqlite, now: () => number) {
    this.#now = now;
    this.#statements = {
      of: database.prepare(
        'SELECT user, username, disabled, password_at AS passwordAt FROM keycloak_users WHERE account = ?',
      ),
      accountOf: database
        .prepare('SELECT name FROM keycloak_users JOIN accounts ON accounts.id = account WHERE user = ?')
        .pluck(),
      link: database.prepare(
        `INSERT INTO keycloak_users (account, user, username, linked) VALUES (?, ?, ?, ?)
          ON CONFLICT (account) DO UPDATE SET user = excluded.user, username = excluded.username, linked = excluded.linked,
          disabled = 0, password_at = NULL`,
      ),
      unlink: database.prepare('DELETE FROM keycloak_users WHERE account = ?'),
      disable: database.prepare('UPDATE keycloak_users SET disabled = ? WHERE account = ?'),
      passwordAt: database.prepare('UPDATE keycloak_users SET password_at = ? WHERE account = ?'),
    };
  }

  /** Null for an account that is kept here alone. */
  of({ id }: StoredAccount): KeycloakLink | null {
    const row = this.#statements.of.get(id) as Row | undefined;
    return row === undefined ? null : { ...row, disabled: row.disabled === 1 };
  }

  /** Name of the account of a user; null where they have none. */
  accountOf(user: string): string | null {
    return (this.#statements.accountOf.get(user) as string | undefined) ?? null;
  }

  /** An account belongs to a user from now on, who has no other account. */
  link({ id }: StoredAccount, user: string, username: string): void {
    this.#statements.link.run(id, user, username, this.#now());
  }

  /** It is kept here alone from now on; false where it was already. */
  unlink({ id }: StoredAccount): boolean {
    return this.#statements.unlink.run(id).changes > 0;
  }

  setDisabled({ id }: StoredAccount, disabled: boolean): void {
    this.#statements.disable.run(disabled ? 1 : 0, id);
  }

  setPasswordAt({ id }: StoredAccount, passwordAt: number | null): void {
    this.#statements.passwordAt.run(passwordAt, id);
  }
}

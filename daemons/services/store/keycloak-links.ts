/** Which accounts belong to users of Keycloak. Methods that change something are to be called within a turn of `WriteTurn`. */
import type { StoredAccount } from '../../identity/store/account-store.ts';
import type { Sqlite } from '../../runtime/files/sqlite.ts';
import { steadySql } from '../../runtime/files/steady-sql.ts';

/** The user that an account belongs to. */
export interface KeycloakLink {
  /** Id of the user. */
  readonly user: string;
  /** Their name there, which is compared without case. */
  readonly username: string;
  /** The level of an operator that both sides had when they were last the same; null where they were never compared. */
  readonly level: number | null;
  /** When the password was changed that the credentials here are of, Unix milliseconds; null where that is not known. */
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
        'SELECT user, username, level, password_at AS passwordAt FROM keycloak_users WHERE account = ?',
      ),
      accountOf: database
        .prepare(
          steadySql('SELECT name FROM keycloak_users JOIN accounts ON accounts.id = account WHERE user = ?'),
        )
        .pluck(),
      link: database.prepare(
        `INSERT INTO keycloak_users (account, user, username, linked) VALUES (?, ?, ?, ?)
          ON CONFLICT (account) DO UPDATE SET user = excluded.user, username = excluded.username, linked = excluded.linked,
          level = NULL, password_at = NULL`,
      ),
      unlink: database.prepare('DELETE FROM keycloak_users WHERE account = ?'),
      rename: database.prepare('UPDATE keycloak_users SET username = ? WHERE account = ?'),
      setLevel: database.prepare('UPDATE keycloak_users SET level = ? WHERE account = ?'),
      operators: database
        .prepare(
          `SELECT user FROM keycloak_users LEFT JOIN profiles USING (account)
          WHERE coalesce(profiles.level, 0) > 0 OR coalesce(keycloak_users.level, 0) > 0 LIMIT ?`,
        )
        .pluck(),
      passwordAt: database.prepare('UPDATE keycloak_users SET password_at = ? WHERE account = ?'),
    };
  }

  /** Null for an account that is kept here alone. */
  of({ id }: Pick<StoredAccount, 'id'>): KeycloakLink | null {
    return (this.#statements.of.get(id) as KeycloakLink | undefined) ?? null;
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

  /** The user is called otherwise. */
  rename({ id }: StoredAccount, username: string): void {
    this.#statements.rename.run(username, id);
  }

  /** Both sides have the same level of an operator. */
  setLevel({ id }: StoredAccount, level: number): void {
    this.#statements.setLevel.run(level, id);
  }

  /** Users whose accounts are of operators, or were when both sides were last the same. */
  operators(most: number): string[] {
    return this.#statements.operators.all(most) as string[];
  }

  setPasswordAt({ id }: StoredAccount, passwordAt: number | null): void {
    this.#statements.passwordAt.run(passwordAt, id);
  }
}

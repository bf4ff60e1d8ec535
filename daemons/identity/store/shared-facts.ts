/**
 * What an account may have in another place too, such as Keycloak: its name, password, e-mail address and certificates. Whoever would
 * change one of them here alone goes through the guard, which keeps them from it where the account is there as well. What was settled
 * there is written by an instance of its own, with `SETTLED_ELSEWHERE`. Methods are to be called within a turn of `WriteTurn`.
 */
import { SignalboxError } from '../../../contract/errors.ts';
import { fold } from '../../irc/casemapping.ts';
import type { Sqlite } from '../../runtime/files/sqlite.ts';
import type { Verifiers } from '../credential-tasks.ts';
import { limits } from '../limits.ts';
import type { AccountStore, GivenOutcome, StoredAccount } from './account-store.ts';

/** Throws SignalboxError where an account must not be changed here alone. */
export type FactsGuard = (account: Pick<StoredAccount, 'id' | 'name'>) => void;

/** Of a store whose accounts are nowhere else. */
export const HERE_ALONE: FactsGuard = () => {};

/** Of whoever writes down here what the other place has done already. */
export const SETTLED_ELSEWHERE: FactsGuard = () => {};

/** The kind of a hash that another program made. */
export const FOREIGN = 'foreign';

type Whose = Pick<StoredAccount, 'id' | 'name'>;

export class SharedFacts {
  readonly #store: Pick<AccountStore, 'find' | 'ownerOf' | 'findByFingerprint'>;
  readonly #now: () => number;
  readonly #guard: FactsGuard;
  readonly #statements;

  /** @param now Unix milliseconds */
  constructor(
    database: Sqlite,
    now: () => number,
    store: Pick<AccountStore, 'find' | 'ownerOf' | 'findByFingerprint'>,
    guard: FactsGuard,
  ) {
    this.#store = store;
    this.#now = now;
    this.#guard = guard;
    const prepare = (sql: string) => database.prepare(sql);
    this.#statements = {
      setCredential: prepare(
        'INSERT OR REPLACE INTO credentials (account, kind, data, changed) VALUES (?, ?, ?, ?)',
      ),
      dropCredential: prepare('DELETE FROM credentials WHERE account = ? AND kind = ?'),
      dropCredentials: prepare('DELETE FROM credentials WHERE account = ?'),
      setEmail: prepare('UPDATE accounts SET email = ? WHERE id = ?'),
      addNick: prepare('INSERT INTO nicks (key, nick, account, added) VALUES (?, ?, ?, ?)'),
      dropNick: prepare('DELETE FROM nicks WHERE key = ? AND account = ?'),
      rename: prepare('UPDATE accounts SET key = ?, name = ? WHERE id = ?'),
      addPrint: prepare('INSERT INTO fingerprints (fingerprint, account, added) VALUES (?, ?, ?)'),
      dropPrint: prepare('DELETE FROM fingerprints WHERE fingerprint = ? AND account = ?'),
      prints: prepare('SELECT count(*) FROM fingerprints WHERE account = ?').pluck(),
    };
  }

  setPassword(account: Whose, { argon2id, scram }: Verifiers): void {
    this.#guard(account);
    const now = this.#now();
    this.#statements.setCredential.run(account.id, 'argon2id', argon2id, now);
    this.#statements.setCredential.run(account.id, 'scram-sha-256', scram, now);
    this.#statements.dropCredential.run(account.id, FOREIGN);
  }

  /** Takes a hash that another program made, in place of all that is kept of the password. */
  setForeignHash(account: Whose, hash: string): void {
    this.#guard(account);
    this.#statements.dropCredentials.run(account.id);
    this.#statements.setCredential.run(account.id, FOREIGN, hash, this.#now());
  }

  /** Nothing is kept of the password any more. */
  dropPassword(account: Whose): void {
    this.#guard(account);
    this.#statements.dropCredentials.run(account.id);
  }

  setEmail(account: Whose, email: string | null): void {
    this.#guard(account);
    this.#statements.setEmail.run(email, account.id);
  }

  /**
   * Calls an account, and the nick that it is called by, something else. Throws SignalboxError `conflict` where that is the name or a
   * nick of another one.
   */
  rename(account: StoredAccount, name: string): void {
    this.#guard(account);
    const key = fold(name);
    const owner = this.#store.find(name) ?? this.#store.ownerOf(name);
    if (owner !== undefined && owner.id !== account.id)
      throw new SignalboxError('conflict', `${name} belongs to the account ${owner.name}.`);
    this.#statements.dropNick.run(account.key, account.id);
    this.#statements.dropNick.run(key, account.id);
    this.#statements.rename.run(key, name, account.id);
    this.#statements.addNick.run(key, name, account.id, this.#now());
  }

  giveFingerprint(account: Whose, fingerprint: string): GivenOutcome {
    this.#guard(account);
    const owner = this.#store.findByFingerprint(fingerprint);
    if (owner !== undefined) return owner.id === account.id ? 'done' : 'taken';
    if ((this.#statements.prints.get(account.id) as number) >= limits.certificatesPerAccount.default)
      return 'full';
    this.#statements.addPrint.run(fingerprint, account.id, this.#now());
    return 'done';
  }

  takeFingerprint(account: Whose, fingerprint: string): GivenOutcome {
    this.#guard(account);
    return this.#statements.dropPrint.run(fingerprint, account.id).changes === 0 ? 'not_found' : 'done';
  }
}

/**
 * The accounts as rows. Methods that change something are to be called within a turn of `WriteTurn`; each finds what it needs by an
 * index. Names are compared as IRC compares nicks.
 */
import { randomBytes } from 'node:crypto';
import type { AccountDetails, AccountRow } from '../../../contract/accounts.ts';
import { SignalboxError } from '../../../contract/errors.ts';
import { fold } from '../../irc/casemapping.ts';
import type { Sqlite } from '../../runtime/files/sqlite.ts';
import { steadySql } from '../../runtime/files/steady-sql.ts';
import { hasOtherCosts } from '../argon2.ts';
import type { Verifiers } from '../credential-tasks.ts';
import { limits } from '../limits.ts';
import { type FactsGuard, FOREIGN, HERE_ALONE, SharedFacts } from './shared-facts.ts';

/** An account as logging in needs it. */
export interface StoredAccount {
  readonly id: number;
  readonly key: string;
  readonly name: string;
  readonly created: number;
  readonly last_login: number | null;
  readonly email: string | null;
  /** Null where it is not suspended. */
  readonly suspended_reason: string | null;
  readonly suspended_by: string | null;
  readonly suspended_at: number | null;
  readonly failed: number;
  readonly failed_from: string | null;
  readonly failed_at: number | null;
}

/** What became of giving an account something, or of taking it away. */
export type GivenOutcome = 'done' | 'taken' | 'not_found' | 'full';

/** What a new account is made of. */
export interface NewAccount {
  readonly name: string;
  readonly email: string | null;
  /** Null for an account that nobody can log in to yet, or whose password is known elsewhere. */
  readonly verifiers: Verifiers | null;
  /** Where its owner registers from, who is logged in then; null where somebody else makes it. */
  readonly network: string | null;
}

const COUNTS = `(SELECT count(*) FROM nicks WHERE account = accounts.id) AS nicks,
  (SELECT count(*) FROM fingerprints WHERE account = accounts.id) AS certificates`;

type ListedAccount = StoredAccount & { readonly nicks: number; readonly certificates: number };

/** Reads and writes `accounts.db`. */
export class AccountStore {
  /** What an account may have elsewhere too; changed here only where it has not. */
  readonly facts: SharedFacts;
  readonly #guard: FactsGuard;
  readonly #database: Sqlite;
  readonly #now: () => number;
  readonly #most: number;
  /** The newest number of an account since the start, be it there or not. */
  #lastId = 0;
  readonly #statements;
  /** How many there are; kept along so that nobody has to count. */
  #count: number;

  /**
   * @param now Unix milliseconds
   * @param most accounts that are kept
   * @param guard keeps accounts that are elsewhere too from being changed here alone
   */
  constructor(
    database: Sqlite,
    now: () => number,
    most: number = limits.accounts.default,
    guard: FactsGuard = HERE_ALONE,
  ) {
    this.#guard = guard;
    this.facts = new SharedFacts(database, now, this, guard);
    this.#database = database;
    this.#now = now;
    this.#most = most;
    const prepare = (sql: string) => database.prepare(steadySql(sql));
    this.#statements = {
      byKey: prepare('SELECT * FROM accounts WHERE key = ?'),
      byId: prepare('SELECT * FROM accounts WHERE id = ?'),
      byNick: prepare(
        'SELECT accounts.* FROM nicks JOIN accounts ON accounts.id = account WHERE nicks.key = ?',
      ),
      byPrint: prepare(
        'SELECT accounts.* FROM fingerprints JOIN accounts ON accounts.id = account WHERE fingerprint = ?',
      ),
      credential: prepare('SELECT data FROM credentials WHERE account = ? AND kind = ?').pluck(),
      knows: prepare('SELECT 1 FROM known_networks WHERE account = ? AND network = ?').pluck(),
      insert: prepare(
        'INSERT INTO accounts (id, key, name, created, last_login, email) VALUES (?, ?, ?, ?, ?, ?)',
      ),
      lastId: prepare('SELECT max(id) FROM accounts').pluck(),
      addNick: prepare('INSERT INTO nicks (key, nick, account, added) VALUES (?, ?, ?, ?)'),
      dropNick: prepare('DELETE FROM nicks WHERE key = ? AND account = ?'),
      nicks: prepare('SELECT nick FROM nicks WHERE account = ? ORDER BY added, key').pluck(),
      prints: prepare(
        'SELECT fingerprint FROM fingerprints WHERE account = ? ORDER BY added, fingerprint',
      ).pluck(),
      loggedIn: prepare(
        'UPDATE accounts SET last_login = ?, failed = 0, failed_from = NULL, failed_at = NULL WHERE id = ?',
      ),
      useNetwork: prepare('INSERT OR REPLACE INTO known_networks (account, network, used) VALUES (?, ?, ?)'),
      trimNetworks: prepare(
        `DELETE FROM known_networks WHERE account = @id AND network NOT IN
          (SELECT network FROM known_networks WHERE account = @id ORDER BY used DESC, network LIMIT @most)`,
      ),
      failed: prepare('UPDATE accounts SET failed = failed + 1, failed_from = ?, failed_at = ? WHERE id = ?'),
      suspend: prepare(
        'UPDATE accounts SET suspended_reason = ?, suspended_by = ?, suspended_at = ? WHERE id = ?',
      ),
      drop: prepare('DELETE FROM accounts WHERE id = ?'),
      list: prepare(
        `SELECT *, ${COUNTS} FROM accounts WHERE @text = '' OR instr(key, @text) > 0 ORDER BY key LIMIT @limit`,
      ),
      page: prepare('SELECT * FROM accounts WHERE key > ? ORDER BY key LIMIT ?'),
      matching: prepare("SELECT count(*) FROM accounts WHERE @text = '' OR instr(key, @text) > 0").pluck(),
      secret: prepare('SELECT data FROM secrets WHERE name = ?').pluck(),
      setSecret: prepare('INSERT INTO secrets (name, data) VALUES (?, ?)'),
    };
    this.#count = 0;
    this.recount();
  }

  /** Counts them anew: rows came in by another way than {@link create}. */
  recount(): void {
    this.#count = this.#database.prepare('SELECT count(*) FROM accounts').pluck().get() as number;
  }

  get count(): number {
    return this.#count;
  }

  /** Whether no further account is kept. */
  get isFull(): boolean {
    return this.#count >= this.#most;
  }

  /** Bytes of the file. */
  get bytes(): number {
    const pages = Number(this.#database.pragma('page_count', { simple: true }));
    return pages * Number(this.#database.pragma('page_size', { simple: true }));
  }

  find(name: string): StoredAccount | undefined {
    return this.#statements.byKey.get(fold(name)) as StoredAccount | undefined;
  }

  /** The account of a name. Throws SignalboxError `not_found`. */
  get(name: string): StoredAccount {
    const found = this.find(name);
    if (found === undefined) throw new SignalboxError('not_found', `There is no account ${name}.`);
    return found;
  }

  /** An account by its number, however it is called by now. */
  withId(id: number): StoredAccount | undefined {
    return this.#statements.byId.get(id) as StoredAccount | undefined;
  }

  /**
   * An account that was looked up before something was awaited, as it is now: whoever has its name since then is somebody else.
   * @throws SignalboxError `not_found` where it is there no more
   */
  still({ id, name }: StoredAccount): StoredAccount {
    const found = this.withId(id);
    if (found === undefined) throw new SignalboxError('not_found', `The account ${name} is there no more.`);
    return found;
  }

  /** Who owns a nick. */
  ownerOf(nick: string): StoredAccount | undefined {
    return this.#statements.byNick.get(fold(nick)) as StoredAccount | undefined;
  }

  findByFingerprint(fingerprint: string): StoredAccount | undefined {
    return this.#statements.byPrint.get(fingerprint) as StoredAccount | undefined;
  }

  /**
   * What a password is checked with; null where there is nothing. It is outdated where another program made it, or this one with other
   * costs: to be made anew once the password is known.
   */
  passwordHash(account: StoredAccount): { readonly hash: string; readonly outdated: boolean } | null {
    const own = this.credential(account, 'argon2id');
    if (own !== null) return { hash: own, outdated: hasOtherCosts(own) };
    const foreign = this.#statements.credential.get(account.id, FOREIGN) as string | undefined;
    return foreign === undefined ? null : { hash: foreign, outdated: true };
  }

  /** What is kept of the password. */
  credential({ id }: StoredAccount, kind: 'argon2id' | 'scram-sha-256'): string | null {
    return (this.#statements.credential.get(id, kind) as string | undefined) ?? null;
  }

  /** Whether it was logged in to from there before. */
  knows({ id }: StoredAccount, network: string): boolean {
    return this.#statements.knows.get(id, network) !== undefined;
  }

  /** Throws SignalboxError `conflict` where the name is taken, as an account or as a nick of one; `limit_reached`. */
  create({ name, email, verifiers, network }: NewAccount): void {
    const key = fold(name);
    if (this.find(name) !== undefined || this.ownerOf(name) !== undefined)
      throw new SignalboxError('conflict', `There is an account ${name} already.`);
    if (this.isFull)
      throw new SignalboxError('limit_reached', `There are ${this.#count} accounts, as many as may be.`);
    const now = this.#now();
    // Who registers is logged in by that.
    const lastLogin = network === null ? null : now;
    const id = this.#freshId(now);
    this.#statements.insert.run(id, key, name, now, lastLogin, email);
    this.#statements.addNick.run(key, name, id, now);
    if (verifiers !== null) this.facts.setPassword({ id, name }, verifiers);
    if (network !== null) this.#statements.useNetwork.run(id, network, now);
    this.#count++;
  }

  /** A number that no account had before: whoever remembers one that is gone does not take a later one for it. */
  #freshId(now: number): number {
    const last = (this.#statements.lastId.get() as number | null) ?? 0;
    this.#lastId = Math.max(this.#lastId, last, now - 1) + 1;
    return this.#lastId;
  }

  loggedIn({ id }: StoredAccount, network: string): void {
    const now = this.#now();
    const { loggedIn, knows, useNetwork, trimNetworks } = this.#statements;
    loggedIn.run(now, id);
    const isKnown = knows.get(id, network) !== undefined;
    useNetwork.run(id, network, now);
    if (!isKnown) trimNetworks.run({ id, most: limits.knownNetworks.default });
  }

  failed({ id }: StoredAccount, address: string): void {
    this.#statements.failed.run(address, this.#now(), id);
  }

  giveNick({ id }: StoredAccount, nick: string): GivenOutcome {
    const owner = this.ownerOf(nick);
    if (owner !== undefined) return owner.id === id ? 'done' : 'taken';
    if (this.#statements.nicks.all(id).length >= limits.nicksPerAccount.default) return 'full';
    this.#statements.addNick.run(fold(nick), nick, id, this.#now());
    return 'done';
  }

  /** The nick that an account is called by stays. */
  takeNick({ id, key }: StoredAccount, nick: string): GivenOutcome {
    if (fold(nick) === key) return 'taken';
    return this.#statements.dropNick.run(fold(nick), id).changes === 0 ? 'not_found' : 'done';
  }

  /** @param reason null lets the owner in again */
  suspend({ id }: StoredAccount, reason: string | null, by: string): void {
    const at = reason === null ? null : this.#now();
    this.#statements.suspend.run(reason, reason === null ? null : by, at, id);
  }

  /** An account was put back as it was, by other means. */
  restored(): void {
    this.#count++;
  }

  /** Guarded as {@link facts} are. */
  drop(account: StoredAccount): void {
    this.#guard(account);
    this.#statements.drop.run(account.id);
    this.#count--;
  }

  /** So many accounts in the order of their folded names, behind one of these; all of them, page by page. */
  page(after: string, limit: number): StoredAccount[] {
    return this.#statements.page.all(after, limit) as StoredAccount[];
  }

  /** Accounts with a text in their name, in the order of their names, and how many there are. */
  list(text: string, limit: number): { rows: AccountRow[]; total: number } {
    const wanted = fold(text);
    const rows = this.#statements.list.all({ text: wanted, limit }) as ListedAccount[];
    return { rows: rows.map(rowOf), total: this.#statements.matching.get({ text: wanted }) as number };
  }

  /** Everything but the credentials. Throws SignalboxError `not_found`. */
  details(name: string): AccountDetails {
    const account = this.get(name);
    const nickList = this.#statements.nicks.all(account.id) as string[];
    const fingerprints = this.#statements.prints.all(account.id) as string[];
    return {
      ...rowOf({ ...account, nicks: nickList.length, certificates: fingerprints.length }),
      suspendedReason: account.suspended_reason,
      suspendedBy: account.suspended_by,
      suspendedAt: account.suspended_at,
      nickList,
      fingerprints,
      lastFailureFrom: account.failed_from,
      lastFailureAt: account.failed_at,
    };
  }

  /** From which salts of accounts are made that do not exist; the same for ever, so that they cannot be told apart. */
  decoySecret(): Buffer {
    return this.secret('scram-decoy');
  }

  /** A secret of this file, which is made when it is asked for first. */
  secret(name: string): Buffer {
    const known = this.#statements.secret.get(name) as Buffer | undefined;
    if (known !== undefined) return known;
    const fresh = randomBytes(32);
    this.#statements.setSecret.run(name, fresh);
    return fresh;
  }
}

function rowOf(stored: ListedAccount): AccountRow {
  return {
    account: stored.name,
    createdAt: stored.created,
    lastLogin: stored.last_login,
    email: stored.email,
    suspended: stored.suspended_reason !== null,
    nicks: stored.nicks,
    certificates: stored.certificates,
    failures: stored.failed,
  };
}

/** What services know of an account beyond logging in. Methods that change something are to be called within a turn of `WriteTurn`. */
import type { StoredAccount } from '../../identity/store/account-store.ts';
import type { FactsGuard } from '../../identity/store/shared-facts.ts';
import type { Sqlite } from '../../runtime/files/sqlite.ts';
import { steadySql } from '../../runtime/files/steady-sql.ts';
import { limits } from '../limits.ts';

/** What an owner, or an operator, has set. Null where it is as for everybody. */
export interface Profile {
  readonly info: string | null;
  readonly maxLogins: number | null;
  /** 0 to 1000: how much an operator may do; 0 for who is none. */
  readonly level: number;
  /** Letters, each once. */
  readonly flags: string;
  /** What an operator is called in ACCOUNTINFO. */
  readonly epithet: string | null;
  /** 1 for messages instead of notices. */
  readonly privmsg: number | null;
  readonly style: string | null;
  readonly width: number | null;
  /** 1 for bold. */
  readonly color: number | null;
  readonly language: string | null;
  /** Unix milliseconds, while its owner is away for longer. */
  readonly vacationSince: number | null;
  /** When its owner was told that it ends, Unix milliseconds. */
  readonly expiryTold: number | null;
}

/** A value of a profile that can be set by itself. */
export type ProfileField = keyof Profile;

/** What became of adding a mask to a list. */
export type MaskOutcome = 'done' | 'known' | 'full';

/** A list of masks of an account. */
export type MaskList = 'host_masks' | 'ignores';

const NOTHING: Profile = {
  info: null,
  maxLogins: null,
  level: 0,
  flags: '',
  epithet: null,
  privmsg: null,
  style: null,
  width: null,
  color: null,
  language: null,
  vacationSince: null,
  expiryTold: null,
};

const COLUMNS: Readonly<Record<keyof Profile, string>> = {
  info: 'info',
  maxLogins: 'max_logins',
  level: 'level',
  flags: 'flags',
  epithet: 'epithet',
  privmsg: 'privmsg',
  style: 'style',
  width: 'width',
  color: 'color',
  language: 'language',
  vacationSince: 'vacation_since',
  expiryTold: 'expiry_told',
};

const MOST: Readonly<Record<MaskList, number>> = {
  host_masks: limits.masksPerAccount.default,
  ignores: limits.ignoresPerAccount.default,
};

/** Something that an operator wrote down about an account. */
export interface Note {
  readonly id: number;
  readonly by: string;
  /** Unix milliseconds. */
  readonly at: number;
  readonly text: string;
}

/** An account with a level. */
export interface Operator extends Pick<Profile, 'level' | 'epithet' | 'flags'> {
  readonly account: string;
  /** Unix milliseconds; null where there was none. */
  readonly lastLogin: number | null;
  readonly suspended: boolean;
}

export class ProfileStore {
  readonly #now: () => number;
  readonly #database: Sqlite;
  readonly #profile;
  readonly #notes;
  readonly #setters: ReadonlyMap<keyof Profile, ReturnType<typeof setter>>;
  readonly #guard: FactsGuard;
  readonly #masks: ReadonlyMap<MaskList, ReturnType<typeof maskStatements>>;

  /**
   * @param now Unix milliseconds
   * @param guard keeps the level of accounts that are in Keycloak too from being changed here alone
   */
  constructor(database: Sqlite, now: () => number, guard: FactsGuard) {
    this.#now = now;
    this.#guard = guard;
    this.#database = database;
    const fields = Object.keys(COLUMNS) as (keyof Profile)[];
    const columns = fields.map((field) => `${COLUMNS[field]} AS ${field}`).join(', ');
    this.#profile = database.prepare(`SELECT ${columns} FROM profiles WHERE account = ?`);
    this.#setters = new Map(fields.map((field) => [field, setter(database, COLUMNS[field])]));
    this.#masks = new Map(
      (['host_masks', 'ignores'] as const).map((list) => [list, maskStatements(database, list)]),
    );
    this.#notes = {
      of: database.prepare(
        'SELECT id, written_by AS "by", written AS at, text FROM notes WHERE account = ? ORDER BY id',
      ),
      add: database.prepare('INSERT INTO notes (account, written_by, written, text) VALUES (?, ?, ?, ?)'),
      drop: database.prepare('DELETE FROM notes WHERE account = ? AND id = ?'),
    };
  }

  of({ id }: StoredAccount): Profile {
    return (this.#profile.get(id) as Profile | undefined) ?? NOTHING;
  }

  /** How much an operator may do. Throws what the guard throws. */
  setLevel(account: StoredAccount, level: number): void {
    this.set(account, 'level', level);
  }

  /** @param value null for what holds for everybody; `level` and `flags` have none of that. A level goes by the guard */
  set<Field extends ProfileField>(account: StoredAccount, field: Field, value: Profile[Field]): void {
    if (field === 'level') this.#guard(account);
    this.#setters.get(field)!.run(account.id, value);
  }

  masks({ id }: StoredAccount, list: MaskList = 'host_masks'): string[] {
    return this.#masks.get(list)!.of.all(id) as string[];
  }

  addMask(account: StoredAccount, mask: string, list: MaskList = 'host_masks'): MaskOutcome {
    const masks = this.masks(account, list);
    if (masks.includes(mask)) return 'known';
    if (masks.length >= MOST[list]) return 'full';
    this.#masks.get(list)!.add.run(account.id, mask, this.#now());
    return 'done';
  }

  /** False where there was none. */
  dropMask({ id }: StoredAccount, mask: string, list: MaskList = 'host_masks'): boolean {
    return this.#masks.get(list)!.drop.run(id, mask).changes > 0;
  }

  /** The oldest first. */
  notes({ id }: StoredAccount): Note[] {
    return this.#notes.of.all(id) as Note[];
  }

  /** False where there are as many as may be. */
  addNote(account: StoredAccount, by: string, text: string): boolean {
    if (this.notes(account).length >= limits.notesPerAccount.default) return false;
    this.#notes.add.run(account.id, by, this.#now(), text);
    return true;
  }

  /** False where there was none. */
  dropNote({ id }: StoredAccount, note: number): boolean {
    return this.#notes.drop.run(id, note).changes > 0;
  }

  /** Accounts with a level, the highest first. */
  operators(): Operator[] {
    const sql = `SELECT accounts.name AS account, level, epithet, flags, last_login AS lastLogin, suspended_reason IS NOT NULL AS suspended
      FROM profiles JOIN accounts ON accounts.id = account WHERE level > 0 ORDER BY level DESC, accounts.key`;
    const rows = this.#database.prepare(sql).all() as (Omit<Operator, 'suspended'> & { suspended: number })[];
    return rows.map((row) => ({ ...row, suspended: row.suspended === 1 }));
  }
}

function setter(database: Sqlite, column: string) {
  return database.prepare(
    `INSERT INTO profiles (account, ${column}) VALUES (?, ?)
      ON CONFLICT (account) DO UPDATE SET ${column} = excluded.${column}`,
  );
}

function maskStatements(database: Sqlite, list: MaskList) {
  return {
    of: database
      .prepare(steadySql(`SELECT mask FROM ${list} WHERE account = ? ORDER BY added, mask`))
      .pluck(),
    add: database.prepare(`INSERT INTO ${list} (account, mask, added) VALUES (?, ?, ?)`),
    drop: database.prepare(`DELETE FROM ${list} WHERE account = ? AND mask = ?`),
  };
}

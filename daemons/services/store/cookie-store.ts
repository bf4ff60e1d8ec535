/**
 * Cookies: ten characters that a mail brings, each of one account and one purpose, for a day. Only a keyed hash of them is kept.
 * Methods are to be called within a turn of `WriteTurn`.
 */
import { createHmac, timingSafeEqual } from 'node:crypto';
import { randomWord } from '../../identity/random-word.ts';
import type { StoredAccount } from '../../identity/store/account-store.ts';
import type { Sqlite } from '../../runtime/files/sqlite.ts';
import { notDone } from '../bots/refused-reply.ts';
import { said } from '../bots/reply.ts';
import { limits } from '../limits.ts';

/** What a cookie is for: to confirm an account, to take another password or address, to log in from elsewhere. */
export const COOKIE_KINDS = ['activation', 'password_change', 'email_change', 'allowauth'] as const;
/** One of {@link COOKIE_KINDS}. */
export type CookieKind = (typeof COOKIE_KINDS)[number];

/** The whole of a cookie, or the half that one of two mails brings. */
export type CookiePart = 'whole' | 'first' | 'second';

/** A cookie that is expected. */
export interface StoredCookie {
  readonly account: number;
  readonly kind: CookieKind;
  /** Null before its mail is sent. */
  readonly hash: Buffer | null;
  readonly second_hash: Buffer | null;
  readonly data: string | null;
  /** Unix milliseconds. */
  readonly expires: number;
  readonly wrong: number;
}

/** Characters of a cookie, and of a half. */
const CHARACTERS = 10;
const HALF = CHARACTERS / 2;

export class CookieStore {
  readonly #now: () => number;
  readonly #key: Buffer;
  readonly #statements;

  /**
   * @param key from which hashes are made
   * @param now Unix milliseconds
   */
  constructor(database: Sqlite, key: Buffer, now: () => number) {
    this.#key = key;
    this.#now = now;
    this.#statements = {
      of: database.prepare('SELECT * FROM cookies WHERE account = ?'),
      put: database.prepare(
        'INSERT OR REPLACE INTO cookies (account, kind, data, expires) VALUES (?, ?, ?, ?)',
      ),
      setHash: database.prepare('UPDATE cookies SET hash = ? WHERE account = ?'),
      setSecond: database.prepare('UPDATE cookies SET second_hash = ? WHERE account = ?'),
      wrong: database.prepare('UPDATE cookies SET wrong = wrong + 1 WHERE account = ?'),
      drop: database.prepare('DELETE FROM cookies WHERE account = ?'),
      expire: database.prepare('UPDATE cookies SET expires = ? WHERE account = ?'),
      expired: database.prepare(
        `SELECT accounts.name, kind FROM cookies JOIN accounts ON accounts.id = account WHERE expires <= ? LIMIT ?`,
      ),
    };
  }

  /** The cookie of an account that is expected and not too old. */
  of({ id }: { readonly id: number }): StoredCookie | undefined {
    const cookie = this.#statements.of.get(id) as StoredCookie | undefined;
    return cookie === undefined || cookie.expires <= this.#now() ? undefined : cookie;
  }

  /** From now on one is expected. Throws SignalboxError `conflict` where one is already. */
  open(account: StoredAccount, kind: CookieKind, data: string | null): void {
    if (this.of(account) !== undefined)
      throw notDone(
        'conflict',
        said`A cookie of ${account.name} is under way already. It is good for a day; its owner may take it back by DELCOOKIE.`,
      );
    this.#statements.put.run(account.id, kind, data, this.#now() + limits.cookieSeconds.default * 1_000);
  }

  /** Makes the characters that a mail is about to bring, in place of those of an earlier try; null where none are expected any more. */
  bake(account: StoredAccount, kind: CookieKind, part: CookiePart): string | null {
    if (this.of(account)?.kind !== kind) return null;
    const characters = randomWord(part === 'whole' ? CHARACTERS : HALF);
    const hash = this.#hash(account, part, characters);
    if (part === 'second') this.#statements.setSecond.run(hash, account.id);
    else this.#statements.setHash.run(hash, account.id);
    return characters;
  }

  /** Whether somebody typed the characters of a cookie. */
  fits(account: StoredAccount, cookie: StoredCookie, typed: string): boolean {
    if (cookie.hash === null || typed.length !== CHARACTERS) return false;
    if (cookie.second_hash === null) return isOf(cookie.hash, this.#hash(account, 'whole', typed));
    const first = isOf(cookie.hash, this.#hash(account, 'first', typed.slice(0, HALF)));
    const second = isOf(cookie.second_hash, this.#hash(account, 'second', typed.slice(HALF)));
    return first && second;
  }

  /** Others were typed. After a few of these the cookie is good for nothing. */
  missed({ id }: StoredAccount): void {
    this.#statements.wrong.run(id);
    const cookie = this.#statements.of.get(id) as StoredCookie | undefined;
    if (cookie !== undefined && cookie.wrong >= limits.cookieGuesses.default) this.#statements.drop.run(id);
  }

  drop({ id }: { readonly id: number }): void {
    this.#statements.drop.run(id);
  }

  /** Its mail will never come. An account that waits to be confirmed ends with it, at the next look for what is too old. */
  undelivered(account: StoredAccount, kind: CookieKind): void {
    if (this.of(account)?.kind !== kind) return;
    if (kind === 'activation') this.#statements.expire.run(this.#now(), account.id);
    else this.drop(account);
  }

  /** Those that are too old: of an account that was never confirmed, or of any other. */
  expired(most: number): { readonly name: string; readonly kind: CookieKind }[] {
    return this.#statements.expired.all(this.#now(), most) as { name: string; kind: CookieKind }[];
  }

  #hash({ id, created }: StoredAccount, part: CookiePart, characters: string): Buffer {
    return createHmac('sha256', this.#key).update(`${id} ${created} ${part} ${characters}`).digest();
  }
}

function isOf(kept: Buffer, hash: Buffer): boolean {
  return kept.length === hash.length && timingSafeEqual(kept, hash);
}

/** What SpamServ keeps of channels, and in memory as it is asked for with each line. Methods that change something are to be called within a turn of `WriteTurn`. */
import { fold } from '../../irc/casemapping.ts';
import type { Sqlite } from '../../runtime/files/sqlite.ts';
import { notDone } from '../bots/refused-reply.ts';
import { said } from '../bots/reply.ts';
import { limits } from '../limits.ts';
import { readSpamSettings, type SpamSettings } from './spam-settings.ts';

/** A list of words of a channel. */
export type WordKind = 'bad' | 'exception';

/** What is kept of a channel. */
export interface SpamChannel {
  /** Folded name. */
  readonly key: string;
  readonly settings: SpamSettings;
  readonly bad: readonly string[];
  readonly exception: readonly string[];
  /** Ids of accounts. */
  readonly trusts: ReadonlySet<number>;
}

export class SpamStore {
  readonly #now: () => number;
  readonly #statements;
  readonly #channels = new Map<string, SpamChannel>();
  #trusts: ReadonlySet<number> = new Set();

  /** @param now Unix milliseconds */
  constructor(database: Sqlite, now: () => number) {
    this.#now = now;
    const prepare = (sql: string) => database.prepare(sql);
    this.#statements = {
      keys: prepare('SELECT channel FROM spam_channels ORDER BY channel').pluck(),
      settings: prepare('SELECT settings FROM spam_channels WHERE channel = ?').pluck(),
      register: prepare('INSERT INTO spam_channels (channel, registered, registered_by) VALUES (?, ?, ?)'),
      unregister: prepare('DELETE FROM spam_channels WHERE channel = ?'),
      setSettings: prepare('UPDATE spam_channels SET settings = ? WHERE channel = ?'),
      words: prepare('SELECT word FROM spam_words WHERE channel = ? AND kind = ? ORDER BY word').pluck(),
      addWord: prepare('INSERT OR IGNORE INTO spam_words (channel, kind, word) VALUES (?, ?, ?)'),
      dropWord: prepare('DELETE FROM spam_words WHERE channel = ? AND kind = ? AND word = ?'),
      trusts: prepare('SELECT account FROM spam_trusts WHERE channel IS ?').pluck(),
      trusted: prepare(
        `SELECT name AS account, added_by AS "by" FROM spam_trusts JOIN accounts ON accounts.id = account
          WHERE channel IS ? ORDER BY accounts.key`,
      ),
      addTrust: prepare(
        'INSERT OR IGNORE INTO spam_trusts (channel, account, added, added_by) VALUES (?, ?, ?, ?)',
      ),
      dropTrust: prepare('DELETE FROM spam_trusts WHERE channel IS ? AND account = ?'),
    };
    for (const key of this.#statements.keys.all() as string[]) this.reload(key);
    this.reload(null);
  }

  get size(): number {
    return this.#channels.size;
  }

  all(): Iterable<SpamChannel> {
    return this.#channels.values();
  }

  get(name: string): SpamChannel | undefined {
    return this.#channels.get(fold(name));
  }

  /** Whether an account may say anything on a channel. */
  isTrusted(channel: SpamChannel, account: number): boolean {
    return channel.trusts.has(account) || this.#trusts.has(account);
  }

  /** Reads a channel anew, or with null whom is trusted everywhere. Answers it; null where it is none of SpamServ's. */
  reload(key: string | null): SpamChannel | null {
    const trusts = new Set(this.#statements.trusts.all(key) as number[]);
    if (key === null) {
      this.#trusts = trusts;
      return null;
    }
    const json = this.#statements.settings.get(key) as string | undefined;
    if (json === undefined) {
      this.#channels.delete(key);
      return null;
    }
    const words = (kind: WordKind) => this.#statements.words.all(key, kind) as string[];
    const channel = {
      key,
      trusts,
      settings: readSpamSettings(json),
      bad: words('bad'),
      exception: words('exception'),
    };
    this.#channels.set(key, channel);
    return channel;
  }

  /** Names of channels that have come into the tables by another way. */
  arrived(): string[] {
    return (this.#statements.keys.all() as string[]).filter((key) => !this.#channels.has(key));
  }

  register(key: string, by: string): void {
    this.#statements.register.run(key, this.#now(), by);
  }

  unregister(key: string): void {
    this.#statements.unregister.run(key);
  }

  setSettings(key: string, settings: SpamSettings): void {
    this.#statements.setSettings.run(JSON.stringify(settings), key);
  }

  /** @throws SignalboxError `conflict` where there are as many as may be */
  addWord(key: string, kind: WordKind, word: string): void {
    const most = limits.spamWords.default;
    if (this.#statements.words.all(key, kind).length >= most)
      throw notDone('conflict', said`There are ${most} words already, as many as may be.`);
    this.#statements.addWord.run(key, kind, word);
  }

  /** False where there was none. */
  dropWord(key: string, kind: WordKind, word: string): boolean {
    return this.#statements.dropWord.run(key, kind, word).changes > 0;
  }

  /** Who is trusted on a channel, or everywhere with null. */
  trusted(key: string | null): { readonly account: string; readonly by: string }[] {
    return this.#statements.trusted.all(key) as { account: string; by: string }[];
  }

  /** False where they are trusted already. @throws SignalboxError `conflict` where there are as many as may be */
  addTrust(key: string | null, account: number, by: string): boolean {
    const most = limits.spamTrusts.default;
    if (this.#statements.trusts.all(key).length >= most)
      throw notDone('conflict', said`${most} accounts are trusted already, as many as may be.`);
    return this.#statements.addTrust.run(key, account, this.#now(), by).changes > 0;
  }

  dropTrust(key: string | null, account: number): boolean {
    return this.#statements.dropTrust.run(key, account).changes > 0;
  }
}

/**
 * Which channels belong to which accounts, and who else has status there. Methods that change something are to be called within a
 * turn of `WriteTurn`. Names of channels are compared as IRC compares them.
 */
import type {
  ChannelAccess,
  ChannelLevel,
  ChannelOutcome,
  ChannelRegistration,
} from '../../../contract/accounts.ts';
import { fold } from '../../irc/casemapping.ts';
import type { Sqlite } from '../../runtime/files/sqlite.ts';
import { steadySql } from '../../runtime/files/steady-sql.ts';
import { limits } from '../limits.ts';
import type { AccountStore, StoredAccount } from './account-store.ts';

interface StoredChannel {
  readonly key: string;
  readonly name: string;
  readonly founder: number;
  readonly created: number;
  readonly registered: number;
  /** Name of the account. */
  readonly owner: string;
  /** 1 where its owner has status by coming in. */
  readonly told: 0 | 1;
}

/** Who has status by coming in, as conditions in SQL. The access of others counts all the same. */
export interface StatusRules {
  /** Of an entry of `channel_access`. */
  readonly access: string;
  /** Of the founder of an entry of `channels`. */
  readonly founder: string;
}

/** Who asks: an account, which has to be the founder; null for an administrator. */
export type Asker = string | null;

const EVERYBODY: StatusRules = { access: 'true', founder: 'true' };

/** Reads and writes the channels of `accounts.db`. */
export class ChannelStore {
  readonly #accounts: AccountStore;
  readonly #now: () => number;
  readonly #changed: (key: string) => void;
  readonly #statements;

  /**
   * @param now Unix milliseconds
   * @param told of whom it is given out that they have status; of all by default
   * @param changed called in the turn in which a channel has other people, by its folded name
   */
  constructor(
    database: Sqlite,
    accounts: AccountStore,
    now: () => number,
    told = EVERYBODY,
    changed: (key: string) => void = () => {},
  ) {
    this.#accounts = accounts;
    this.#now = now;
    this.#changed = changed;
    const prepare = (sql: string) => database.prepare(steadySql(sql));
    const channel = `SELECT channels.*, accounts.name AS owner, (${told.founder}) AS told
      FROM channels JOIN accounts ON accounts.id = founder`;
    this.#statements = {
      byKey: prepare(`${channel} WHERE channels.key = ?`),
      page: prepare(`${channel} WHERE channels.key > ? ORDER BY channels.key LIMIT ?`),
      foundedBy: prepare(`${channel} WHERE founder = ? ORDER BY channels.key`),
      count: prepare('SELECT count(*) FROM channels').pluck(),
      founded: prepare('SELECT count(*) FROM channels WHERE founder = ?').pluck(),
      insert: prepare(
        'INSERT INTO channels (key, name, founder, created, registered) VALUES (?, ?, ?, ?, ?)',
      ),
      drop: prepare('DELETE FROM channels WHERE key = ?'),
      setFounder: prepare('UPDATE channels SET founder = ? WHERE key = ?'),
      access: prepare(
        `SELECT name AS account, level FROM channel_access JOIN accounts ON accounts.id = account
          WHERE channel = ? AND ${told.access} ORDER BY added, accounts.key`,
      ),
      accessOn: prepare('SELECT count(*) FROM channel_access WHERE channel = ?').pluck(),
      hasAccess: prepare('SELECT 1 FROM channel_access WHERE channel = ? AND account = ?').pluck(),
      accessedBy: prepare('SELECT channel FROM channel_access WHERE account = ? ORDER BY channel').pluck(),
      accessCount: prepare('SELECT count(*) FROM channel_access').pluck(),
      setAccess: prepare(
        `INSERT INTO channel_access (channel, account, level, added) VALUES (?, ?, ?, ?)
          ON CONFLICT (channel, account) DO UPDATE SET level = excluded.level`,
      ),
      dropAccess: prepare('DELETE FROM channel_access WHERE channel = ? AND account = ?'),
    };
  }

  get count(): number {
    return this.#statements.count.get() as number;
  }

  find(channel: string): ChannelRegistration | undefined {
    const stored = this.#get(channel);
    return stored === undefined ? undefined : this.#whole(stored);
  }

  /** Channels in the order of their folded names, from behind `after` on: so many that one line holds them. */
  page(after: string): { readonly rows: ChannelRegistration[]; readonly next: string | null } {
    const stored = this.#statements.page.all(after, PAGE_CHANNELS) as StoredChannel[];
    const rows: ChannelRegistration[] = [];
    let entries = 0;
    for (const [at, channel] of stored.entries()) {
      const whole = this.#whole(channel);
      entries += whole.access.length;
      rows.push(whole);
      const full = entries >= PAGE_ENTRIES || at === PAGE_CHANNELS - 1;
      if (full) return { rows, next: channel.key };
    }
    return { rows, next: null };
  }

  /** Names of the channels that end with an account. */
  foundedBy({ id }: StoredAccount): string[] {
    return (this.#statements.foundedBy.all(id) as StoredChannel[]).map(({ name }) => name);
  }

  /** Folded names of the channels on which an account has access. */
  accessedBy({ id }: StoredAccount): string[] {
    return this.#statements.accessedBy.all(id) as string[];
  }

  /** @param createdMs since when the channel is, Unix milliseconds */
  register(channel: string, account: string, createdMs: number): ChannelOutcome {
    const founder = this.#accounts.get(account);
    if (this.#get(channel) !== undefined) return 'taken';
    if (this.count >= limits.channels.default || this.#isFull(founder)) return 'full';
    this.#statements.insert.run(fold(channel), channel, founder.id, createdMs, this.#now());
    return 'done';
  }

  drop(channel: string, by: Asker): ChannelOutcome {
    const found = this.#asked(channel, by);
    if (typeof found === 'string') return found;
    this.#statements.drop.run(found.key);
    return 'done';
  }

  /** @param level null takes all access from the account, which its owner may do as well */
  setAccess(channel: string, by: Asker, account: string, level: ChannelLevel | null): ChannelOutcome {
    const own = by !== null && level === null && fold(by) === fold(account);
    const found = this.#asked(channel, own ? null : by);
    if (typeof found === 'string') return found;
    const other = this.#accounts.find(account);
    if (other === undefined) return 'no_account';
    if (other.id === found.founder) return 'founder';
    if (level === null)
      return this.#statements.dropAccess.run(found.key, other.id).changes === 0 ? 'no_access' : 'done';
    const known = this.#statements.hasAccess.get(found.key, other.id) !== undefined;
    const total = this.#statements.accessCount.get() as number;
    if (!known && (this.#isListFull(found.key) || total >= limits.channelAccessTotal.default)) return 'full';
    this.#statements.setAccess.run(found.key, other.id, level, this.#now());
    this.#changed(found.key);
    return 'done';
  }

  /** Gives a channel to another account; the former founder stays an operator, as far as there is room. */
  transfer(channel: string, by: Asker, account: string): ChannelOutcome {
    const found = this.#asked(channel, by);
    if (typeof found === 'string') return found;
    const other = this.#accounts.find(account);
    if (other === undefined) return 'no_account';
    if (other.id === found.founder) return 'founder';
    if (this.#isFull(other)) return 'full';
    this.#statements.dropAccess.run(found.key, other.id);
    this.#statements.setFounder.run(other.id, found.key);
    if (!this.#isListFull(found.key))
      this.#statements.setAccess.run(found.key, found.founder, 'op', this.#now());
    this.#changed(found.key);
    return 'done';
  }

  /** The channel, where whoever asks may change it. */
  #asked(channel: string, by: Asker): StoredChannel | 'not_found' | 'not_founder' {
    const found = this.#get(channel);
    if (found === undefined) return 'not_found';
    return by === null || fold(found.owner) === fold(by) ? found : 'not_founder';
  }

  #get(channel: string): StoredChannel | undefined {
    return this.#statements.byKey.get(fold(channel)) as StoredChannel | undefined;
  }

  #isFull({ id }: StoredAccount): boolean {
    return (this.#statements.founded.get(id) as number) >= limits.channelsPerAccount.default;
  }

  #isListFull(key: string): boolean {
    return (this.#statements.accessOn.get(key) as number) >= limits.channelAccess.default;
  }

  #access(key: string): ChannelAccess[] {
    return this.#statements.access.all(key) as ChannelAccess[];
  }

  #whole({ key, name, owner, created, registered, told }: StoredChannel): ChannelRegistration {
    return {
      channel: name,
      founder: owner,
      createdAt: created,
      registeredAt: registered,
      access: this.#access(key),
      ...(told === 1 ? {} : { founderIsQuiet: true }),
    };
  }
}

/** What a page ends with: with names and accounts at their limits it is half of the longest line. */
const PAGE_CHANNELS = 500;
const PAGE_ENTRIES = 2_000;

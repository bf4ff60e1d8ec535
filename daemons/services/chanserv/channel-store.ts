/** Rows of what ChanServ keeps of channels. Methods that change something are to be called within a turn of `WriteTurn`. */
import type { StatusRules } from '../../identity/store/channel-store.ts';
import { fold } from '../../irc/casemapping.ts';
import { compileMask } from '../../irc/mask.ts';
import type { Sqlite } from '../../runtime/files/sqlite.ts';
import { steadySql } from '../../runtime/files/steady-sql.ts';
import { limits } from '../limits.ts';
import { readSettings } from './channel-settings.ts';
import { LEVELS } from './levels.ts';
import { type ChannelUser, type Lamer, RegisteredChannel, type Suspension } from './registered-channel.ts';

/** A note that somebody wrote about a channel. */
export interface ChannelNote {
  readonly name: string;
  readonly by: string;
  readonly at: number;
  readonly text: string;
}

/** Something that was done on a channel by a command. */
export interface ChannelEvent {
  readonly at: number;
  readonly who: string;
  readonly what: string;
}

/** Something for which nothing is registered. */
export interface Unregistrable {
  readonly mask: string;
  readonly by: string;
  readonly at: number;
  readonly expires: number | null;
  readonly reason: string;
}

const USER_FIELDS = [
  ...(['seen', 'info', 'auto_op', 'auto_invite', 'auto_join'] as const),
  ...(['suspended_until', 'expires', 'back_to'] as const),
] as const;
/** What can be set of somebody on a channel. */
export type UserField = (typeof USER_FIELDS)[number];

const STATE_FIELDS = [
  ...(['registrar', 'visited', 'most_users'] as const),
  ...(['suspended_at', 'suspended_by', 'suspended_until', 'suspended_reason'] as const),
] as const;
/** What can be set of a channel beside its settings. */
export type StateField = (typeof STATE_FIELDS)[number];

interface ChannelRow {
  readonly key: string;
  readonly name: string;
  readonly founder: string;
  readonly created: number;
  readonly registered: number;
  readonly registrar: string | null;
  readonly visited: number | null;
  readonly most_users: number | null;
  readonly suspended_at: number | null;
  readonly suspended_by: string | null;
  readonly suspended_until: number | null;
  readonly suspended_reason: string | null;
}

interface UserRow {
  readonly channel: string;
  readonly account: string;
  readonly id: number;
  readonly created: number;
  readonly rank: number | null;
  readonly level: 'founder' | 'op' | 'voice';
  readonly seen: number | null;
  readonly info: string | null;
  readonly auto_op: number | null;
  readonly auto_invite: number | null;
  readonly auto_join: number | null;
  readonly suspended_until: number | null;
  readonly expires: number | null;
  readonly back_to: number | null;
}

interface LamerRow extends Omit<Lamer, 'compiled'> {
  readonly channel: string;
}

interface SettingRow {
  readonly channel: string;
  readonly name: string;
  readonly value: string;
}

/** Of whom IRC servers are told that they have status by coming in: of those alone for whom ChanServ has nothing against it. */
export const STATUS_RULES: StatusRules = {
  access: 'quiet = 0',
  founder: 'NOT EXISTS (SELECT 1 FROM channel_states WHERE channel = channels.key AND founder_quiet = 1)',
};

const USER_COLUMNS = `accounts.name AS account, accounts.id, accounts.created, seen, info, auto_op, auto_invite, auto_join,
  suspended_until, expires, back_to`;

const SELECTS = {
  channels: `SELECT channels.key, channels.name, accounts.name AS founder, channels.created, registered, registrar, visited,
      most_users, channel_states.suspended_at, channel_states.suspended_by, suspended_until, channel_states.suspended_reason
    FROM channels JOIN accounts ON accounts.id = channels.founder
    LEFT JOIN channel_states ON channel_states.channel = channels.key`,
  users: `SELECT access.channel, access.rank, access.level, ${USER_COLUMNS} FROM (
      SELECT channel, account, rank, level FROM channel_access
      UNION ALL SELECT key, founder, ${LEVELS.owner}, 'founder' FROM channels
    ) AS access JOIN accounts ON accounts.id = access.account
    LEFT JOIN channel_users ON channel_users.channel = access.channel AND channel_users.account = access.account`,
  settings: 'SELECT channel, name, value FROM channel_settings',
  lamers: `SELECT channel, mask, added_by AS "by", added, used, expires, reason FROM channel_lamers`,
} as const;

export class ChannelRows {
  readonly #database: Sqlite;
  readonly #now: () => number;
  readonly #one;
  /** By kind and field. */
  readonly #setters: ReadonlyMap<string, ReturnType<typeof setter>>;
  readonly #statements;

  /** @param now Unix milliseconds */
  constructor(database: Sqlite, now: () => number) {
    this.#database = database;
    this.#now = now;
    const prepare = (sql: string) => database.prepare(steadySql(sql));
    this.#setters = new Map([
      ...USER_FIELDS.map((field) => [`user ${field}`, setter(database, setUserSql(field))] as const),
      ...STATE_FIELDS.map((field) => [`state ${field}`, setter(database, setStateSql(field))] as const),
    ]);
    this.#one = {
      channels: prepare(`${SELECTS.channels} WHERE channels.key = ?`),
      users: prepare(`${SELECTS.users} WHERE access.channel = ?`),
      settings: prepare(`${SELECTS.settings} WHERE channel = ?`),
      lamers: prepare(`${SELECTS.lamers} WHERE channel = ? ORDER BY added, mask`),
    };
    this.#statements = {
      rank: prepare('UPDATE channel_access SET rank = ? WHERE channel = ? AND account = ?'),
      quietFounder: prepare(
        `INSERT INTO channel_states (channel, founder_quiet) VALUES (?, 1)
          ON CONFLICT (channel) DO UPDATE SET founder_quiet = 1`,
      ),
      loudFounder: prepare(
        'UPDATE channel_states SET founder_quiet = 0 WHERE channel = ? AND founder_quiet <> 0',
      ),
      quiet: prepare('UPDATE channel_access SET quiet = ? WHERE channel = ? AND account = ? AND quiet <> ?'),
      exists: prepare('SELECT 1 FROM channels WHERE key = ?').pluck(),
      isAccount: prepare('SELECT 1 FROM accounts WHERE id = ?').pluck(),
      hasAccess: prepare('SELECT 1 FROM channel_access WHERE channel = ? AND account = ?').pluck(),
      forgetUser: prepare('DELETE FROM channel_users WHERE channel = ? AND account = ?'),
      setSetting: prepare('INSERT OR REPLACE INTO channel_settings (channel, name, value) VALUES (?, ?, ?)'),
      dropSetting: prepare('DELETE FROM channel_settings WHERE channel = ? AND name = ?'),
      dropSettings: prepare('DELETE FROM channel_settings WHERE channel = ?'),
      addLamer: prepare(
        `INSERT INTO channel_lamers (channel, mask, added_by, added, expires, reason) VALUES (?, ?, ?, ?, ?, ?)
          ON CONFLICT (channel, mask) DO UPDATE SET expires = excluded.expires, reason = excluded.reason`,
      ),
      dropLamer: prepare('DELETE FROM channel_lamers WHERE channel = ? AND mask = ?'),
      lamerUsed: prepare('UPDATE channel_lamers SET used = ? WHERE channel = ? AND mask = ?'),
      notes: prepare(
        'SELECT name, written_by AS "by", written AS at, text FROM channel_notes WHERE channel = ? ORDER BY name',
      ),
      setNote: prepare(
        'INSERT OR REPLACE INTO channel_notes (channel, name, written_by, written, text) VALUES (?, ?, ?, ?, ?)',
      ),
      dropNote: prepare('DELETE FROM channel_notes WHERE channel = ? AND name = ?'),
      addEvent: prepare('INSERT INTO channel_events (channel, at, who, what) VALUES (?, ?, ?, ?)'),
      trimEvents: prepare(
        `DELETE FROM channel_events WHERE channel = @key AND id <= (SELECT id FROM channel_events WHERE channel = @key
          ORDER BY id DESC LIMIT 1 OFFSET @most)`,
      ),
      events: prepare('SELECT at, who, what FROM channel_events WHERE channel = ? ORDER BY id DESC'),
      unregistrable: prepare(
        'SELECT mask, set_by AS "by", set_at AS at, expires, reason FROM unregistrable ORDER BY mask',
      ),
      forbid: prepare(
        'INSERT OR REPLACE INTO unregistrable (mask, set_by, set_at, expires, reason) VALUES (?, ?, ?, ?, ?)',
      ),
      allow: prepare('DELETE FROM unregistrable WHERE mask = ?'),
      rename: prepare('UPDATE channels SET key = ?, name = ?, created = ? WHERE key = ?'),
    };
  }

  /** All channels. */
  all(): RegisteredChannel[] {
    const every = <Row extends { readonly channel: string }>(sql: string) => {
      const grouped = new Map<string, Row[]>();
      for (const row of this.#database.prepare(sql).all() as Row[]) {
        const rows = grouped.get(row.channel);
        if (rows === undefined) grouped.set(row.channel, [row]);
        else rows.push(row);
      }
      return grouped;
    };
    const users = every<UserRow>(SELECTS.users);
    const settings = every<SettingRow>(SELECTS.settings);
    const lamers = every<LamerRow>(`${SELECTS.lamers} ORDER BY added, mask`);
    return (this.#database.prepare(SELECTS.channels).all() as ChannelRow[]).map((row) =>
      whole(row, users.get(row.key) ?? [], settings.get(row.key) ?? [], lamers.get(row.key) ?? []),
    );
  }

  /** @param key folded name */
  one(key: string): RegisteredChannel | undefined {
    const row = this.#one.channels.get(key) as ChannelRow | undefined;
    if (row === undefined) return undefined;
    return whole(
      row,
      this.#one.users.all(key) as UserRow[],
      this.#one.settings.all(key) as SettingRow[],
      this.#one.lamers.all(key) as LamerRow[],
    );
  }

  exists(key: string): boolean {
    return this.#statements.exists.get(key) !== undefined;
  }

  isAccount(id: number): boolean {
    return this.#statements.isAccount.get(id) !== undefined;
  }

  hasAccess(key: string, account: number): boolean {
    return this.#statements.hasAccess.get(key, account) !== undefined;
  }

  setRank(key: string, account: number, rank: number): void {
    this.#statements.rank.run(rank, key, account);
  }

  /** Whether IRC servers are told of somebody's access. */
  setQuiet(key: string, account: number, quiet: boolean): void {
    this.#statements.quiet.run(Number(quiet), key, account, Number(quiet));
  }

  /** The same of the founder. */
  setFounderQuiet(key: string, quiet: boolean): void {
    if (quiet) this.#statements.quietFounder.run(key);
    else this.#statements.loudFounder.run(key);
  }

  setUser(key: string, account: number, field: UserField, value: string | number | null): void {
    this.#setters.get(`user ${field}`)!.run(key, account, value);
  }

  forgetUser(key: string, account: number): void {
    this.#statements.forgetUser.run(key, account);
  }

  setState(key: string, field: StateField, value: string | number | null): void {
    this.#setters.get(`state ${field}`)!.run(key, value);
  }

  /** @param value null for the default */
  setSetting(key: string, name: string, value: string | null): void {
    if (value === null) this.#statements.dropSetting.run(key, name);
    else this.#statements.setSetting.run(key, name, value);
  }

  dropSettings(key: string): void {
    this.#statements.dropSettings.run(key);
  }

  addLamer(key: string, mask: string, by: string, expires: number | null, reason: string): void {
    this.#statements.addLamer.run(key, mask, by, this.#now(), expires, reason);
  }

  dropLamer(key: string, mask: string): boolean {
    return this.#statements.dropLamer.run(key, mask).changes > 0;
  }

  lamerUsed(key: string, mask: string, at: number): void {
    this.#statements.lamerUsed.run(at, key, mask);
  }

  notes(key: string): ChannelNote[] {
    return this.#statements.notes.all(key) as ChannelNote[];
  }

  setNote(key: string, name: string, by: string, text: string): void {
    this.#statements.setNote.run(key, name, by, this.#now(), text);
  }

  dropNote(key: string, name: string): boolean {
    return this.#statements.dropNote.run(key, name).changes > 0;
  }

  addEvent(key: string, who: string, what: string): void {
    this.#statements.addEvent.run(key, this.#now(), who, what);
    this.#statements.trimEvents.run({ key, most: limits.channelEvents.default });
  }

  /** The latest first. */
  events(key: string): ChannelEvent[] {
    return this.#statements.events.all(key) as ChannelEvent[];
  }

  unregistrable(): Unregistrable[] {
    const now = this.#now();
    return (this.#statements.unregistrable.all() as Unregistrable[]).filter(
      ({ expires }) => expires === null || expires > now,
    );
  }

  forbid(mask: string, by: string, expires: number | null, reason: string): void {
    this.#statements.forbid.run(mask, by, this.#now(), expires, reason);
  }

  allow(mask: string): boolean {
    return this.#statements.allow.run(mask).changes > 0;
  }

  /** Calls a channel something else, with all that belongs to it. */
  rename(key: string, name: string, createdMs: number): void {
    this.#database.pragma('defer_foreign_keys = ON');
    const next = fold(name);
    this.#statements.rename.run(next, name, createdMs, key);
    for (const table of [...HELD, ...HELD_BY_BOTS])
      this.#database.prepare(`UPDATE ${table} SET channel = ? WHERE channel = ?`).run(next, key);
  }

  /** What other bots keep of a channel is of another one, unless they keep something of that. Answers whether there was something. */
  bringBots(key: string, target: string): boolean {
    const isKept = this.#database.prepare(`SELECT 1 FROM ${HELD_BY_BOTS[0]} WHERE channel = ?`).pluck();
    if (isKept.get(key) === undefined || isKept.get(target) !== undefined) return false;
    this.#database.pragma('defer_foreign_keys = ON');
    for (const table of HELD_BY_BOTS)
      this.#database.prepare(`UPDATE ${table} SET channel = ? WHERE channel = ?`).run(target, key);
    return true;
  }
}

function setter(database: Sqlite, sql: string) {
  return database.prepare(sql);
}

function setUserSql(field: UserField): string {
  return `INSERT INTO channel_users (channel, account, ${field}) VALUES (?, ?, ?)
    ON CONFLICT (channel, account) DO UPDATE SET ${field} = excluded.${field}`;
}

function setStateSql(field: StateField): string {
  return `INSERT INTO channel_states (channel, ${field}) VALUES (?, ?)
    ON CONFLICT (channel) DO UPDATE SET ${field} = excluded.${field}`;
}

/** Tables whose rows hang on a channel. */
const HELD = [
  'channel_access',
  'channel_users',
  'channel_settings',
  'channel_lamers',
  'channel_notes',
  'channel_events',
  'channel_states',
] as const;

/** Those of SpamServ; whether it is on a channel stands in the first. */
const HELD_BY_BOTS = ['spam_channels', 'spam_words', 'spam_trusts'] as const;

/** A rank that is another standing than is kept beside it was overtaken: somebody else has set that. */
function levelOf({ rank, level }: UserRow): number {
  if (level === 'founder') return LEVELS.owner;
  if (rank !== null && rank >= LEVELS.op === (level === 'op')) return rank;
  return level === 'op' ? LEVELS.op : LEVELS.peon;
}

function whole(
  row: ChannelRow,
  users: readonly UserRow[],
  settings: readonly SettingRow[],
  lamers: readonly LamerRow[],
): RegisteredChannel {
  const suspension: Suspension | null =
    row.suspended_reason === null
      ? null
      : {
          at: row.suspended_at ?? 0,
          by: row.suspended_by ?? '',
          until: row.suspended_until ?? 0,
          reason: row.suspended_reason,
        };
  return new RegisteredChannel({
    key: row.key,
    name: row.name,
    founder: row.founder,
    created: row.created,
    registered: row.registered,
    registrar: row.registrar,
    visited: row.visited,
    mostUsers: row.most_users ?? 0,
    suspension,
    settings: readSettings(settings),
    users: users.map(
      (user): ChannelUser => ({
        account: user.account,
        id: user.id,
        created: user.created,
        level: levelOf(user),
        seen: user.seen,
        info: user.info,
        autoOp: user.auto_op !== 0,
        autoInvite: user.auto_invite === 1,
        autoJoin: user.auto_join === 1,
        suspendedUntil: user.suspended_until,
        expires: user.expires,
        backTo: user.back_to,
      }),
    ),
    lamers: lamers.map(
      ({ channel: _channel, ...lamer }): Lamer => ({ ...lamer, compiled: compileMask(lamer.mask) }),
    ),
  });
}

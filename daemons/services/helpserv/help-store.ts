/** Help bots, who helps there, requests and figures as rows. Methods that change something are to be called within a turn of `WriteTurn`. */
import { fold } from '../../irc/casemapping.ts';
import type { Sqlite } from '../../runtime/files/sqlite.ts';
import { notDone } from '../bots/refused-reply.ts';
import { said } from '../bots/reply.ts';
import { limits } from '../limits.ts';
import type { RequestParts } from './request-index.ts';
import type { StaffRole } from './roles.ts';

/** A help bot as it is kept. */
export interface StoredHelpBot {
  /** Folded nick. */
  readonly key: string;
  readonly nick: string;
  readonly channel: string;
  /** Unix milliseconds. */
  readonly registered: number;
  readonly registeredBy: string;
  readonly used: number;
  /** JSON. */
  readonly settings: string;
  readonly suspendedReason: string | null;
  readonly suspendedBy: string | null;
  readonly suspendedUntil: number | null;
}

/** Somebody who helps. */
export interface StaffMember {
  readonly account: string;
  readonly role: StaffRole;
}

/** See {@link RequestLine.kind}. */
export type LineKind = 'asked' | 'note' | 'answer';

/** A line of a request. */
export interface RequestLine {
  /** Unix milliseconds. */
  readonly at: number;
  /** What was asked, a note that those who help alone read, or what whoever asked was told. */
  readonly kind: LineKind;
  /** Nick of who asked, or account of who helps. */
  readonly by: string;
  readonly text: string;
}

/** How a request ended. */
export interface RequestEnd {
  readonly closed: number;
  readonly closedBy: string;
  readonly reason: string;
}

/** A request as it is kept, open or not. */
export type StoredRequest = RequestParts &
  Partial<RequestEnd> & {
    /** Since when somebody helps, Unix milliseconds; null while it waits. */
    readonly assigned: number | null;
  };

/** What a helper did in a week. */
export interface Figures {
  /** Number of the week since 1970; 0 for all together. */
  readonly week: number;
  readonly pickedUp: number;
  readonly closed: number;
  readonly handedOn: number;
  readonly takenOn: number;
  /** Seconds on the channel. */
  readonly present: number;
}

/** One of the figures. */
export type Figure = Exclude<keyof Figures, 'week'>;

const FIGURES: Readonly<Record<Figure, string>> = {
  pickedUp: 'picked_up',
  closed: 'closed',
  handedOn: 'handed_on',
  takenOn: 'taken_on',
  present: 'present',
};

const WEEK_MS = 604_800_000;

/** The week of all together. */
export const ALL_WEEKS = 0;

/** Number of a week since 1970. */
export function weekOf(ms: number): number {
  return Math.floor(ms / WEEK_MS);
}

const BOT = `key, nick, channel, registered, registered_by AS registeredBy, used, settings,
  suspended_reason AS suspendedReason, suspended_by AS suspendedBy, suspended_until AS suspendedUntil`;

const REQUEST = `number, nick, host, asker.name AS account, helping.name AS helper, opened, updated,
  (SELECT count(*) FROM help_lines WHERE help_lines.bot = r.bot AND help_lines.number = r.number AND kind = 'asked') AS lines`;

const REQUESTS = `help_requests AS r LEFT JOIN accounts AS asker ON asker.id = r.account
  LEFT JOIN accounts AS helping ON helping.id = r.helper`;

export class HelpStore {
  readonly #now: () => number;
  readonly #statements;
  readonly #figures: ReadonlyMap<Figure, { run(...values: unknown[]): unknown }>;

  /** @param now Unix milliseconds */
  constructor(database: Sqlite, now: () => number) {
    this.#now = now;
    const prepare = (sql: string) => database.prepare(sql);
    const account = '(SELECT id FROM accounts WHERE key = ?)';
    this.#statements = {
      bots: prepare(`SELECT ${BOT} FROM help_bots ORDER BY key`),
      bot: prepare(`SELECT ${BOT} FROM help_bots WHERE key = ?`),
      botOfChannel: prepare(`SELECT ${BOT} FROM help_bots WHERE channel_key = ?`),
      addBot: prepare(
        'INSERT INTO help_bots (key, nick, channel_key, channel, registered, registered_by, used) VALUES (?, ?, ?, ?, ?, ?, ?)',
      ),
      dropBot: prepare('DELETE FROM help_bots WHERE key = ?'),
      renameBot: prepare('UPDATE help_bots SET key = ?, nick = ? WHERE key = ?'),
      moveBot: prepare('UPDATE help_bots SET channel_key = ?, channel = ? WHERE key = ?'),
      settings: prepare('UPDATE help_bots SET settings = ? WHERE key = ?'),
      suspend: prepare(
        'UPDATE help_bots SET suspended_reason = ?, suspended_by = ?, suspended_until = ? WHERE key = ?',
      ),
      use: prepare('UPDATE help_bots SET used = ? WHERE key = ?'),
      number: prepare(
        'UPDATE help_bots SET next_number = next_number + 1, used = ? WHERE key = ? RETURNING next_number - 1',
      ).pluck(),
      staff: prepare(
        'SELECT name AS account, role FROM help_staff JOIN accounts ON id = account WHERE bot = ? ORDER BY accounts.key',
      ),
      setRole: prepare(
        `INSERT INTO help_staff (bot, account, role, added) VALUES (?, ${account}, ?, ?)
          ON CONFLICT (bot, account) DO UPDATE SET role = excluded.role`,
      ),
      dropStaff: prepare(`DELETE FROM help_staff WHERE bot = ? AND account = ${account}`),
      open: prepare(`SELECT ${REQUEST} FROM ${REQUESTS} WHERE bot = ? AND closed IS NULL ORDER BY number`),
      countOpen: prepare('SELECT count(*) FROM help_requests WHERE bot = ? AND closed IS NULL').pluck(),
      openOf: prepare(
        `SELECT number FROM help_requests WHERE account = ${account} AND bot = ? AND closed IS NULL`,
      ).pluck(),
      request: prepare(
        `SELECT ${REQUEST}, assigned, closed, closed_by AS closedBy, reason FROM ${REQUESTS} WHERE bot = ? AND number = ?`,
      ),
      add: prepare(
        `INSERT INTO help_requests (bot, number, nick, host, account, opened, updated)
          VALUES (?, ?, ?, ?, ${account}, ?, ?)`,
      ),
      next: prepare(
        `SELECT number FROM help_requests WHERE bot = ? AND closed IS NULL AND helper IS NULL ORDER BY number LIMIT 1`,
      ).pluck(),
      assign: prepare(
        `UPDATE help_requests SET helper = ${account}, assigned = ? WHERE bot = ? AND number = ? AND closed IS NULL`,
      ),
      unassign: prepare(
        'UPDATE help_requests SET helper = NULL, assigned = NULL WHERE bot = ? AND number = ? AND closed IS NULL',
      ),
      rename: prepare('UPDATE help_requests SET nick = ?, host = ? WHERE bot = ? AND number = ?'),
      setAccount: prepare(`UPDATE help_requests SET account = ${account} WHERE bot = ? AND number = ?`),
      close: prepare(
        'UPDATE help_requests SET closed = ?, closed_by = ?, reason = ? WHERE bot = ? AND number = ? AND closed IS NULL',
      ),
      forgetClosed: prepare('DELETE FROM help_requests WHERE closed < ?'),
      lines: prepare(
        'SELECT at, kind, said_by AS "by", text FROM help_lines WHERE bot = ? AND number = ? ORDER BY line',
      ),
      addLine: prepare(
        `INSERT INTO help_lines (bot, number, line, at, kind, said_by, text) VALUES (@bot, @number,
          (SELECT count(*) FROM help_lines WHERE bot = @bot AND number = @number), @at, @kind, @by, @text)`,
      ),
      countNotes: prepare(
        "SELECT count(*) FROM help_lines WHERE bot = ? AND number = ? AND kind <> 'asked'",
      ).pluck(),
      touch: prepare('UPDATE help_requests SET updated = ? WHERE bot = ? AND number = ?'),
      figures: prepare(
        `SELECT week, picked_up AS pickedUp, help_figures.closed, handed_on AS handedOn, taken_on AS takenOn, present
          FROM help_figures JOIN accounts ON id = account WHERE bot = ? AND key = ? ORDER BY week`,
      ),
      forgetWeeks: prepare('DELETE FROM help_figures WHERE week > 0 AND week < ?'),
    };
    this.#figures = new Map(
      (Object.entries(FIGURES) as [Figure, string][]).map(([figure, column]) => [
        figure,
        prepare(
          `INSERT INTO help_figures (bot, account, week, ${column}) SELECT ?, id, ?, ? FROM accounts WHERE key = ?
            ON CONFLICT (bot, account, week) DO UPDATE SET ${column} = ${column} + excluded.${column}`,
        ),
      ]),
    );
  }

  // Bots

  bots(): StoredHelpBot[] {
    return this.#statements.bots.all() as StoredHelpBot[];
  }

  bot(nick: string): StoredHelpBot | undefined {
    return this.#statements.bot.get(fold(nick)) as StoredHelpBot | undefined;
  }

  botOfChannel(channel: string): StoredHelpBot | undefined {
    return this.#statements.botOfChannel.get(fold(channel)) as StoredHelpBot | undefined;
  }

  /** @throws SignalboxError `conflict` where there is such a bot, or one on the channel; `limit_reached` */
  addBot(nick: string, channel: string, by: string): StoredHelpBot {
    this.#assertFree(nick, channel);
    if (this.bots().length >= limits.helpBots.default)
      throw notDone(
        'limit_reached',
        said`There are ${limits.helpBots.default} help bots, as many as may be.`,
      );
    const now = this.#now();
    this.#statements.addBot.run(fold(nick), nick, fold(channel), channel, now, by, now);
    return this.bot(nick)!;
  }

  /** With all its requests. */
  dropBot(key: string): void {
    this.#statements.dropBot.run(key);
  }

  /** @throws SignalboxError `conflict` where another bot is called so */
  renameBot(key: string, nick: string): StoredHelpBot {
    if (fold(nick) !== key) this.#assertFree(nick, null);
    this.#statements.renameBot.run(fold(nick), nick, key);
    return this.bot(nick)!;
  }

  /** @throws SignalboxError `conflict` where another bot is there */
  moveBot(key: string, channel: string): StoredHelpBot {
    this.#assertFree(null, channel);
    this.#statements.moveBot.run(fold(channel), channel, key);
    return this.bot(key)!;
  }

  setSettings(key: string, settings: string): void {
    this.#statements.settings.run(settings, key);
  }

  /** @param reason null lets it serve again */
  suspend(key: string, reason: string | null, by: string, until: number | null): void {
    this.#statements.suspend.run(reason, reason === null ? null : by, reason === null ? null : until, key);
  }

  use(key: string): void {
    this.#statements.use.run(this.#now(), key);
  }

  // Staff

  staff(key: string): StaffMember[] {
    return this.#statements.staff.all(key) as StaffMember[];
  }

  /** @throws SignalboxError `limit_reached` */
  setRole(key: string, account: string, role: StaffRole): void {
    const staff = this.staff(key);
    const known = staff.some((one) => fold(one.account) === fold(account));
    if (!known && staff.length >= limits.helpersPerBot.default)
      throw notDone(
        'limit_reached',
        said`There are ${limits.helpersPerBot.default} helpers already, as many as may be.`,
      );
    this.#statements.setRole.run(key, fold(account), role, this.#now());
  }

  /** False where they were none. */
  dropStaff(key: string, account: string): boolean {
    return this.#statements.dropStaff.run(key, fold(account)).changes > 0;
  }

  // Requests

  /** Open ones, the oldest first. */
  open(key: string): RequestParts[] {
    return this.#statements.open.all(key) as RequestParts[];
  }

  /** Number of the open request of an account; undefined where it has none. */
  openOf(key: string, account: string): number | undefined {
    return this.#statements.openOf.get(fold(account), key) as number | undefined;
  }

  /** Open or closed. */
  request(key: string, number: number): StoredRequest | undefined {
    return this.#statements.request.get(key, number) as StoredRequest | undefined;
  }

  /** @throws SignalboxError `limit_reached` */
  add(key: string, nick: string, host: string, account: string | null): StoredRequest {
    const open = this.#statements.countOpen.get(key) as number;
    if (open >= limits.helpRequests.default)
      throw notDone('limit_reached', said`${open} requests are open, as many as may be.`);
    const now = this.#now();
    const number = this.#statements.number.get(now, key) as number;
    this.#statements.add.run(key, number, nick, host, account === null ? null : fold(account), now, now);
    return this.request(key, number)!;
  }

  /** The one that has waited longest; undefined where none waits. */
  next(key: string): number | undefined {
    return this.#statements.next.get(key) as number | undefined;
  }

  assign(key: string, number: number, helper: string): void {
    this.#statements.assign.run(fold(helper), this.#now(), key, number);
  }

  unassign(key: string, number: number): void {
    this.#statements.unassign.run(key, number);
  }

  rename(key: string, number: number, nick: string, host: string): void {
    this.#statements.rename.run(nick, host, key, number);
  }

  setAccount(key: string, number: number, account: string): void {
    this.#statements.setAccount.run(fold(account), key, number);
  }

  /** False where it is not open. */
  close(key: string, number: number, by: string, reason: string): boolean {
    return this.#statements.close.run(this.#now(), by, reason, key, number).changes > 0;
  }

  /** Forgets requests that were closed longer ago. */
  forgetClosed(ageMs: number): void {
    this.#statements.forgetClosed.run(this.#now() - ageMs);
  }

  lines(key: string, number: number): RequestLine[] {
    return this.#statements.lines.all(key, number) as RequestLine[];
  }

  addLine(key: string, number: number, kind: LineKind, by: string, text: string): void {
    const at = this.#now();
    this.#statements.addLine.run({ bot: key, number, at, kind, by, text });
    this.#statements.touch.run(at, key, number);
  }

  countNotes(key: string, number: number): number {
    return this.#statements.countNotes.get(key, number) as number;
  }

  // Figures

  count(key: string, account: string, figure: Figure, by = 1): void {
    const statement = this.#figures.get(figure)!;
    for (const week of [ALL_WEEKS, weekOf(this.#now())]) statement.run(key, week, by, fold(account));
  }

  /** All together first, then week by week. */
  figures(key: string, account: string): Figures[] {
    return this.#statements.figures.all(key, fold(account)) as Figures[];
  }

  forgetWeeks(before: number): void {
    this.#statements.forgetWeeks.run(before);
  }

  #assertFree(nick: string | null, channel: string | null): void {
    if (nick !== null && this.bot(nick) !== undefined)
      throw notDone('conflict', said`There is a help bot ${nick} already.`);
    const there = channel === null ? undefined : this.botOfChannel(channel);
    if (there !== undefined)
      throw notDone('conflict', said`${there.nick} helps on ${there.channel} already.`);
  }
}

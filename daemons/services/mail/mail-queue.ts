/**
 * Mail on its way: rows of `mail_queue`, so that what somebody was told is sent is not lost. The text of a mail, and the cookie in it,
 * are made when it is handed to a server, anew with each try: what is on the disk proves nothing to whoever reads it.
 */
import { SignalboxError } from '../../../contract/errors.ts';
import type { Clock } from '../../../kit/clock.ts';
import { Guessing } from '../../identity/guessing.ts';
import type { AccountStore, StoredAccount } from '../../identity/store/account-store.ts';
import type { WriteTurn } from '../../identity/store/write-turn.ts';
import type { Sqlite } from '../../runtime/files/sqlite.ts';
import type { Catalogues } from '../bots/catalogues.ts';
import { messageText, PLAIN_STYLE } from '../bots/reply-lines.ts';
import { limits } from '../limits.ts';
import type { CookieKind, CookiePart, CookieStore } from '../store/cookie-store.ts';
import type { ProfileStore } from '../store/profile-store.ts';
import { DeliveryLoop, retryWaitMs } from './delivery-loop.ts';
import { type MailKind, mailText } from './mail-texts.ts';
import { type Mail, MailRefusedError, type MailTransport } from './mail-transport.ts';

interface QueuedMail {
  readonly id: number;
  readonly account: string;
  readonly kind: MailKind;
  readonly recipient: string;
  readonly asked_from: string;
  readonly queued: number;
  readonly tries: number;
}

export interface MailQueueOptions {
  readonly database: Sqlite;
  readonly writes: WriteTurn;
  readonly store: AccountStore;
  readonly profiles: ProfileStore;
  readonly cookies: CookieStore;
  readonly clock: Clock;
  readonly catalogues: () => Catalogues;
  /** How services are called on the network. */
  readonly server: string;
  /** Until when an unused account is kept, Unix milliseconds; null where they are kept for ever. */
  readonly keptUntil: (account: StoredAccount) => number | null;
  readonly log: (level: 'info' | 'warn' | 'error', event: string, message: string) => void;
}

/** What the mail of a kind brings; null for nothing. */
const BRINGS: Readonly<Record<MailKind, { readonly kind: CookieKind; readonly part: CookiePart } | null>> = {
  activation: { kind: 'activation', part: 'whole' },
  password_change: { kind: 'password_change', part: 'whole' },
  email_change: { kind: 'email_change', part: 'whole' },
  email_first_half: { kind: 'email_change', part: 'first' },
  email_second_half: { kind: 'email_change', part: 'second' },
  allowauth: { kind: 'allowauth', part: 'whole' },
  expiry: null,
};

/** What came of a mail. */
interface MailOutcome {
  /** Why no server took it; null where one did, or nobody waits for it any more. */
  readonly error: unknown;
}

export class MailQueue {
  /** Mails that a server has taken, and that were given up. */
  sent = 0;
  failed = 0;
  readonly #options: MailQueueOptions;
  readonly #statements;
  /** How many were sent to an address of late. */
  readonly #recipients: Guessing;
  readonly #loop: DeliveryLoop<QueuedMail, MailOutcome>;
  #transport: MailTransport | null = null;
  #waiting: number;

  constructor(options: MailQueueOptions) {
    const { database, clock } = options;
    this.#options = options;
    this.#recipients = new Guessing(
      { free: limits.mailsPerRecipient.default, forgetSeconds: limits.mailForgetSeconds.default },
      clock,
    );
    this.#statements = {
      add: database.prepare(
        'INSERT INTO mail_queue (account, kind, recipient, asked_from, queued, due) VALUES (?, ?, ?, ?, ?, ?)',
      ),
      due: database.prepare(
        `SELECT mail_queue.id, accounts.name AS account, kind, recipient, asked_from, queued, tries
          FROM mail_queue JOIN accounts ON accounts.id = account WHERE due <= ? ORDER BY due LIMIT ?`,
      ),
      next: database.prepare('SELECT min(due) FROM mail_queue').pluck(),
      count: database.prepare('SELECT count(*) FROM mail_queue').pluck(),
      later: database.prepare('UPDATE mail_queue SET tries = tries + 1, due = ?, problem = ? WHERE id = ?'),
      drop: database.prepare('DELETE FROM mail_queue WHERE id = ?'),
      one: database.prepare(
        'SELECT accounts.name AS account, kind FROM mail_queue JOIN accounts ON accounts.id = account WHERE mail_queue.id = ?',
      ),
      now: database.prepare('UPDATE mail_queue SET due = ? WHERE id = ?'),
      dropOld: database.prepare('DELETE FROM mail_queue WHERE queued < ?'),
      list: database.prepare(
        `SELECT mail_queue.id, accounts.name AS account, kind, recipient, queued AS queuedAt, due AS dueAt, tries, problem
          FROM mail_queue JOIN accounts ON accounts.id = account ORDER BY due LIMIT ?`,
      ),
    };
    this.#waiting = this.#statements.count.get() as number;
    this.#loop = new DeliveryLoop({
      clock,
      atOnce: limits.mailsAtOnce.default,
      due: (now, most) => this.#statements.due.all(now, most) as QueuedMail[],
      next: () => this.#statements.next.get() as number | null,
      deliver: (mail) => this.#send(mail),
      settle: (mail, outcome) => this.#settle(mail, outcome),
      unwritten: (_mail, error) =>
        options.log(
          'error',
          'mail_unwritten',
          `What became of a mail could not be written: ${String(error)}`,
        ),
      ended: () => this.kick(),
    });
  }

  /** Whether there is a server that takes mail. */
  get isConfigured(): boolean {
    return this.#transport !== null;
  }

  /** Mails that wait, those under way included. */
  get depth(): number {
    return this.#waiting;
  }

  /** Goes on with another server; null for none, and what waits then waits on. */
  configure(transport: MailTransport | null): void {
    this.#transport?.close();
    this.#transport = transport;
    this.kick();
  }

  /**
   * Takes a mail, within a turn of `WriteTurn`; {@link kick} is to be called when that is written.
   * @throws SignalboxError `limit_reached` where too many wait, or too many went to that address of late
   */
  add(account: StoredAccount, kind: MailKind, recipient: string, askedFrom: string): void {
    const { clock } = this.#options;
    const key = recipient.toLowerCase();
    if (this.#waiting >= limits.mailsWaiting.default)
      throw new SignalboxError('limit_reached', 'Too much mail waits to be sent. Try again later.');
    if (this.#recipients.waitSeconds(key) > 0)
      throw new SignalboxError(
        'limit_reached',
        'That address got much mail of late. Try again in some hours.',
      );
    this.#recipients.failed(key);
    this.#statements.add.run(account.id, kind, recipient, askedFrom, clock.now(), clock.now());
    this.#waiting++;
  }

  /** Sends what is due, and looks again when more is. */
  kick(): void {
    if (this.#loop.closed) return;
    this.#waiting = this.#statements.count.get() as number;
    if (this.#transport === null || this.#waiting === 0) this.#loop.pause();
    else this.#loop.kick();
  }

  /** Drops what nobody waits for any more, within a turn of `WriteTurn`: what could not be sent for a day. */
  dropOld(): void {
    this.#statements.dropOld.run(this.#options.clock.now() - limits.cookieSeconds.default * 1_000);
  }

  /** What waits, the most urgent first. */
  list(limit: number) {
    return this.#statements.list.all(limit) as {
      id: number;
      account: string;
      kind: MailKind;
      recipient: string;
      queuedAt: number;
      dueAt: number;
      tries: number;
      problem: string | null;
    }[];
  }

  /** Throws SignalboxError `not_found` where no mail of that number waits, `conflict` where it is being sent. */
  assertWaits(id: number): void {
    if (this.#statements.one.get(id) === undefined)
      throw new SignalboxError(
        'not_found',
        `No mail ${id} waits: it was sent or given up, or there was none.`,
      );
    if (this.#loop.isUnderWay(id))
      throw new SignalboxError('conflict', `Mail ${id} is being sent at this moment.`);
  }

  /** Tries a mail now that waits for its next try. Throws as {@link assertWaits}; `refused` where there is no server to take it. */
  async retry(id: number): Promise<void> {
    const { writes, clock } = this.#options;
    if (!this.isConfigured)
      throw new SignalboxError(
        'refused',
        'No server of mail is configured: expected a table [services.mail].',
      );
    await writes.write(() => {
      this.assertWaits(id);
      this.#statements.now.run(clock.now(), id);
    });
    this.kick();
  }

  /** Gives a mail up that waits, and the cookie with it that it was to bring. Throws as {@link assertWaits}. */
  async discard(id: number): Promise<void> {
    await this.#options.writes.write(() => {
      this.assertWaits(id);
      this.#giveUp(id);
    });
    this.failed++;
    this.kick();
  }

  /** Within a turn of `WriteTurn`. Nobody gets the cookie any more, so that its owner may ask for another one at once. */
  #giveUp(id: number): void {
    const { store, cookies } = this.#options;
    const mail = this.#statements.one.get(id) as Pick<QueuedMail, 'account' | 'kind'> | undefined;
    // Its account may have ended while it was under way, and it with that.
    if (mail === undefined) return;
    this.#statements.drop.run(id);
    const brings = BRINGS[mail.kind];
    if (brings !== null) cookies.undelivered(store.get(mail.account), brings.kind);
  }

  close(): void {
    this.#loop.close();
    this.#transport?.close();
    this.#transport = null;
  }

  async #send(queued: QueuedMail): Promise<MailOutcome> {
    const transport = this.#transport!;
    try {
      const mail = await this.#options.writes.write(() => this.#compose(queued));
      if (mail !== null) {
        await transport.send(mail);
        this.sent++;
      }
      return { error: null };
    } catch (error) {
      return { error };
    }
  }

  async #settle(queued: QueuedMail, { error }: MailOutcome): Promise<void> {
    if (error === null) await this.#options.writes.write(() => this.#statements.drop.run(queued.id));
    else await this.#failed(queued, error);
  }

  /** Null for a mail that nobody waits for any more. */
  #compose({ account: name, kind, recipient, asked_from: askedFrom }: QueuedMail): Mail | null {
    const { store, cookies, profiles, catalogues, server, keptUntil } = this.#options;
    const account = store.find(name);
    if (account === undefined) return null;
    const brings = BRINGS[kind];
    const cookie = brings === null ? '' : cookies.bake(account, brings.kind, brings.part);
    const until = brings === null ? keptUntil(account) : null;
    if (cookie === null || (brings === null && until === null)) return null;
    const facts = {
      account: account.name,
      server,
      askedFrom,
      cookie,
      until: until === null ? '' : new Date(until).toUTCString(),
    };
    const { subject, lines } = mailText(kind, facts);
    const style = { ...PLAIN_STYLE, language: profiles.of(account).language ?? PLAIN_STYLE.language };
    const text = (message: (typeof lines)[number]) => messageText(message, catalogues(), style);
    return { to: recipient, subject: text(subject), text: `${lines.map(text).join('\n')}\n` };
  }

  async #failed({ id, account, kind, queued, tries }: QueuedMail, error: unknown): Promise<void> {
    const { writes, clock, log } = this.#options;
    const why = error instanceof Error ? error.message : String(error);
    const wait = retryWaitMs(tries);
    const late = clock.now() + wait > queued + limits.cookieSeconds.default * 1_000;
    const forGood = error instanceof MailRefusedError || late;
    await writes.write(() => {
      if (forGood) this.#giveUp(id);
      else this.#statements.later.run(clock.now() + wait, why.slice(0, 200), id);
    });
    if (forGood) this.failed++;
    const what = forGood ? 'was given up' : `waits for ${Math.round(wait / 1_000)} s`;
    log(
      'warn',
      forGood ? 'mail_given_up' : 'mail_delayed',
      `Mail (${kind}) of the account ${account} ${what}: ${why}`,
    );
  }
}

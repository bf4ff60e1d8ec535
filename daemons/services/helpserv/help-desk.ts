/**
 * What is done with requests of help bots: opened, picked up, handed on, annotated, closed. All of it is on the disk before anybody is
 * told, and looked at in the same transaction in which it is written: of two who pick up one request the second is refused.
 */
import { SignalboxError } from '../../../contract/errors.ts';
import type { WriteTurn } from '../../identity/store/write-turn.ts';
import { fold } from '../../irc/casemapping.ts';
import { notDone } from '../bots/refused-reply.ts';
import { phrase, said } from '../bots/reply.ts';
import { limits } from '../limits.ts';
import type { ViewUser } from '../network/view-parts.ts';
import type { HelpBot, HelpRequest } from './help-bot.ts';
import type { HelpSettings } from './help-settings.ts';
import type { HelpStore, LineKind, StoredRequest } from './help-store.ts';
import { OpenRequest } from './request-index.ts';
import { isAbove, oneOf, type Role, type StaffRole } from './roles.ts';

/** Who does something at a help bot. */
export interface Actor {
  /** Name of the account. */
  readonly account: string;
  readonly role: Role;
}

/** Told what was done, once it is on the disk. */
export interface HelpEvents {
  onOpened(bot: HelpBot, request: HelpRequest): void;
  /** Somebody added a line. @param silentMs how long nothing was heard of it before */
  onUpdated(bot: HelpBot, request: HelpRequest, text: string, silentMs: number): void;
  /** @param before who helped before; null where it waited */
  onAssigned(bot: HelpBot, request: HelpRequest, before: string | null): void;
  /** It waits again: who helped is gone. */
  onUnassigned(bot: HelpBot, request: HelpRequest, helper: string): void;
  onClosed(bot: HelpBot, request: HelpRequest, by: string, reason: string): void;
  onAnswered(bot: HelpBot, request: HelpRequest, by: string, text: string): void;
}

/** Requests that are closed in one transaction. */
const CLOSED_AT_ONCE = 500;

export class HelpDesk {
  readonly store: HelpStore;
  readonly #writes: WriteTurn;
  readonly #now: () => number;
  readonly #events: HelpEvents;
  /** First lines of people whose request is being written. */
  readonly #opening = new WeakMap<HelpBot, Map<ViewUser, Promise<HelpRequest>>>();

  /** @param now Unix milliseconds */
  constructor(store: HelpStore, writes: WriteTurn, now: () => number, events: HelpEvents) {
    this.store = store;
    this.#writes = writes;
    this.#now = now;
    this.#events = events;
  }

  /**
   * Somebody says something: it opens their request, or is another line of it. Answers whether it was opened; null where the request
   * has as many lines as may be.
   * @param account of theirs; null for who is not logged in
   */
  async ask(
    bot: HelpBot,
    user: ViewUser,
    account: string | null,
    text: string | null,
  ): Promise<{ readonly request: HelpRequest; readonly opened: boolean } | null> {
    const opening = this.#opening.get(bot)?.get(user);
    const known = opening === undefined ? this.requestOf(bot, user, account) : await opening;
    if (known === undefined) {
      const request = await this.#open(bot, user, account, text);
      return { request, opened: true };
    }
    if (text === null) return { request: known, opened: false };
    const before = known.updated;
    const added = await this.#writes.write(() => {
      if (known.lines >= bot.settings.reqMaxLen) return false;
      this.#assertOpen(bot, known.number);
      this.store.addLine(bot.key, known.number, 'asked', user.nick, text);
      return true;
    });
    if (!added) return null;
    known.lines++;
    known.updated = this.#now();
    this.#events.onUpdated(bot, known, text, known.updated - before);
    return { request: known, opened: false };
  }

  /** The open request of somebody; theirs from before they came back where they are logged in to the account that asked. */
  requestOf(bot: HelpBot, user: ViewUser, account: string | null): HelpRequest | undefined {
    const own = bot.requests.ofUser(user);
    if (own !== undefined || account === null) return own;
    const [before] = bot.requests.ofAccount(account);
    if (before !== undefined && before.user === null) bot.requests.setUser(before, user);
    return before;
  }

  /**
   * Gives a request to somebody who helps.
   * @param number null for the one that has waited longest
   * @throws SignalboxError `not_found`, `conflict` where it is theirs already, or where it was to wait and does not
   */
  async assign(
    bot: HelpBot,
    number: number | null,
    helper: string,
    mayTake: boolean,
  ): Promise<{ readonly request: HelpRequest; readonly before: string | null }> {
    const found = await this.#writes.write(() => {
      const wanted = number ?? this.store.next(bot.key);
      if (wanted === undefined) throw new SignalboxError('not_found', 'No request waits.');
      const { helper: before } = this.#assertOpen(bot, wanted);
      if (before !== null && fold(before) === fold(helper))
        throw notDone('conflict', said`Request ${wanted} is ${helper}’s already.`);
      if (before !== null && !mayTake)
        throw notDone('conflict', said`Request ${wanted} is ${before}’s: REASSIGN hands it on.`);
      this.store.assign(bot.key, wanted, helper);
      this.store.use(bot.key);
      if (before === null) this.store.count(bot.key, helper, 'pickedUp');
      else {
        this.store.count(bot.key, before, 'handedOn');
        this.store.count(bot.key, helper, 'takenOn');
      }
      return { number: wanted, before };
    });
    const request = this.#shown(bot, found.number);
    bot.requests.assign(request, helper);
    bot.used = this.#now();
    this.#events.onAssigned(bot, request, found.before);
    return { request, before: found.before };
  }

  /** It waits again. */
  async unassign(bot: HelpBot, request: HelpRequest): Promise<void> {
    const { helper, number } = request;
    if (helper === null) return;
    await this.#writes.write(() => this.store.unassign(bot.key, number));
    if (bot.requests.byNumber(number) !== request || request.helper !== helper) return;
    bot.requests.assign(request, null);
    this.#events.onUnassigned(bot, request, helper);
  }

  /** @throws SignalboxError `not_found`, `limit_reached` */
  async note(bot: HelpBot, number: number, by: string, text: string): Promise<HelpRequest> {
    return await this.#write(bot, number, 'note', by, text);
  }

  /** Whoever asked is told. @throws SignalboxError `not_found`, `limit_reached` */
  async answer(bot: HelpBot, number: number, by: string, text: string): Promise<HelpRequest> {
    const request = await this.#write(bot, number, 'answer', by, text);
    this.#events.onAnswered(bot, request, by, text);
    return request;
  }

  /**
   * Closes a request.
   * @param only the account whose request it has to be; null for whose ever it is
   * @throws SignalboxError `not_found`, `access_denied` where it is somebody else's
   */
  async close(
    bot: HelpBot,
    number: number,
    by: string,
    reason: string,
    only: string | null,
  ): Promise<HelpRequest> {
    await this.#writes.write(() => {
      const { helper } = this.#assertOpen(bot, number);
      if (only !== null && (helper === null || fold(helper) !== fold(only)))
        throw notDone(
          'access_denied',
          helper === null
            ? said`Request ${number} waits: PICKUP it before you close it.`
            : said`Request ${number} is ${helper}’s. They close it, or a manager.`,
        );
      this.store.close(bot.key, number, by, reason);
      this.store.use(bot.key);
      if (bot.staffRole(by) !== null) this.store.count(bot.key, by, 'closed');
    });
    bot.used = this.#now();
    return this.#ended(bot, number, by, reason)!;
  }

  /** Closes many, some hundred in each transaction; answers how many were still open. */
  async closeMany(bot: HelpBot, numbers: readonly number[], by: string, reason: string): Promise<number> {
    let closed = 0;
    for (let from = 0; from < numbers.length; from += CLOSED_AT_ONCE) {
      const some = numbers.slice(from, from + CLOSED_AT_ONCE);
      const ended = await this.#writes.write(() =>
        some.filter((number) => {
          const open = this.store.close(bot.key, number, by, reason);
          if (open && bot.staffRole(by) !== null) this.store.count(bot.key, by, 'closed');
          return open;
        }),
      );
      for (const number of ended) this.#ended(bot, number, by, reason);
      closed += ended.length;
    }
    return closed;
  }

  // Who helps

  /**
   * Makes somebody something, or something else.
   * @param actor has to be above both what they are and what they become; owners are made by operators alone, or hand it on
   * @throws SignalboxError `access_denied`, `limit_reached`
   */
  async setRole(bot: HelpBot, actor: Actor, account: string, role: StaffRole): Promise<void> {
    await this.#writes.write(() => {
      this.#assertAbove(bot, actor, account, role);
      this.store.setRole(bot.key, account, role);
    });
    bot.staff.set(fold(account), { account, role });
  }

  /** @throws SignalboxError `access_denied`, `not_found` */
  async dropStaff(bot: HelpBot, actor: Actor, account: string): Promise<void> {
    const isSelf = fold(actor.account) === fold(account);
    await this.#writes.write(() => {
      if (!isSelf) this.#assertAbove(bot, actor, account, null);
      if (!this.store.dropStaff(bot.key, account))
        throw notDone('not_found', said`${account} does not help here.`);
    });
    await this.forgetHelper(bot, account);
  }

  /** Hands a bot on: who owned it is a manager then. @throws SignalboxError `not_found` */
  async giveOwnership(bot: HelpBot, from: string, to: string): Promise<void> {
    await this.#writes.write(() => {
      if (bot.staffRole(to) === null) throw notDone('not_found', said`${to} does not help here.`);
      if (bot.staffRole(from) === 'owner') this.store.setRole(bot.key, from, 'manager');
      this.store.setRole(bot.key, to, 'owner');
    });
    if (bot.staffRole(from) === 'owner') bot.staff.set(fold(from), { account: from, role: 'manager' });
    bot.staff.set(fold(to), { account: to, role: 'owner' });
  }

  /** Somebody does not help any more: what they had picked up waits again. */
  async forgetHelper(bot: HelpBot, account: string): Promise<void> {
    bot.staff.delete(fold(account));
    bot.present.delete(fold(account));
    for (const request of [...bot.requests.ofHelper(account)]) await this.unassign(bot, request);
  }

  async setSettings(bot: HelpBot, settings: HelpSettings): Promise<void> {
    await this.#writes.write(() => this.store.setSettings(bot.key, JSON.stringify(settings)));
    bot.settings = settings;
  }

  // Who asked

  /** Whoever asked is called something else. */
  async renamed(bot: HelpBot, request: HelpRequest, nick: string): Promise<void> {
    bot.requests.rename(request, nick);
    await this.#writes.write(() => this.store.rename(bot.key, request.number, nick, request.host));
  }

  /** Whoever asked has logged in: the request is that account's from now on, unless the account has one. */
  async loggedIn(bot: HelpBot, request: HelpRequest, account: string): Promise<boolean> {
    const taken = await this.#writes.write(() => {
      const other = this.store.openOf(bot.key, account);
      if (other !== undefined) return other !== request.number;
      this.store.setAccount(bot.key, request.number, account);
      return false;
    });
    if (!taken) bot.requests.setAccount(request, account);
    return !taken;
  }

  async #open(
    bot: HelpBot,
    user: ViewUser,
    account: string | null,
    text: string | null,
  ): Promise<HelpRequest> {
    let opening = this.#opening.get(bot);
    if (opening === undefined) {
      opening = new Map();
      this.#opening.set(bot, opening);
    }
    const made = this.#writes
      .write(() => {
        const added = this.store.add(bot.key, user.nick, `${user.username}@${user.host}`, account);
        if (text !== null) this.store.addLine(bot.key, added.number, 'asked', user.nick, text);
        return added;
      })
      .then((added) => {
        const request = new OpenRequest<ViewUser>({ ...added, lines: text === null ? 0 : 1 });
        bot.requests.add(request);
        bot.used = request.opened;
        if (!user.gone) bot.requests.setUser(request, user);
        return request;
      });
    opening.set(user, made);
    try {
      const request = await made;
      this.#events.onOpened(bot, request);
      return request;
    } finally {
      opening.delete(user);
    }
  }

  async #write(bot: HelpBot, number: number, kind: LineKind, by: string, text: string): Promise<HelpRequest> {
    await this.#writes.write(() => {
      this.#assertOpen(bot, number);
      if (this.store.countNotes(bot.key, number) >= limits.helpLines.default)
        throw notDone('limit_reached', said`Request ${number} has as many notes as may be.`);
      this.store.addLine(bot.key, number, kind, by, text);
    });
    const request = this.#shown(bot, number);
    request.updated = this.#now();
    return request;
  }

  #ended(bot: HelpBot, number: number, by: string, reason: string): HelpRequest | undefined {
    const request = bot.requests.byNumber(number);
    if (request === undefined) return undefined;
    // Who hears of it has to know whose it was.
    const { user } = request;
    bot.requests.remove(request);
    request.user = user;
    this.#events.onClosed(bot, request, by, reason);
    request.user = null;
    return request;
  }

  #shown(bot: HelpBot, number: number): HelpRequest {
    const request = bot.requests.byNumber(number);
    if (request === undefined) throw noRequest(number);
    return request;
  }

  #assertOpen(bot: HelpBot, number: number): StoredRequest {
    const found = this.store.request(bot.key, number);
    if (found === undefined || (found.closed ?? null) !== null) throw noRequest(number);
    return found;
  }

  #assertAbove(bot: HelpBot, actor: Actor, account: string, role: StaffRole | null): void {
    const now = bot.staffRole(account);
    if (now !== null && !isAbove(actor.role, now))
      throw notDone('access_denied', said`${account} is ${phrase(now)} here, and not below you.`);
    if (role !== null && !isAbove(actor.role, role))
      throw notDone('access_denied', said`Only who is above ${phrase(oneOf(role))} makes one.`);
  }
}

function noRequest(number: number): SignalboxError {
  return notDone('not_found', said`No request ${number} is open.`);
}

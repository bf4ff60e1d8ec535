/**
 * The open requests of one help bot in memory: found by number, user, nick, account and helper, and the next one of those that wait,
 * each in constant time however many there are. What is on the disk is help-store.ts; help-desk.ts keeps both alike.
 */
import { fold } from '../../irc/casemapping.ts';

/** What an open request is made of. */
export interface RequestParts {
  /** Given once at a help bot, never again. */
  readonly number: number;
  readonly nick: string;
  /** user@host of whoever asked. */
  readonly host: string;
  /** Name of their account; null for who was not logged in. */
  readonly account: string | null;
  /** Account of who helps; null while it waits. */
  readonly helper: string | null;
  /** Unix milliseconds. */
  readonly opened: number;
  readonly updated: number;
  /** Lines of text. */
  readonly lines: number;
}

/** An open request. Changed by {@link RequestIndex}, but for what nothing is found by. */
export class OpenRequest<User = unknown> {
  readonly number: number;
  nick: string;
  host: string;
  account: string | null;
  helper: string | null;
  readonly opened: number;
  updated: number;
  lines: number;
  /** Who asked, while they are on the network. */
  user: User | null = null;
  /** Neighbours among those that wait, the oldest first. */
  before: OpenRequest<User> | null = null;
  after: OpenRequest<User> | null = null;

  constructor({ number, nick, host, account, helper, opened, updated, lines }: RequestParts) {
    this.number = number;
    this.nick = nick;
    this.host = host;
    this.account = account;
    this.helper = helper;
    this.opened = opened;
    this.updated = updated;
    this.lines = lines;
  }
}

/** Requests that have something in common, in the order in which they came to it. */
type Found<User> = Map<string, Set<OpenRequest<User>>>;

export class RequestIndex<User extends object = object> {
  readonly #byNumber = new Map<number, OpenRequest<User>>();
  readonly #byUser = new Map<User, OpenRequest<User>>();
  readonly #byNick: Found<User> = new Map();
  readonly #byAccount: Found<User> = new Map();
  readonly #byHelper: Found<User> = new Map();
  #first: OpenRequest<User> | null = null;
  #last: OpenRequest<User> | null = null;
  #waiting = 0;

  /** Open ones. */
  get size(): number {
    return this.#byNumber.size;
  }

  /** Those of them that nobody has picked up. */
  get waiting(): number {
    return this.#waiting;
  }

  /** The one that has waited longest. */
  get next(): OpenRequest<User> | null {
    return this.#first;
  }

  /** All of them, in the order in which they came in here. */
  all(): Iterable<OpenRequest<User>> {
    return this.#byNumber.values();
  }

  /** Those that wait, the oldest first. */
  *unassigned(): Iterable<OpenRequest<User>> {
    for (let at = this.#first; at !== null; at = at.after) yield at;
  }

  byNumber(number: number): OpenRequest<User> | undefined {
    return this.#byNumber.get(number);
  }

  ofUser(user: User): OpenRequest<User> | undefined {
    return this.#byUser.get(user);
  }

  ofNick(nick: string): ReadonlySet<OpenRequest<User>> {
    return this.#byNick.get(fold(nick)) ?? NONE;
  }

  ofAccount(account: string): ReadonlySet<OpenRequest<User>> {
    return this.#byAccount.get(fold(account)) ?? NONE;
  }

  ofHelper(account: string): ReadonlySet<OpenRequest<User>> {
    return this.#byHelper.get(fold(account)) ?? NONE;
  }

  /** @param request of nobody who is on the network yet, see {@link setUser} */
  add(request: OpenRequest<User>): void {
    this.#byNumber.set(request.number, request);
    put(this.#byNick, request.nick, request);
    put(this.#byAccount, request.account, request);
    if (request.helper === null) this.#enqueue(request);
    else put(this.#byHelper, request.helper, request);
  }

  remove(request: OpenRequest<User>): void {
    if (!this.#byNumber.delete(request.number)) return;
    take(this.#byNick, request.nick, request);
    take(this.#byAccount, request.account, request);
    if (request.helper === null) this.#dequeue(request);
    else take(this.#byHelper, request.helper, request);
    this.#forgetUser(request);
  }

  /** Somebody helps from now on; null gives it back to those that wait, where its age puts it. */
  assign(request: OpenRequest<User>, helper: string | null): void {
    if (request.helper === null) this.#dequeue(request);
    else take(this.#byHelper, request.helper, request);
    request.helper = helper;
    if (helper === null) this.#enqueue(request);
    else put(this.#byHelper, helper, request);
  }

  rename(request: OpenRequest<User>, nick: string): void {
    take(this.#byNick, request.nick, request);
    request.nick = nick;
    put(this.#byNick, nick, request);
  }

  setAccount(request: OpenRequest<User>, account: string | null): void {
    take(this.#byAccount, request.account, request);
    request.account = account;
    put(this.#byAccount, account, request);
  }

  /** Who asked is on the network, by this user; null once they are not. Whoever had the user before has it no more. */
  setUser(request: OpenRequest<User>, user: User | null): void {
    this.#forgetUser(request);
    if (user === null) return;
    const other = this.#byUser.get(user);
    if (other !== undefined) other.user = null;
    request.user = user;
    this.#byUser.set(user, request);
  }

  /** Where one of those that wait stands among them, from 1. */
  placeOf(request: OpenRequest<User>): number {
    let place = 1;
    for (let at = request.before; at !== null; at = at.before) place++;
    return place;
  }

  #forgetUser(request: OpenRequest<User>): void {
    if (request.user !== null) this.#byUser.delete(request.user);
    request.user = null;
  }

  /** Behind those that are older: nearly always the last place, which is looked at first. */
  #enqueue(request: OpenRequest<User>): void {
    let before = this.#last;
    while (before !== null && before.number > request.number) before = before.before;
    const after = before === null ? this.#first : before.after;
    request.before = before;
    request.after = after;
    if (before === null) this.#first = request;
    else before.after = request;
    if (after === null) this.#last = request;
    else after.before = request;
    this.#waiting++;
  }

  #dequeue(request: OpenRequest<User>): void {
    const { before, after } = request;
    if (before === null) this.#first = after;
    else before.after = after;
    if (after === null) this.#last = before;
    else after.before = before;
    request.before = null;
    request.after = null;
    this.#waiting--;
  }
}

const NONE: ReadonlySet<never> = new Set();

function put<User>(index: Found<User>, name: string | null, request: OpenRequest<User>): void {
  if (name === null) return;
  const key = fold(name);
  const found = index.get(key);
  if (found === undefined) index.set(key, new Set([request]));
  else found.add(request);
}

function take<User>(index: Found<User>, name: string | null, request: OpenRequest<User>): void {
  if (name === null) return;
  const key = fold(name);
  const found = index.get(key);
  found?.delete(request);
  if (found?.size === 0) index.delete(key);
}

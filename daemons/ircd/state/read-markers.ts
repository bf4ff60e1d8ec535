/**
 * How far users have read (IRCv3 read-marker): of each account, for all of its clients, and of each client without one for as long as it
 * is connected. In memory, and never told to anybody else.
 */
import { fold } from '../../irc/casemapping.ts';
import { limits } from '../limits.ts';
import type { LocalClient } from './local-client.ts';

/** When what was read last was said, Unix milliseconds, by folded channel or nick; the one that changed last is the last. */
type Marks = Map<string, number>;

/** Those of all users. */
export class ReadMarkers {
  readonly #mostAccounts: number;
  /** By folded account; the one that has read last is the last. */
  readonly #accounts = new Map<string, Marks>();
  readonly #clients = new WeakMap<LocalClient, Marks>();
  /** Who hears of changes, by folded account. */
  readonly #followers = new Map<string, Set<LocalClient>>();
  readonly #following = new Map<LocalClient, string>();

  constructor(mostAccounts: number = limits.readMarkerAccounts.default) {
    this.#mostAccounts = mostAccounts;
  }

  /** Null where nothing is known. */
  get(client: LocalClient, target: string): number | null {
    return this.#of(client)?.get(fold(target)) ?? null;
  }

  /**
   * "The last read timestamp of a target MUST only ever increase."
   * @returns what holds from now on
   */
  advance(client: LocalClient, target: string, toMs: number): number {
    const key = fold(target);
    const marks = this.#of(client) ?? this.#make(client);
    const before = marks.get(key) ?? Number.NEGATIVE_INFINITY;
    if (toMs <= before) return before;
    marks.delete(key);
    marks.set(key, toMs);
    if (marks.size > limits.readMarkers.default) forgetFirst(marks);
    const account = accountOf(client);
    if (account !== null) {
      this.#accounts.delete(account);
      this.#accounts.set(account, marks);
    }
    return toMs;
  }

  /** How far a channel was read, by accounts and by clients that are on it, holds for it under another name too. */
  renamed(former: string, name: string, clients: Iterable<LocalClient>): void {
    const [from, to] = [fold(former), fold(name)];
    if (from === to) return;
    for (const marks of this.#accounts.values()) move(marks, from, to);
    for (const client of clients) {
      const marks = this.#clients.get(client);
      if (marks !== undefined) move(marks, from, to);
    }
  }

  /** How many accounts have read something. */
  get accounts(): number {
    return this.#accounts.size;
  }

  /** A client hears from now on of what others of its account have read. */
  follow(client: LocalClient): void {
    const account = accountOf(client);
    if (this.#following.get(client) === (account ?? undefined)) return;
    this.leave(client);
    if (account === null) return;
    this.#following.set(client, account);
    const followers = this.#followers.get(account);
    if (followers === undefined) this.#followers.set(account, new Set([client]));
    else followers.add(client);
  }

  /** The clients of its account that are to hear, itself left out. */
  others(client: LocalClient): LocalClient[] {
    const account = accountOf(client);
    const followers = account === null ? undefined : this.#followers.get(account);
    return [...(followers ?? [])].filter((other) => other !== client && accountOf(other) === account);
  }

  /** Whoever takes the name of an account later is another. */
  forgetAccount(account: string): void {
    this.#accounts.delete(fold(account));
  }

  /** A client is gone. */
  leave(client: LocalClient): void {
    const account = this.#following.get(client);
    if (account === undefined) return;
    this.#following.delete(client);
    const followers = this.#followers.get(account);
    followers?.delete(client);
    if (followers?.size === 0) this.#followers.delete(account);
  }

  #of(client: LocalClient): Marks | undefined {
    const account = accountOf(client);
    return account === null ? this.#clients.get(client) : this.#accounts.get(account);
  }

  #make(client: LocalClient): Marks {
    const marks: Marks = new Map();
    const account = accountOf(client);
    if (account === null) this.#clients.set(client, marks);
    else {
      this.#accounts.set(account, marks);
      if (this.#accounts.size > this.#mostAccounts) forgetFirst(this.#accounts);
    }
    return marks;
  }
}

function accountOf({ user }: LocalClient): string | null {
  return user.account === null ? null : fold(user.account);
}

function forgetFirst(map: Map<string, unknown>): void {
  for (const first of map.keys()) {
    map.delete(first);
    return;
  }
}

/** Whatever was read of another channel that had the name before is over. */
function move(marks: Marks, from: string, to: string): void {
  const ms = marks.get(from);
  if (ms === undefined) return;
  marks.delete(from);
  marks.set(to, ms);
}

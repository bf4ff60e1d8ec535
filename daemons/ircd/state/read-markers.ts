/**
 * How far users have read (IRCv3 read-marker): of each account, for all of its clients, and of each client without one for as long as it
 * is connected. Never told to anybody else. Those of accounts outlive the process where somebody writes them down
 * (journal/record-journal.ts).
 */
import { fold } from '../../irc/casemapping.ts';
import { limits } from '../limits.ts';
import type { LocalClient } from './local-client.ts';
import type { KeptRecords, Records } from './records.ts';

/** When what was read last was said, Unix milliseconds, by folded channel or nick; the one that changed last is the last. */
type Marks = Map<string, number>;

/** Something that has changed of an account, by folded names. */
export interface MarkerRecord {
  readonly account: string;
  /** Absent where the account has ended. */
  readonly target?: string | undefined;
  /** How far it has read there. */
  readonly ms?: number | undefined;
  /** What the channel is called now. */
  readonly to?: string | undefined;
}

/** Those of all users. */
export class ReadMarkers implements KeptRecords<MarkerRecord> {
  readonly #mostAccounts: number;
  readonly #most: number;
  /** By folded account; the one that has read last is the last. */
  readonly #accounts = new Map<string, Marks>();
  readonly #clients = new WeakMap<LocalClient, Marks>();
  /** Who hears of changes, by folded account. */
  readonly #followers = new Map<string, Set<LocalClient>>();
  readonly #following = new Map<LocalClient, string>();
  /** Marks of all accounts. */
  #size = 0;
  /** Null where they are in memory alone. */
  records: Records<MarkerRecord> | null = null;

  constructor(
    mostAccounts: number = limits.readMarkerAccounts.default,
    most: number = limits.readMarkersTotal.default,
  ) {
    this.#mostAccounts = mostAccounts;
    this.#most = most;
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
    const account = accountOf(client);
    const before = this.#of(client)?.get(key) ?? Number.NEGATIVE_INFINITY;
    if (toMs <= before) return before;
    if (account === null) {
      const marks: Marks = this.#clients.get(client) ?? new Map();
      this.#clients.set(client, marks);
      put(marks, key, toMs);
    } else {
      this.#put(account, key, toMs);
      this.records?.note({ account, target: key, ms: toMs });
    }
    return toMs;
  }

  /** Something that was written down is so again. */
  replay({ account, target, ms, to }: MarkerRecord): void {
    const marks = this.#accounts.get(account);
    if (target === undefined) this.forgetAccount(account);
    else if (ms !== undefined) this.#put(account, target, ms);
    else if (to !== undefined && marks !== undefined) this.#move(marks, target, to);
  }

  /** What was read last is known longest. */
  #put(account: string, target: string, ms: number): void {
    const marks: Marks = this.#accounts.get(account) ?? new Map();
    this.#size -= marks.size;
    put(marks, target, ms);
    this.#size += marks.size;
    this.#accounts.delete(account);
    this.#accounts.set(account, marks);
    while (this.#accounts.size > this.#mostAccounts || this.#size > this.#most) {
      const [longest, { size }] = this.#accounts.entries().next().value!;
      this.#accounts.delete(longest);
      this.#size -= size;
    }
  }

  /** All that is known of accounts, what was read longest ago first. */
  *all(): Iterable<MarkerRecord> {
    for (const [account, marks] of this.#accounts)
      for (const [target, ms] of marks) yield { account, target, ms };
  }

  /** Accounts of which something is known, folded. */
  get names(): readonly string[] {
    return [...this.#accounts.keys()];
  }

  /** How far a channel was read, by accounts and by clients that are on it, holds for it under another name too. */
  renamed(former: string, name: string, clients: Iterable<LocalClient>): void {
    const [from, to] = [fold(former), fold(name)];
    if (from === to) return;
    for (const [account, marks] of this.#accounts) {
      if (this.#move(marks, from, to)) this.records?.note({ account, target: from, to });
    }
    for (const client of clients) {
      const marks = this.#clients.get(client);
      if (marks !== undefined) move(marks, from, to);
    }
  }

  #move(marks: Marks, from: string, to: string): boolean {
    const { size } = marks;
    const isMoved = move(marks, from, to);
    this.#size += marks.size - size;
    return isMoved;
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
    const key = fold(account);
    const marks = this.#accounts.get(key);
    if (marks === undefined) return;
    this.#size -= marks.size;
    this.#accounts.delete(key);
    this.records?.note({ account: key });
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

/** Whatever was read of another channel that had the name before is over. Answers whether the channel was read. */
function move(marks: Marks, from: string, to: string): boolean {
  const ms = marks.get(from);
  if (ms === undefined) return false;
  marks.delete(from);
  marks.set(to, ms);
  return true;
}

function put(marks: Marks, target: string, ms: number): void {
  marks.delete(target);
  marks.set(target, ms);
  if (marks.size > limits.readMarkers.default) forgetFirst(marks);
}

/**
 * Users of the network by their numerics, which are numbers: in a burst each is looked for here, and a map of ten thousands of texts is
 * looked through at the pace of the memory. Changed by network-view.ts only.
 */
import { fromBase64, MAX_USERS, USER_DIGITS } from '../../irc/p10/numeric.ts';
import type { ViewUser } from './view-parts.ts';

export class UserTable {
  /** By the number of the server, then by that of the user there. */
  readonly #servers: ((ViewUser | undefined)[] | undefined)[] = [];
  #size = 0;

  get size(): number {
    return this.#size;
  }

  /** Undefined also for what is no numeric of a user. */
  get(numeric: string): ViewUser | undefined {
    const number = numberOf(numeric);
    return number < 0 ? undefined : this.#servers[Math.floor(number / MAX_USERS)]?.[number % MAX_USERS];
  }

  has(numeric: string): boolean {
    return this.get(numeric) !== undefined;
  }

  /** Whoever had the numeric has it no more. What is no numeric of a user changes nothing. */
  set(numeric: string, user: ViewUser): void {
    const number = numberOf(numeric);
    if (number < 0) return;
    const server = Math.floor(number / MAX_USERS);
    const index = number % MAX_USERS;
    const users = this.#servers[server] ?? [];
    this.#servers[server] = users;
    if (users[index] === undefined) this.#size++;
    users[index] = user;
  }

  delete(numeric: string): void {
    if (!this.has(numeric)) return;
    const number = numberOf(numeric);
    this.#servers[Math.floor(number / MAX_USERS)]![number % MAX_USERS] = undefined;
    this.#size--;
  }

  /** Server by server; whoever goes meanwhile is passed over. */
  *values(): Generator<ViewUser> {
    for (const users of this.#servers) {
      if (users === undefined) continue;
      for (const user of users) if (user !== undefined) yield user;
    }
  }

  clear(): void {
    this.#servers.length = 0;
    this.#size = 0;
  }
}

function numberOf(numeric: string): number {
  return numeric.length === USER_DIGITS ? fromBase64(numeric) : -1;
}

/**
 * Which user of another server each numeric stands for. By number and not by text: in a burst every user is looked for here, and
 * a map of a hundred thousand texts is looked through at the pace of the memory. Changed by state/network.ts only.
 */
import { fromBase64, MAX_USERS, USER_DIGITS } from '../../irc/p10/numeric.ts';
import type { User } from './user.ts';

/** The users of one server. */
interface Numbered {
  /** By their number there. */
  readonly users: (User | undefined)[];
  count: number;
}

/** Users by numeric. */
export class RemoteNumerics {
  /** By the number of the server. */
  readonly #servers: (Numbered | undefined)[] = [];

  /** Undefined also for what is no numeric of a user. */
  find(numeric: string): User | undefined {
    return numeric.length === USER_DIGITS ? this.at(fromBase64(numeric)) : undefined;
  }

  /** The same by the value of the numeric; -1 is none. */
  at(number: number): User | undefined {
    return number < 0 ? undefined : this.#servers[Math.floor(number / MAX_USERS)]?.users[number % MAX_USERS];
  }

  /** Throws when the numeric is taken, or none; nothing is changed then. */
  add(user: User): void {
    const value = user.number;
    if (value < 0) throw new Error(`${user.numeric} is no numeric of a user`);
    const server = Math.floor(value / MAX_USERS);
    const number = value % MAX_USERS;
    const numbered = this.#servers[server] ?? { users: [], count: 0 };
    if (numbered.users[number] !== undefined) throw new Error(`the numeric ${user.numeric} is taken`);
    this.#servers[server] = numbered;
    numbered.users[number] = user;
    numbered.count++;
  }

  /** Somebody who has none any more is passed over. */
  remove(user: User): void {
    const value = user.number;
    if (this.at(value) !== user) return;
    const server = Math.floor(value / MAX_USERS);
    const numbered = this.#servers[server]!;
    numbered.users[value % MAX_USERS] = undefined;
    if (--numbered.count === 0) this.#servers[server] = undefined;
  }
}

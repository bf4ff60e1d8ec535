/**
 * Everybody who is registered, in the order in which they came. It is walked over many turns while others come and go, as a `Set` may
 * be; but each user knows their place, so that nothing is looked for in a table of a hundred thousand. Kept by state/network.ts.
 */
import type { User } from './user.ts';

/** Places, of which the next ones take over when half of them are empty. Whoever walks over these goes on there. */
interface Places {
  readonly users: (User | undefined)[];
  next: Places | null;
  /** How many stood there when those took over. */
  nextFrom: number;
}

/** Fewer places are not worth a move. */
const LEAST_PLACES = 64;

/** What others may do with the users of a network. */
export interface Users extends Iterable<User> {
  readonly size: number;
  has(user: User): boolean;
}

export class UserRoll implements Users {
  #places: Places = { users: [], next: null, nextFrom: 0 };
  #size = 0;

  get size(): number {
    return this.#size;
  }

  has(user: User): boolean {
    return this.#places.users[user.place] === user;
  }

  /** Puts a user behind all others; one who is on it keeps their place. Who has left does not come again: it is another user then. */
  add(user: User): void {
    if (this.has(user)) return;
    user.place = this.#places.users.push(user) - 1;
    this.#size++;
  }

  /** @returns whether they were on it */
  delete(user: User): boolean {
    if (!this.has(user)) return false;
    const { users } = this.#places;
    users[user.place] = undefined;
    this.#size--;
    if (users.length > LEAST_PLACES && this.#size * 2 < users.length) this.#closeUp();
    return true;
  }

  /** Those who come meanwhile are met as well, and those who go before their turn are not. */
  *[Symbol.iterator](): Generator<User, void, undefined> {
    let places = this.#places;
    for (let at = 0; ; at++) {
      while (at >= places.users.length && places.next !== null) {
        at = places.nextFrom;
        places = places.next;
      }
      if (at >= places.users.length) return;
      const user = places.users[at];
      if (user !== undefined && this.has(user)) yield user;
    }
  }

  #closeUp(): void {
    const left: User[] = [];
    for (const user of this.#places.users) if (user !== undefined) user.place = left.push(user) - 1;
    const next: Places = { users: left, next: null, nextFrom: 0 };
    this.#places.next = next;
    this.#places.nextFrom = left.length;
    this.#places = next;
  }
}

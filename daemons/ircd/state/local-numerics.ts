/**
 * Numerics of the users here. One is given out when a link first has to name its user, so that a server without links pays
 * nothing. Changed by state/network.ts only.
 */
import { fromBase64, MAX_USERS, SERVER_DIGITS, userNumeric } from '../../irc/p10/numeric.ts';
import type { User } from './user.ts';

/** Which user each number stands for. */
export class LocalNumerics {
  readonly #server: string;
  readonly #size: number;
  readonly #users: (User | undefined)[] = [];
  #count = 0;
  /** Where the search for a free number goes on: one that was freed is used again as late as possible. */
  #next = 0;

  /**
   * @param server two characters.
   * @param size how many there are; for tests.
   */
  constructor(server: string, size = MAX_USERS) {
    this.#server = server;
    this.#size = size;
  }

  /** The five characters of a user, who has them until {@link free}. Throws when all are taken. */
  of(user: User): string {
    if (user.numeric !== '') return user.numeric;
    if (this.#count === this.#size) throw new Error('all numerics of this server are taken');
    while (this.#users[this.#next] !== undefined) this.#step();
    this.#users[this.#next] = user;
    user.numeric = userNumeric(this.#server, this.#next);
    this.#count++;
    this.#step();
    return user.numeric;
  }

  /** Whom a numeric of this server stands for. */
  find(numeric: string): User | undefined {
    if (this.#server === '' || !numeric.startsWith(this.#server)) return undefined;
    const index = fromBase64(numeric.slice(SERVER_DIGITS));
    return index < 0 ? undefined : this.#users[index];
  }

  free(user: User): void {
    if (this.find(user.numeric) !== user) return;
    this.#users[fromBase64(user.numeric.slice(SERVER_DIGITS))] = undefined;
    this.#count--;
  }

  #step(): void {
    this.#next = (this.#next + 1) % this.#size;
  }
}

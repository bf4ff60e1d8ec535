/**
 * Whom a client of this server does not want to hear from, and from whom it does: its SILENCE list, and its ACCEPT list for mode g.
 * Only its own server knows, which is where messages to it are delivered. Most clients have none.
 */
import { limits } from '../limits.ts';
import { MaskList } from './mask-list.ts';
import type { User } from './user.ts';

/** Of one client. */
export class Guard {
  /** Masks of users who are not heard. */
  readonly silenced = new MaskList();
  /** In the order in which they were accepted. */
  readonly #accepted = new Set<User>();
  /** When the client was told last that somebody wanted to talk to it, Unix milliseconds. */
  lastCallerMs = 0;

  /** Users who may talk to it with mode g; those who have left are none. */
  get accepted(): ReadonlySet<User> {
    for (const user of this.#accepted) if (user.gone) this.#accepted.delete(user);
    return this.#accepted;
  }

  accepts(user: User): boolean {
    return this.#accepted.has(user);
  }

  /** False where the list is full. */
  accept(user: User): boolean {
    if (this.accepted.size >= limits.acceptEntries.default) return false;
    this.#accepted.add(user);
    return true;
  }

  /** False where the user was not on the list. */
  dismiss(user: User): boolean {
    return this.#accepted.delete(user);
  }
}

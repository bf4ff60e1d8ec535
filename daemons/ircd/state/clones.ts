/**
 * How many users of the network are from one address, or one /64 of IPv6, whichever servers they are on. Counted only where a class
 * has a limit: whoever is introduced by another server has to be looked at for it.
 */
import { networkKey } from '../../runtime/net/ip-address.ts';
import type { User } from './user.ts';
import type { Users } from './user-roll.ts';

export class Clones {
  readonly #counts = new Map<string, number>();
  /** Under what each was counted. */
  readonly #keys = new Map<User, string>();

  /** @param users who are there already */
  constructor(users: Users) {
    for (const user of users) this.enter(user);
  }

  /** Users from an address. */
  of(address: string): number {
    return this.#counts.get(networkKey(address)) ?? 0;
  }

  enter(user: User): void {
    const key = networkKey(user.address);
    // Users of services, and of servers that tell no addresses, share none.
    if (key === NOWHERE || this.#keys.has(user)) return;
    this.#keys.set(user, key);
    this.#counts.set(key, (this.#counts.get(key) ?? 0) + 1);
  }

  leave(user: User): void {
    const key = this.#keys.get(user);
    if (key === undefined) return;
    this.#keys.delete(user);
    const left = this.#counts.get(key)! - 1;
    if (left === 0) this.#counts.delete(key);
    else this.#counts.set(key, left);
  }
}

/** What {@link networkKey} makes of `::`. */
const NOWHERE = networkKey('::');

/** Whom bots do not hear: gags by mask, in the index that bans are looked up by, where `nick!user` stands for the name of the user. */

import { canonicalMask } from '../../irc/address-mask.ts';
import { fold } from '../../irc/casemapping.ts';
import { BanIndex } from '../../runtime/net/ban-index.ts';
import type { ViewUser } from '../network/view-parts.ts';
import type { Gag } from './lists.ts';
import type { StoredList } from './stored-list.ts';

export class GagIndex {
  readonly #index = new BanIndex<Gag>(fold);
  readonly #now: () => number;

  /** @param now Unix milliseconds */
  constructor(list: StoredList<Gag>, now: () => number) {
    this.#now = now;
    for (const gag of list.all()) this.#add(gag);
    list.onChange = (after, before) => {
      if (before !== null) this.#index.delete(fold(before.mask));
      if (after !== null) this.#add(after);
    };
  }

  /** The oldest that covers a user; null for none. Operators of the network are always heard. */
  of(user: ViewUser): Gag | null {
    if (this.#index.size === 0 || user.isOperator) return null;
    const { address, host, nick, username } = user;
    return this.#index.match(address, host, `${nick}!${username}`, this.#now());
  }

  #add(gag: Gag): void {
    this.#index.set(fold(gag.mask), gag, { kind: 'user', mask: canonicalMask(gag.mask) }, gag.expiresMs);
  }
}

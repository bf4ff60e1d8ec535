/**
 * How many come from each address, and what is done where that is too many: at the limit all of them are warned, above it the address
 * is banned from the network. Loopback is never too many. Who is there when services come, or comes with a server, is counted and not
 * judged: whoever comes next is. They are counted when their server has told all that it knows, in slices of the loop; whoever comes
 * meanwhile is judged behind them.
 */

import type { Clock } from '../../../kit/clock.ts';
import { type Message, said } from '../bots/reply.ts';
import type { ViewUser } from '../network/view-parts.ts';
import type { Trust } from './lists.ts';
import type { NetworkIndex } from './network-index.ts';
import { sliced } from './sliced.ts';

export interface CloneWatchOptions {
  readonly clock: Clock;
  readonly trusts: NetworkIndex<Trust>;
  /** Clients of an address that nobody trusts; less while DEFCON says so. */
  readonly untrusted: () => number;
  readonly warn: (users: ReadonlySet<ViewUser>, text: Message) => void;
  /** More than may be come from an address: a ban. */
  readonly ban: (user: ViewUser, clones: number) => void;
}

/** As P10 writes 0.0.0.0: an address that its server does not tell. */
const UNKNOWN = 'AAAAAA';

export class CloneWatch {
  readonly #options: CloneWatchOptions;
  /** By address as P10 writes it; one alone stands there without a set. */
  #users = new Map<string, ViewUser | Set<ViewUser>>();
  /** Who is not counted yet, in the order in which they came, */
  #uncounted: ViewUser[] = [];
  /** and who of them is judged. */
  readonly #newcomers = new Set<ViewUser>();
  #isCounting = false;

  constructor(options: CloneWatchOptions) {
    this.#options = options;
  }

  /** All who come from somebody's address, themselves included. */
  at({ addressKey }: Pick<ViewUser, 'addressKey'>): ReadonlySet<ViewUser> {
    const found = this.#users.get(addressKey);
    return found === undefined ? NOBODY : found instanceof Set ? found : new Set([found]);
  }

  count({ addressKey }: ViewUser): number {
    const found = this.#users.get(addressKey);
    return found === undefined ? 0 : found instanceof Set ? found.size : 1;
  }

  /** Clients that may come from somebody's address; 0 for any number. */
  mostOf(user: ViewUser): number {
    if (isLoopback(user)) return 0;
    return this.#options.trusts.of(user.addressGroups)?.most ?? this.#options.untrusted();
  }

  /** Addresses from which at least so many come, the most first. */
  crowded(least: number, rows: number): { readonly user: ViewUser; readonly clones: number }[] {
    const found: { user: ViewUser; clones: number }[] = [];
    for (const one of this.#users.values()) {
      if (!(one instanceof Set)) {
        if (least <= 1) found.push({ user: one, clones: 1 });
      } else if (one.size >= least) found.push({ user: one.values().next().value!, clones: one.size });
    }
    return found.sort((a, b) => b.clones - a.clones).slice(0, rows);
  }

  /** @param judged false for who has not just connected: they are counted by {@link countTold} */
  came(user: ViewUser, judged: boolean): void {
    if (judged && this.#uncounted.length === 0) {
      this.#count(user, true);
      return;
    }
    this.#uncounted.push(user);
    if (judged) this.#newcomers.add(user);
  }

  /** A server has told all that it knows, or is gone: counts who came with it. Resolves when everybody is counted. */
  async countTold(): Promise<void> {
    if (this.#isCounting || this.#uncounted.length === 0) return;
    this.#isCounting = true;
    const uncounted = this.#uncounted;
    let at = 0;
    function* rest() {
      while (at < uncounted.length) yield uncounted[at++]!;
    }
    const goesOn = () => this.#uncounted === uncounted;
    try {
      // Whoever comes meanwhile is behind them.
      while (goesOn() && at < uncounted.length)
        await sliced(
          this.#options.clock,
          rest(),
          (user) => {
            if (!user.gone) this.#count(user, this.#newcomers.delete(user));
            return true;
          },
          goesOn,
        );
    } finally {
      this.#isCounting = false;
    }
    if (this.#uncounted === uncounted) {
      this.#uncounted = [];
      this.#newcomers.clear();
    } else {
      // There is another network by now.
      await this.countTold();
    }
  }

  #count(user: ViewUser, judged: boolean): void {
    const { addressKey } = user;
    if (addressKey === UNKNOWN) return;
    const before = this.#users.get(addressKey);
    if (before === undefined) {
      this.#users.set(addressKey, user);
      if (!judged || this.#options.untrusted() > 1) return;
    } else if (before instanceof Set) before.add(user);
    else this.#users.set(addressKey, new Set([before, user]));
    if (judged) this.#judge(user);
  }

  left(user: ViewUser): void {
    const { addressKey } = user;
    const found = this.#users.get(addressKey);
    if (!(found instanceof Set)) {
      if (found === user) this.#users.delete(addressKey);
      return;
    }
    found.delete(user);
    if (found.size === 1) this.#users.set(addressKey, found.values().next().value!);
  }

  /** Forgets everybody: there is no network any more. */
  clear(): void {
    this.#users = new Map();
    this.#uncounted = [];
    this.#newcomers.clear();
  }

  #judge(user: ViewUser): void {
    const clones = this.count(user);
    const most = this.mostOf(user);
    if (most === 0 || clones < most) return;
    if (clones > most) this.#options.ban(user, clones);
    else
      this.#options.warn(
        this.at(user),
        said`${clones} clients are connected from your address, which is as many as may be. With one more all of them are disconnected.`,
      );
  }
}

const NOBODY: ReadonlySet<ViewUser> = new Set();

function isLoopback({ addressGroups: groups }: ViewUser): boolean {
  const mapped = groups[5] === 0xffff && groups[6]! >> 8 === 127;
  const own = groups[7] === 1;
  return (
    groups.every((group, at) => at >= 5 || group === 0) &&
    (mapped || (own && groups[5] === 0 && groups[6] === 0))
  );
}

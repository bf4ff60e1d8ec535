/**
 * Leaves out of what waits for the disk whatever something later makes needless: who comes and goes all day while nothing can be written
 * is two changes then, not thousands. Used by disk-queue.ts.
 */
import type { StoreChange } from '../../../contract/messages.ts';
import type { HistoryEntry } from './history-buffer.ts';

/** What comes later about a scope, seen from its end. */
interface Later {
  /** Whether all of it goes. */
  dropped: boolean;
  /** Of an account whether it may no longer read, or else where it is said that it may. */
  readonly accounts: Map<string, 'may not' | number>;
  /** Whether it is said how much of it is kept. */
  amount: boolean;
}

/** Replaces changes that are needless by null; what is no change stays. Everything applied in its order is as before. */
export function foldChanges(items: (StoreChange | HistoryEntry | null)[]): void {
  const later = new LaterChanges();
  for (let at = items.length - 1; at >= 0; at--) {
    const item = items[at] ?? null;
    if (item !== null && 'do' in item && later.isNeedless(item, at, items)) items[at] = null;
  }
}

class LaterChanges {
  readonly #scopes = new Map<string, Later>();
  readonly #endedAccounts = new Set<string>();
  /** Scopes of this first letter go, all of them. */
  readonly #cleared = new Set<string>();
  /** Of these all is left as it is: a rename does nothing to a scope that is not there. */
  readonly #renamed = new Set<string>();

  /** Whether a change that comes before all that were asked about has no effect, and notes the one that it has. */
  isNeedless(change: StoreChange, at: number, items: unknown[]): boolean {
    if (change.do === 'end account') {
      const { account } = change;
      const own = `a${account}`;
      if (!this.#renamed.has(own)) {
        if (this.#endedAccounts.has(account)) return true;
        this.#of(own).dropped = true;
      }
      this.#endedAccounts.add(account);
      return false;
    }
    if (change.do === 'clear') {
      const letter = change.kind === 'channels' ? 'c' : 'a';
      if (this.#cleared.has(letter)) return true;
      this.#cleared.add(letter);
      return false;
    }
    const { scope } = change;
    if (this.#cleared.has(scope.charAt(0))) return true;
    if (change.do === 'rename') {
      this.#renamed.add(scope).add(change.to);
      return false;
    }
    if (this.#renamed.has(scope)) return false;
    const own = this.#of(scope);
    if (own.dropped) return change.do !== 'keep';
    switch (change.do) {
      case 'drop':
        own.dropped = true;
        return false;
      case 'no reader':
        if (this.#isOver(own, change.account)) return true;
        own.accounts.set(change.account, 'may not');
        return false;
      case 'reader':
        if (this.#isOver(own, change.account)) return true;
        return this.#join(own, change, at, items);
      case 'amount': {
        const isSaid = own.amount;
        own.amount = true;
        return isSaid;
      }
      default:
        return false;
    }
  }

  /** Whether an account may not read by what comes later, whatever it might before. */
  #isOver({ accounts }: Later, account: string): boolean {
    return this.#endedAccounts.has(account) || accounts.get(account) === 'may not';
  }

  /** The earliest that was said holds: it is said by the later one. */
  #join(
    { accounts }: Later,
    change: Extract<StoreChange, { readonly do: 'reader' }>,
    at: number,
    items: unknown[],
  ): boolean {
    const same = accounts.get(change.account);
    if (typeof same !== 'number') {
      accounts.set(change.account, at);
      return false;
    }
    const other = items[same] as typeof change;
    items[same] = { ...other, since: Math.min(other.since, change.since) };
    return true;
  }

  #of(scope: string): Later {
    let own = this.#scopes.get(scope);
    if (own === undefined) {
      own = { dropped: false, accounts: new Map(), amount: false };
      this.#scopes.set(scope, own);
    }
    return own;
  }
}

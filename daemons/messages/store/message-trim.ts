/**
 * What is too old goes, and what is too much: the oldest of a scope that has more than it may, the oldest of all where all take more
 * room than they may. A piece at a time, so that questions are answered in between.
 */
import { limits } from '../limits.ts';
import type { MessageStore, ScopeRow } from './message-store.ts';

/** How much is kept. */
export interface KeptAmount {
  /** Milliseconds since a message came. */
  readonly keepMs: number;
  /** Messages of a scope. */
  readonly scopeMessages: number;
  /** What all messages count for. */
  readonly totalBytes: number;
}

/** Trims one store. */
export class MessageTrim {
  readonly #store: MessageStore;
  readonly #now: () => number;
  /** Nothing goes before somebody has said how much is kept. */
  #amount: KeptAmount | null = null;
  /** Scopes that may have more than they may. */
  readonly #grown = new Set<string>();

  constructor(store: MessageStore, now: () => number) {
    this.#store = store;
    this.#now = now;
  }

  use(amount: KeptAmount): void {
    this.#amount = amount;
    for (const { key } of this.#store.scopes) this.#grown.add(key);
  }

  /** Something was written to a scope. */
  grew(scope: string): void {
    this.#grown.add(scope);
  }

  /**
   * Lets one piece go.
   * @returns whether there may be more that goes
   * @throws SQLite's error
   */
  step(): boolean {
    if (this.#amount === null) return false;
    const most = limits.trimmedRows.default;
    const { keepMs, totalBytes } = this.#amount;
    if (this.#store.dropOldest(most, this.#now() - keepMs) === most) return true;
    const grown = this.#nextGrown(this.#amount);
    if (grown !== null) {
      const tooMany = Math.min(most, grown.messages - this.#amount.scopeMessages);
      // A file that was damaged may have fewer than it says.
      if (this.#store.dropOldestOf(grown, tooMany) === 0) this.#grown.delete(grown.key);
      return true;
    }
    if (this.#store.bytes <= totalBytes) return false;
    // One after the other: it is not known how much room each of them takes.
    const share = Math.ceil(this.#store.messages * (1 - totalBytes / this.#store.bytes));
    return this.#store.dropOldest(Math.min(most, share), Number.MAX_SAFE_INTEGER) > 0;
  }

  #nextGrown({ scopeMessages }: KeptAmount): ScopeRow | null {
    for (const key of this.#grown) {
      const scope = this.#store.scope(key);
      if (scope !== null && scope.messages > scopeMessages) return scope;
      this.#grown.delete(key);
    }
    return null;
  }
}

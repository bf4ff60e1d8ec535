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
  /** Scopes with a time of their own that are still to be looked at in this round. */
  #aged: string[] | null = null;

  constructor(store: MessageStore, now: () => number) {
    this.#store = store;
    this.#now = now;
  }

  use(amount: KeptAmount): void {
    this.#amount = amount;
    for (const { key } of this.#store.scopes) this.#grown.add(key);
  }

  /** Something was written to a scope, or less of it is kept. */
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
    const { keepMs, totalBytes, scopeMessages } = this.#amount;
    if (this.#store.dropOldest(most, this.#now() - keepMs) === most) return true;
    if (this.#trimAged(most) || this.#trimGrown(most, scopeMessages)) return true;
    if (this.#store.bytes <= totalBytes) {
      this.#aged = null;
      return false;
    }
    // One after the other: it is not known how much room each of them takes.
    const share = Math.ceil(this.#store.messages * (1 - totalBytes / this.#store.bytes));
    return this.#store.dropOldest(Math.min(most, share), Number.MAX_SAFE_INTEGER) > 0;
  }

  /** Of a scope that has more than it may the oldest go; whether there was one. */
  #trimGrown(most: number, scopeMessages: number): boolean {
    for (const key of this.#grown) {
      const scope = this.#store.scope(key);
      if (scope !== null && this.#trimScope(scope, most, scopeMessages)) return true;
      // A file that was damaged may have fewer than it says.
      this.#grown.delete(key);
    }
    return false;
  }

  #trimScope(scope: ScopeRow, most: number, scopeMessages: number): boolean {
    const { mostMessages, messages } = scope;
    if (mostMessages !== null && messages > mostMessages)
      if (this.#store.dropBefore(scope, mostMessages, most) > 0) return true;
    const tooMany = scope.messages - scopeMessages;
    return tooMany > 0 && this.#store.dropOldestOf(scope, Math.min(most, tooMany)) > 0;
  }

  /** Of scopes with a time of their own, a few at once, what is too old goes; whether there may be more. */
  #trimAged(most: number): boolean {
    this.#aged ??= [...this.#store.scopes].filter(({ keepMs }) => keepMs !== null).map(({ key }) => key);
    for (let looks = limits.trimmedScopes.default; looks > 0; looks--) {
      const key = this.#aged.at(-1);
      if (key === undefined) return false;
      const scope = this.#store.scope(key);
      if (scope === null || scope.keepMs === null) this.#aged.pop();
      else if (this.#store.dropOldestBefore(scope, most, this.#now() - scope.keepMs) < most) this.#aged.pop();
      else return true;
    }
    return this.#aged.length > 0;
  }
}

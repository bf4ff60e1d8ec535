/** Which scopes the disk may have although they were dropped. Used by history-disk.ts. */
import type { StoreChange } from '../../../contract/messages.ts';

export class DroppedScopes {
  /** By scope: up to which change it has to be written, the earliest first. */
  readonly #upTo = new Map<string, number>();

  has(scope: string): boolean {
    return this.#upTo.has(scope);
  }

  /** @param added which of the changes that ever came it is */
  changed(change: StoreChange, added: number): void {
    if (change.do === 'drop') this.#add(change.scope, added);
    // What was dropped before it was called so has to be deleted as well.
    else if (change.do === 'rename' && this.has(change.scope)) this.#add(change.to, added);
  }

  /** So far changes are written: the scopes of which the disk has nothing of before any more. */
  settle(written: number): string[] {
    const deleted: string[] = [];
    for (const [scope, upTo] of this.#upTo) {
      if (upTo > written) break;
      deleted.push(scope);
    }
    for (const scope of deleted) this.#upTo.delete(scope);
    return deleted;
  }

  #add(scope: string, added: number): void {
    this.#upTo.delete(scope);
    this.#upTo.set(scope, added);
  }
}

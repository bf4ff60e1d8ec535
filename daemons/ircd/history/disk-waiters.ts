/** Those who wait until a change is on disk, or until what was deleted is in no file any more. Used by history-disk.ts. */

interface Waiter {
  /** Which of the changes that ever came. */
  readonly upTo: number;
  readonly isClean: boolean;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

export class DiskWaiters {
  #waiters: Waiter[] = [];

  get size(): number {
    return this.#waiters.length;
  }

  /** Resolves when a change is written, or is in no file any more; rejects where it cannot be. */
  wait(upTo: number, isClean: boolean): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#waiters.push({ upTo, isClean, resolve, reject });
    });
  }

  /** Whether somebody waits that nothing of what was deleted up to a change is in any file. */
  wantClean(upTo: number): boolean {
    return this.#waiters.some((waiter) => waiter.isClean && waiter.upTo <= upTo);
  }

  /** So far changes are written, and so far what was deleted is in no file. */
  settle(written: number, cleaned: number): void {
    const isDone = ({ upTo, isClean }: Waiter) => upTo <= (isClean ? cleaned : written);
    const done = this.#waiters.filter(isDone);
    this.#waiters = this.#waiters.filter((waiter) => !isDone(waiter));
    for (const { resolve } of done) resolve();
  }

  fail(error: unknown): void {
    const waiters = this.#waiters;
    this.#waiters = [];
    for (const { reject } of waiters) reject(error);
  }
}

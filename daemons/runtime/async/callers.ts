/** Calls that wait for their turn, first come first served; each may leave by its signal. Used by DuplexChannel and ConnectionPool. */
import { SignalboxError } from '../../../contract/errors.ts';

/** For one call that may wait. */
export interface WaitOptions {
  /** Ends the waiting: `timeout` where it is over because of `AbortSignal.timeout`, else `cancelled`. */
  readonly signal?: AbortSignal | undefined;
}

interface Waiting<Result, Wish> {
  readonly wish: Wish;
  readonly signal: AbortSignal | undefined;
  readonly onAbort: () => void;
  resolve(result: Result): void;
  reject(error: Error): void;
}

export class Callers<Result, Wish = void> {
  readonly #waiting = new Set<Waiting<Result, Wish>>();

  get size(): number {
    return this.#waiting.size;
  }

  /** What the first of them wants; undefined where nobody waits. */
  get first(): Wish | undefined {
    for (const { wish } of this.#waiting) return wish;
    return undefined;
  }

  /**
   * Waits until it is its turn.
   * @throws SignalboxError `timeout` or `cancelled` by the signal, and what {@link rejectAll} says
   */
  wait(wish: Wish, signal?: AbortSignal): Promise<Result> {
    if (signal?.aborted === true) return Promise.reject(abortedError(signal));
    return new Promise((resolve, reject) => {
      const caller: Waiting<Result, Wish> = {
        wish,
        signal,
        onAbort: () => {
          this.#leave(caller);
          reject(abortedError(signal!));
        },
        resolve,
        reject,
      };
      signal?.addEventListener('abort', caller.onAbort);
      this.#waiting.add(caller);
    });
  }

  resolveFirst(result: Result): void {
    for (const caller of this.#waiting) {
      this.#leave(caller);
      caller.resolve(result);
      return;
    }
  }

  resolveAll(result: Result): void {
    while (this.#waiting.size > 0) this.resolveFirst(result);
  }

  rejectAll(reason: Error): void {
    for (const caller of this.#waiting) {
      this.#leave(caller);
      caller.reject(reason);
    }
  }

  #leave(caller: Waiting<Result, Wish>): void {
    this.#waiting.delete(caller);
    caller.signal?.removeEventListener('abort', caller.onAbort);
  }
}

/** What a signal that was given says, as an error with a code: `timeout` for one of `AbortSignal.timeout`, else `cancelled`. */
export function abortedError(signal: AbortSignal): SignalboxError {
  const { reason } = signal as { readonly reason: unknown };
  if (reason instanceof SignalboxError) return reason;
  const timedOut = reason instanceof Error && reason.name === 'TimeoutError';
  return timedOut
    ? new SignalboxError('timeout', 'The time for waiting is over.', { cause: reason })
    : new SignalboxError('cancelled', 'The caller has stopped waiting.', { cause: reason });
}

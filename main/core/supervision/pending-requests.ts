/**
 * Requests that a daemon has not answered yet, by id, each with a deadline. However the process ends, every one of
 * them gets an outcome.
 */
import type { Outcome, WireError } from '../../../contract/errors.ts';
import type { Clock, Timer } from '../../../kit/clock.ts';

interface Pending {
  readonly settle: (outcome: Outcome<unknown>) => void;
  readonly timer: Timer;
}

/** A request under way. `outcome` always resolves. */
export interface OutstandingRequest {
  readonly requestId: number;
  readonly outcome: Promise<Outcome<unknown>>;
}

/** The requests of one process; at most `outstandingRequests`. */
export class PendingRequests {
  readonly #clock: Clock;
  readonly #limit: number;
  readonly #pending = new Map<number, Pending>();
  #nextId = 1;

  constructor(clock: Clock, limit: number) {
    this.#clock = clock;
    this.#limit = limit;
  }

  get size(): number {
    return this.#pending.size;
  }

  /** Opens a request that is answered with `timeout` after `timeoutMs`; `what` names it in that message. */
  open(what: string, timeoutMs: number, onTimeout: (requestId: number) => void): OutstandingRequest {
    const requestId = this.#nextId++;
    if (this.#pending.size >= this.#limit) {
      const message = `${this.#limit} requests are outstanding already; ${what} was not sent.`;
      return {
        requestId,
        outcome: Promise.resolve({ ok: false, error: { code: 'limit_reached', message } }),
      };
    }
    const outcome = new Promise<Outcome<unknown>>((settle) => {
      const timer = this.#clock.after(timeoutMs, () => {
        const message = `${what} was not answered within ${timeoutMs / 1000} s.`;
        this.settle(requestId, { ok: false, error: { code: 'timeout', message } });
        onTimeout(requestId);
      });
      this.#pending.set(requestId, { settle, timer });
    });
    return { requestId, outcome };
  }

  /** Whether the request still waits. */
  has(requestId: number): boolean {
    return this.#pending.has(requestId);
  }

  /** False where no such request waits: it timed out or was cancelled, the answer came too late. */
  settle(requestId: number, outcome: Outcome<unknown>): boolean {
    const pending = this.#pending.get(requestId);
    if (pending === undefined) return false;
    this.#pending.delete(requestId);
    pending.timer.cancel();
    pending.settle(outcome);
    return true;
  }

  /** Answers everything that waits with `error`. */
  rejectAll(error: WireError): void {
    for (const requestId of [...this.#pending.keys()]) this.settle(requestId, { ok: false, error });
  }
}

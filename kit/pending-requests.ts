/**
 * Requests that nobody has answered yet, by id. Each has a deadline, and however the other side ends, each gets an answer
 * or an error. Used wherever questions and answers go over one link: main and daemons, window and host, CLI and instance.
 */
import {
  type ErrorCode,
  type Outcome,
  SignalboxError,
  toWireError,
  type WireError,
} from '../contract/errors.ts';
import type { Clock, Timer } from './clock.ts';

/** What may identify a request. */
type RequestId = number | string;

interface Pending<Answer> {
  resolve(answer: Answer): void;
  reject(error: WireError): void;
  readonly timer: Timer;
}

/** A request under way. */
export interface OpenRequest<Answer, Id> {
  readonly requestId: Id;
  /** Rejects with a SignalboxError whose stack is that of who asked. */
  readonly answer: Promise<Answer>;
}

/** Ids 1, 2, 3... */
export function ascendingIds(): () => number {
  let last = 0;
  return () => ++last;
}

/** The requests of one link. */
export class PendingRequests<Answer, Id extends RequestId = number> {
  readonly #clock: Clock;
  readonly #limit: number;
  readonly #newId: () => Id;
  readonly #pending = new Map<Id, Pending<Answer>>();
  #cause: WireError | null = null;

  /**
   * @param limit requests that may be outstanding
   * @param newId makes an id that was not used before
   */
  constructor(clock: Clock, limit: number, newId: () => Id) {
    this.#clock = clock;
    this.#limit = limit;
    this.#newId = newId;
  }

  /** Requests outstanding. */
  get size(): number {
    return this.#pending.size;
  }

  /**
   * Opens a request; who has opened it sends it, where {@link has} says that it waits. Rejects with `timeout` after
   * `timeoutMs`, with `limit_reached` where too many are outstanding, and with the cause of {@link close}.
   * @param what names the request in messages
   * @param onTimeout called when the deadline has passed, such as to cancel it on the other side
   */
  open(what: string, timeoutMs: number, onTimeout?: (requestId: Id) => void): OpenRequest<Answer, Id> {
    const requestId = this.#newId();
    // Formatted only where it is needed.
    const trace = new Error();
    if (this.#cause !== null) return { requestId, answer: Promise.reject(errorOf(this.#cause, trace)) };
    if (this.#pending.size >= this.#limit) {
      const message = `${this.#limit} requests are outstanding already; ${what} was not sent.`;
      const error: WireError = { code: 'limit_reached', message };
      return { requestId, answer: Promise.reject(errorOf(error, trace)) };
    }
    const answer = new Promise<Answer>((resolve, rejectWith) => {
      const timer = this.#clock.after(timeoutMs, () => {
        const message = `${what} was not answered within ${timeoutMs / 1000} s.`;
        this.reject(requestId, { code: 'timeout', message });
        onTimeout?.(requestId);
      });
      const reject = (error: WireError) => rejectWith(errorOf(error, trace));
      this.#pending.set(requestId, { resolve, reject, timer });
    });
    return { requestId, answer };
  }

  /** Whether the request still waits. */
  has(requestId: Id): boolean {
    return this.#pending.has(requestId);
  }

  /** False where no such request waits: its deadline has passed, it was cancelled, or it never was. */
  resolve(requestId: Id, answer: Answer): boolean {
    const pending = this.#take(requestId);
    pending?.resolve(answer);
    return pending !== undefined;
  }

  /** Like {@link resolve}, with an error. */
  reject(requestId: Id, error: WireError): boolean {
    const pending = this.#take(requestId);
    pending?.reject(error);
    return pending !== undefined;
  }

  /** No answer comes any more: rejects what waits and whatever is asked later. The first cause holds. */
  close(cause: WireError): void {
    this.#cause ??= cause;
    for (const requestId of [...this.#pending.keys()]) this.reject(requestId, this.#cause);
  }

  #take(requestId: Id): Pending<Answer> | undefined {
    const pending = this.#pending.get(requestId);
    if (pending === undefined) return undefined;
    this.#pending.delete(requestId);
    pending.timer.cancel();
    return pending;
  }
}

/** An answer that is an outcome, as one that never rejects. */
export async function outcomeOf<T>(answer: Promise<Outcome<T>>): Promise<Outcome<T>> {
  try {
    return await answer;
  } catch (thrown) {
    return { ok: false, error: toWireError(thrown) };
  }
}

/** The code of what an {@link OpenRequest} was rejected with; null for what else may be thrown. */
export function rejectionCode(thrown: unknown): ErrorCode | null {
  return thrown instanceof SignalboxError ? thrown.code : null;
}

function errorOf({ code, message, detail }: WireError, trace: Error): SignalboxError {
  const error = new SignalboxError(code, message, detail === undefined ? {} : { detail });
  const frames = trace.stack?.slice(trace.stack.indexOf('\n') + 1);
  if (frames !== undefined) error.stack = `${error.name}: ${message}\n${frames}`;
  return error;
}

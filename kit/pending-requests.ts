/**
 * Requests that nobody has answered yet, by id. Each has a deadline, and however the other side ends, each gets an answer
 * or an error. Used wherever questions and answers go over one link: main and daemons, window and host, CLI and instance.
 *
 * An id is never used twice, so an answer that comes too late, twice or from nowhere belongs to nobody; it is counted. What is
 * kept of a request is used again, and one timer serves all deadlines.
 */
import {
  type ErrorCode,
  type Outcome,
  SignalboxError,
  toWireError,
  type WireError,
} from '../contract/errors.ts';
import type { Clock } from './clock.ts';
import { Deadlines, type Due } from './deadlines.ts';
import { limits } from './limits.ts';
import { RequestFigures } from './request-figures.ts';

/** What may identify a request. */
type RequestId = number | string;

/** What is kept of a request. Between two requests it is empty. */
interface Pending<Answer, Id> extends Due<Pending<Answer, Id>> {
  id: Id | null;
  what: string;
  timeoutMs: number;
  caller: string | null;
  onTimeout: ((requestId: Id) => void) | null;
  resolve: (answer: Answer) => void;
  reject: (error: SignalboxError) => void;
  /** Where it was opened; formatted only where it is needed. */
  trace: Error | null;
}

/** A request under way. */
export interface OpenRequest<Answer, Id> {
  readonly requestId: Id;
  /** Rejects with a SignalboxError whose stack is that of who asked. */
  readonly answer: Promise<Answer>;
}

/** How many requests there may be, and who hears of them. */
export interface PendingOptions {
  /** Requests that may be outstanding. */
  readonly limit: number;
  /** How many of these one caller may have; all by default. */
  readonly perCaller?: number;
  /** Where they are counted; of its own by default. Tables that follow each other may share it. */
  readonly figures?: RequestFigures;
  /** Called when `requestsCrowdedShare` of the limit is reached, and again only after there have been fewer. */
  readonly onCrowded?: (outstanding: number, limit: number) => void;
}

/** What a request may have beside its deadline. */
export interface RequestOptions<Id> {
  /** Who asks, for the limit by caller and for {@link PendingRequests.cancelAllOf}. */
  readonly caller?: string;
  /** Called when the deadline has passed, such as to cancel it on the other side. */
  readonly onTimeout?: (requestId: Id) => void;
}

/** Ids 1, 2, 3... */
export function ascendingIds(): () => number {
  let last = 0;
  return () => ++last;
}

/** Frames of a stack that are kept of a request: who asked, in as much memory as all the rest of it. */
const TRACE_FRAMES = 5;
const CANCELLED: WireError = { code: 'cancelled', message: 'The request was cancelled.' };
/** What a request is answered by between two requests. */
const NOBODY = () => {};

/** The requests of one link. */
export class PendingRequests<Answer, Id extends RequestId = number> {
  readonly figures: RequestFigures;
  readonly #clock: Clock;
  readonly #options: PendingOptions;
  readonly #crowdedFrom: number;
  readonly #newId: () => Id;
  readonly #pending = new Map<Id, Pending<Answer, Id>>();
  /** What was kept of requests before, for the next; at most `limit`. */
  readonly #spare: Pending<Answer, Id>[] = [];
  /** Outstanding requests of each caller that has some. */
  readonly #callers = new Map<string, number>();
  readonly #deadlines: Deadlines<Pending<Answer, Id>>;
  #crowded = false;
  #cause: WireError | null = null;

  /** @param newId makes an id that was not used before */
  constructor(clock: Clock, options: PendingOptions, newId: () => Id) {
    this.#clock = clock;
    this.#options = options;
    this.#newId = newId;
    this.figures = options.figures ?? new RequestFigures();
    this.figures.capacity = options.limit;
    this.#deadlines = new Deadlines(clock, (pending) => this.#expire(pending));
    this.#crowdedFrom = Math.ceil(options.limit * limits.requestsCrowdedShare.default);
  }

  /** Requests outstanding. */
  get size(): number {
    return this.#pending.size;
  }

  /**
   * Opens a request; who has opened it sends it, where {@link has} says that it waits. Rejects with `timeout` after
   * `timeoutMs`, with `limit_reached` where too many are outstanding, and with the cause of {@link close}.
   * @param what names the request in messages
   */
  open(
    what: string,
    timeoutMs: number = limits.requestAnswerMs.default,
    { caller, onTimeout }: RequestOptions<Id> = {},
  ): OpenRequest<Answer, Id> {
    const requestId = this.#newId();
    const frames = Error.stackTraceLimit;
    Error.stackTraceLimit = TRACE_FRAMES;
    const trace = new Error();
    Error.stackTraceLimit = frames;
    const refusal = this.#cause ?? this.#noRoom(what, caller);
    if (refusal !== null) return { requestId, answer: Promise.reject(errorOf(refusal, trace)) };
    const pending = this.#spare.pop() ?? empty();
    pending.id = requestId;
    pending.what = what;
    pending.timeoutMs = timeoutMs;
    pending.caller = caller ?? null;
    pending.onTimeout = onTimeout ?? null;
    pending.trace = trace;
    const answer = new Promise<Answer>((resolve, reject) => {
      pending.resolve = resolve;
      pending.reject = reject;
    });
    this.#pending.set(requestId, pending);
    this.#deadlines.add(pending, timeoutMs);
    this.#count(pending);
    return { requestId, answer };
  }

  /** Whether the request still waits. */
  has(requestId: Id): boolean {
    return this.#pending.has(requestId);
  }

  /** False where no such request waits: its deadline has passed, it was cancelled, or it never was. That is counted. */
  resolve(requestId: Id, answer: Answer): boolean {
    const pending = this.#answered(requestId);
    if (pending === null) return false;
    const { resolve } = pending;
    this.#release(pending);
    resolve(answer);
    return true;
  }

  /** Like {@link resolve}, with an error for an answer. */
  reject(requestId: Id, error: WireError): boolean {
    const pending = this.#answered(requestId);
    if (pending === null) return false;
    this.#fail(pending, error);
    return true;
  }

  /** Its caller does not want it any more. False where no such request waits. */
  cancel(requestId: Id, error: WireError = CANCELLED): boolean {
    const pending = this.#pending.get(requestId);
    if (pending === undefined) return false;
    this.figures.cancelled++;
    this.#fail(pending, error);
    return true;
  }

  /** A caller is gone: cancels all that it has open. Answers the ids, so that the other side can be told. */
  cancelAllOf(caller: string, error: WireError = CANCELLED): Id[] {
    if (!this.#callers.has(caller)) return [];
    const ids = [...this.#pending.values()].filter((one) => one.caller === caller).map(({ id }) => id as Id);
    for (const id of ids) this.cancel(id, error);
    return ids;
  }

  /** Cancels all that is open, such as when a connection is lost that may come again. */
  cancelAll(error: WireError): void {
    for (const requestId of [...this.#pending.keys()]) this.cancel(requestId, error);
  }

  /** No answer comes any more: rejects what waits and whatever is asked later. The first cause holds. */
  close(cause: WireError): void {
    this.#cause ??= cause;
    this.cancelAll(this.#cause);
  }

  #noRoom(what: string, caller: string | undefined): WireError | null {
    const { limit, perCaller = limit } = this.#options;
    const own = caller === undefined ? 0 : (this.#callers.get(caller) ?? 0);
    if (this.#pending.size < limit && own < perCaller) return null;
    this.figures.rejected++;
    const message =
      this.#pending.size >= limit
        ? `${limit} requests are outstanding already; ${what} was not sent.`
        : `${perCaller} requests of ${caller} are outstanding already; ${what} was not sent.`;
    return { code: 'limit_reached', message };
  }

  #count({ caller }: Pending<Answer, Id>): void {
    const { figures } = this;
    figures.submitted++;
    figures.depth++;
    if (figures.depth > figures.highWater) figures.highWater = figures.depth;
    if (caller !== null) this.#callers.set(caller, (this.#callers.get(caller) ?? 0) + 1);
    if (this.#crowded || this.#pending.size < this.#crowdedFrom) return;
    this.#crowded = true;
    this.#options.onCrowded?.(this.#pending.size, this.#options.limit);
  }

  /** The request that an answer belongs to. */
  #answered(requestId: Id): Pending<Answer, Id> | null {
    const pending = this.#pending.get(requestId);
    if (pending === undefined) {
      this.figures.stale++;
      return null;
    }
    this.figures.completed++;
    this.figures.onAnswer?.(this.#clock.monotonic() - (pending.dueMs - pending.timeoutMs));
    return pending;
  }

  #fail(pending: Pending<Answer, Id>, error: WireError): void {
    const { reject, trace } = pending;
    this.#release(pending);
    reject(errorOf(error, trace!));
  }

  /** Takes a request out, and keeps its place for the next. */
  #release(pending: Pending<Answer, Id>): void {
    this.#pending.delete(pending.id!);
    this.#deadlines.remove(pending);
    const { caller } = pending;
    if (caller !== null) {
      const left = this.#callers.get(caller)! - 1;
      if (left === 0) this.#callers.delete(caller);
      else this.#callers.set(caller, left);
    }
    this.figures.depth--;
    if (this.#pending.size < this.#crowdedFrom) this.#crowded = false;
    pending.id = null;
    pending.what = '';
    pending.caller = null;
    pending.onTimeout = null;
    pending.resolve = NOBODY;
    pending.reject = NOBODY;
    pending.trace = null;
    this.#spare.push(pending);
  }

  #expire(pending: Pending<Answer, Id>): void {
    const { id, what, timeoutMs, onTimeout } = pending;
    this.figures.failed++;
    const message = `${what} was not answered within ${timeoutMs / 1000} s.`;
    this.#fail(pending, { code: 'timeout', message });
    onTimeout?.(id!);
  }
}

function empty<Answer, Id>(): Pending<Answer, Id> {
  return {
    id: null,
    what: '',
    timeoutMs: 0,
    caller: null,
    onTimeout: null,
    resolve: NOBODY,
    reject: NOBODY,
    trace: null,
    dueMs: 0,
    line: null,
    earlier: null,
    later: null,
  };
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

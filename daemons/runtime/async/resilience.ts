/**
 * Calls of something that may fail for a while, such as a server elsewhere: each with a deadline, tried again after a growing and
 * random pause, and not even tried while the other side has failed several times in a row (a circuit breaker). The policies are
 * cockatiel's; what is ours: errors with codes, that a refusal says when it is tried again, the monotonic clock (a breaker must not
 * stay open because somebody set the time back), cancelling also while a pause lasts, and figures.
 */
import {
  BrokenCircuitError,
  type CircuitBreakerPolicy,
  CircuitState,
  ConsecutiveBreaker,
  circuitBreaker,
  ExponentialBackoff,
  handleWhen,
  type IBackoff,
  type IBackoffFactory,
  type RetryPolicy,
  retry,
  TaskCancelledError,
  type TimeoutPolicy,
  TimeoutStrategy,
  timeout,
} from 'cockatiel';
import { type ErrorCode, SignalboxError, toWireError } from '../../../contract/errors.ts';
import type { BreakerState } from '../../../contract/instrument-figures.ts';
import { limits } from '../limits.ts';
import { abortedError, type WaitOptions } from './callers.ts';

export interface ResilienceOptions {
  /** What is called, for messages: "The mail server". */
  readonly what: string;
  /** Milliseconds that one call may take. Default `limits.callMs`. */
  readonly timeoutMs?: number;
  /** Calls in all, the first one included. Default `limits.callAttempts`; 1 tries nothing again. */
  readonly attempts?: number;
  /** Milliseconds before the second call, about; later pauses grow. Default `limits.callRetryMs`. */
  readonly retryMs?: number;
  /** Longest pause in milliseconds. Default `limits.callRetryMaxMs`. */
  readonly retryMaxMs?: number;
  /** Failures in a row that open the breaker. Default `limits.breakerFailures`. */
  readonly failures?: number;
  /** Milliseconds that it is open at first; twice as long each time that the trial fails. Default `limits.breakerOpenMs`. */
  readonly openMs?: number;
  /** Longest time in milliseconds that it is open. Default `limits.breakerOpenMaxMs`. */
  readonly openMaxMs?: number;
  /**
   * Whether an error says that the other side fails; such a call is tried again. By default what has no code, and `unavailable`,
   * `timeout`, `busy`, `crashed` and `internal`.
   */
  readonly isFailure?: (error: unknown) => boolean;
  /** Hears of each change of the breaker. */
  readonly onState?: (state: BreakerState) => void;
}

/** Figures of a breaker. Totals are since it was made. */
export interface BreakerStats {
  readonly state: BreakerState;
  /** Calls, retries included. */
  readonly submitted: number;
  /** Calls that the other side answered, also with a refusal that is no failure of it. */
  readonly completed: number;
  readonly failed: number;
  /** Calls refused while it was open. */
  readonly rejected: number;
}

const STATES: Readonly<Record<CircuitState, BreakerState>> = {
  [CircuitState.Closed]: 'closed',
  [CircuitState.HalfOpen]: 'half-open',
  [CircuitState.Open]: 'open',
  [CircuitState.Isolated]: 'open',
};

const FAILURES: ReadonlySet<ErrorCode> = new Set(['unavailable', 'timeout', 'busy', 'crashed', 'internal']);

function saysThatItFails(error: unknown): boolean {
  return !(error instanceof SignalboxError) || FAILURES.has(error.code);
}

export class Resilience {
  readonly #what: string;
  readonly #isFailure: (error: unknown) => boolean;
  readonly #timeoutMs: number;
  readonly #timeout: TimeoutPolicy;
  readonly #breaker: CircuitBreakerPolicy;
  readonly #retry: RetryPolicy;
  #open: OpenTime | null = null;
  #submitted = 0;
  #completed = 0;
  #failed = 0;
  #rejected = 0;
  /** Hears how long each call took, in nanoseconds. See `instrumentBreaker`. */
  onRun: ((ns: number) => void) | null = null;

  constructor(options: ResilienceOptions) {
    const { what, isFailure = saysThatItFails } = options;
    const { timeoutMs = limits.callMs.default, attempts = limits.callAttempts.default } = options;
    const { failures = limits.breakerFailures.default, openMs = limits.breakerOpenMs.default } = options;
    const { openMaxMs = limits.breakerOpenMaxMs.default } = options;
    this.#what = what;
    this.#isFailure = isFailure;
    this.#timeoutMs = timeoutMs;
    this.#timeout = timeout(timeoutMs, TimeoutStrategy.Aggressive).dangerouslyUnref();
    this.#breaker = circuitBreaker(
      // A trial whose caller left says nothing of the other side, so the breaker stays open.
      handleWhen(
        (error) => this.#counts(error) || (error instanceof NoVerdict && this.state === 'half-open'),
      ),
      {
        breaker: new ConsecutiveBreaker(failures),
        halfOpenAfter: new OpenTimes(openMs, openMaxMs, (open) => {
          this.#open = open;
        }),
      },
    );
    this.#retry = retry(
      handleWhen((error) => this.#counts(error)),
      {
        maxAttempts: attempts - 1,
        backoff: new ExponentialBackoff({
          initialDelay: options.retryMs ?? limits.callRetryMs.default,
          maxDelay: options.retryMaxMs ?? limits.callRetryMaxMs.default,
        }),
      },
    ).dangerouslyUnref();
    this.#breaker.onStateChange((state) => options.onState?.(STATES[state]));
  }

  get state(): BreakerState {
    return STATES[this.#breaker.state];
  }

  /**
   * Does `work` until it succeeds, as often as it may.
   * @param work gets a signal that says when to give up: at the deadline of the call, or with the caller's
   * @throws SignalboxError `timeout` where no call was answered in time, `unavailable` while the breaker is open, `cancelled` or
   *   `timeout` by the caller's signal; else what the last call threw
   */
  async run<T>(work: (signal: AbortSignal) => Promise<T>, { signal }: WaitOptions = {}): Promise<T> {
    if (signal === undefined) return await this.#retry.execute(() => this.#call(work));
    if (signal.aborted) throw abortedError(signal);
    return await untilAborted(
      this.#retry.execute(() => this.#call(work, signal), signal),
      signal,
    );
  }

  stats(): BreakerStats {
    return {
      state: this.state,
      submitted: this.#submitted,
      completed: this.#completed,
      failed: this.#failed,
      rejected: this.#rejected,
    };
  }

  /** One call, through the breaker. */
  async #call<T>(work: (signal: AbortSignal) => Promise<T>, signal?: AbortSignal): Promise<T> {
    if (signal?.aborted === true) throw abortedError(signal);
    this.#submitted++;
    try {
      return await this.#breaker.execute(() => this.#timed(work, signal));
    } catch (error) {
      if (!(error instanceof BrokenCircuitError)) throw error;
      this.#rejected++;
      throw this.#refusal();
    }
  }

  async #timed<T>(work: (signal: AbortSignal) => Promise<T>, signal?: AbortSignal): Promise<T> {
    const start = performance.now();
    try {
      const result = await this.#timeout.execute((context) => work(context.signal), signal);
      this.#completed++;
      return result;
    } catch (thrown) {
      const error = this.#errorOf(thrown, signal);
      if (this.#counts(error)) this.#failed++;
      else if (!(error instanceof NoVerdict)) this.#completed++;
      throw error;
    } finally {
      this.onRun?.((performance.now() - start) * 1e6);
    }
  }

  #errorOf(thrown: unknown, signal?: AbortSignal): unknown {
    if (signal?.aborted === true) {
      const { code, message, cause } = abortedError(signal);
      return new NoVerdict(code, message, { cause });
    }
    if (!(thrown instanceof TaskCancelledError)) return thrown;
    return new SignalboxError('timeout', `${this.#what} did not answer within ${this.#timeoutMs / 1000} s.`, {
      cause: thrown,
    });
  }

  #counts(error: unknown): boolean {
    return !(error instanceof NoVerdict) && this.#isFailure(error);
  }

  #refusal(): NoVerdict {
    const last = this.#breaker.lastFailure;
    const cause = last !== undefined && 'error' in last ? last.error : undefined;
    const inMs = Math.max(0, (this.#open?.untilMs ?? 0) - performance.now());
    const why = cause === undefined ? '' : ` (${toWireError(cause).message.replace(/\.$/, '')})`;
    return new NoVerdict(
      'unavailable',
      `${this.#what} has failed again and again${why} and is not asked now. It is tried again in ${Math.ceil(inMs / 1000)} s.`,
      { detail: { retryAt: Math.ceil(Date.now() + inMs) }, cause },
    );
  }
}

/** An error that says nothing of the other side: the breaker is open, or the caller has left. */
class NoVerdict extends SignalboxError {}

/** One time that the breaker is open. cockatiel compares the wall clock with `duration`, so that says by the monotonic one whether it is over. */
class OpenTime implements IBackoff<unknown> {
  readonly untilMs: number;
  readonly #ms: number;
  readonly #times: OpenTimes;

  constructor(ms: number, times: OpenTimes) {
    this.#ms = ms;
    this.#times = times;
    this.untilMs = performance.now() + ms;
  }

  get duration(): number {
    return performance.now() < this.untilMs ? Number.POSITIVE_INFINITY : Number.NEGATIVE_INFINITY;
  }

  next(): OpenTime {
    return this.#times.make(this.#ms * 2);
  }
}

class OpenTimes implements IBackoffFactory<unknown> {
  readonly #firstMs: number;
  readonly #maxMs: number;
  readonly #onOpen: (open: OpenTime) => void;

  constructor(firstMs: number, maxMs: number, onOpen: (open: OpenTime) => void) {
    this.#firstMs = firstMs;
    this.#maxMs = maxMs;
    this.#onOpen = onOpen;
  }

  next(): OpenTime {
    return this.make(this.#firstMs);
  }

  make(ms: number): OpenTime {
    const open = new OpenTime(Math.min(ms, this.#maxMs), this);
    this.#onOpen(open);
    return open;
  }
}

/** What `promise` answers, or why the signal has ended the waiting for it: a pause between two calls does not end by it. */
function untilAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const onAbort = () => reject(abortedError(signal));
    signal.addEventListener('abort', onAbort);
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', onAbort));
  });
}

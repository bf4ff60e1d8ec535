/**
 * Calls of something elsewhere that may fail for a while: each with a deadline, tried again after a random pause where that may help, and
 * not even tried while it has failed several times in a row (`circuit-breaker.ts`). Libraries of this kind let the next caller find
 * out whether it is back, and wait by the machine's clock: here a look of its own does, and time is that of a `Clock`.
 */
import type { SignalboxError } from '../../../contract/errors.ts';
import type { Clock } from '../../../kit/clock.ts';
import { abortedError } from './callers.ts';
import { CircuitBreaker, type CircuitBreakerOptions } from './circuit-breaker.ts';

/**
 * What an error says of the other side: that it fails (`fault`), that it is there and declined (`answer`), or `nothing`, since it was not
 * asked for that or was counted already.
 */
export type Verdict = 'fault' | 'answer' | 'nothing';

export interface ResilienceOptions extends CircuitBreakerOptions {
  readonly verdict: (error: unknown) => Verdict;
  /** Whether the same call may succeed after a while. */
  readonly passes: (error: unknown) => boolean;
  /** Milliseconds before the second attempt, before the third and so on; half to all of each is waited. */
  readonly retryMs: readonly number[];
}

export interface CallOptions {
  /** Milliseconds in all. */
  readonly deadlineMs: number;
  /** What a call fails with that has no answer by then. */
  readonly late: () => SignalboxError;
  /** Whether it is tried again where that may help. A call that is not is given up when the breaker opens: somebody waits for it. */
  readonly repeats: boolean;
  readonly signal?: AbortSignal | undefined;
  /** Told of a call that is not refused at once. */
  readonly begun?: () => void;
}

/** Figures. Totals are since it was made. */
export interface ResilienceFigures {
  /** Calls that were begun, those included that were refused. */
  readonly calls: number;
  /** Attempts that the other side answered, be it that it declined. */
  readonly answered: number;
  /** Attempts that came to nothing for a reason of the other side or the way there. */
  readonly faults: number;
  /** Attempts after the first one. */
  readonly retries: number;
}

export class Resilience {
  readonly breaker: CircuitBreaker;
  readonly #options: ResilienceOptions;
  readonly #clock: Clock;
  #calls = 0;
  #answered = 0;
  #faults = 0;
  #retries = 0;
  /** Calls that somebody waits for. */
  readonly #awaited = new Set<AbortController>();
  /** Hears how long each attempt took, in nanoseconds. See `instrumentBreaker`. */
  onRun: ((ns: number) => void) | null = null;

  constructor(options: ResilienceOptions) {
    this.#options = options;
    this.#clock = options.clock;
    this.breaker = new CircuitBreaker({
      ...options,
      onState: (state, why) => {
        if (state === 'open') for (const ending of this.#awaited) ending.abort(this.breaker.refusal());
        options.onState(state, why);
      },
    });
  }

  get figures(): ResilienceFigures {
    return { calls: this.#calls, answered: this.#answered, faults: this.#faults, retries: this.#retries };
  }

  /**
   * Does `work` until it succeeds, as often as it may.
   * @param work gets a signal that says when to give up
   * @throws NotAsked while the breaker is open; what `late` makes; why the signal was aborted; else what the last attempt threw
   */
  async run<Result>(
    work: (signal: AbortSignal) => Promise<Result>,
    { deadlineMs, late, repeats, signal, begun }: CallOptions,
  ): Promise<Result> {
    this.#calls++;
    this.breaker.assertClosed();
    begun?.();
    const ending = new AbortController();
    if (!repeats) this.#awaited.add(ending);
    const waits = repeats ? this.#options.retryMs : [];
    try {
      return await this.#within(deadlineMs, late, ending, signal, () =>
        this.#attempts(work, waits, ending.signal),
      );
    } finally {
      this.#awaited.delete(ending);
    }
  }

  /** Asks once, whatever the breaker says and without telling it: for its looks. Throws as {@link run}. */
  async once<Result>(
    work: (signal: AbortSignal) => Promise<Result>,
    { deadlineMs, late }: Pick<CallOptions, 'deadlineMs' | 'late'>,
  ): Promise<Result> {
    const ending = new AbortController();
    return await this.#within(deadlineMs, late, ending, undefined, () => work(ending.signal));
  }

  /** Looks no more whether the other side is back. What is under way ends by itself. */
  stop(): void {
    this.breaker.stop();
  }

  async #within<Result>(
    deadlineMs: number,
    late: () => SignalboxError,
    ending: AbortController,
    signal: AbortSignal | undefined,
    work: () => Promise<Result>,
  ): Promise<Result> {
    const onAbort = () => ending.abort(signal?.reason);
    if (signal?.aborted === true) onAbort();
    else signal?.addEventListener('abort', onAbort, { once: true });
    const timer = this.#clock.after(deadlineMs, () => ending.abort(late()));
    try {
      return await work();
    } finally {
      timer.cancel();
      signal?.removeEventListener('abort', onAbort);
    }
  }

  async #attempts<Result>(
    work: (signal: AbortSignal) => Promise<Result>,
    waits: readonly number[],
    signal: AbortSignal,
  ): Promise<Result> {
    for (let attempt = 0; ; attempt++) {
      try {
        const result = await this.#timed(() => work(signal));
        this.#answered++;
        this.breaker.succeeded();
        return result;
      } catch (error) {
        this.#judge(error);
        const wait = waits[attempt];
        if (!this.#options.passes(error) || wait === undefined || signal.aborted) throw error;
        await this.#pause(wait, signal);
        this.breaker.assertClosed();
        this.#retries++;
      }
    }
  }

  async #timed<Result>(work: () => Promise<Result>): Promise<Result> {
    const begun = this.#clock.monotonic();
    try {
      return await work();
    } finally {
      this.onRun?.((this.#clock.monotonic() - begun) * 1e6);
    }
  }

  #judge(error: unknown): void {
    const verdict = this.#options.verdict(error);
    if (verdict === 'answer') {
      this.#answered++;
      this.breaker.succeeded();
    }
    if (verdict !== 'fault') return;
    this.#faults++;
    this.breaker.failed(error);
  }

  /** Half to all of a wait. */
  #pause(ms: number, signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const end = () => {
        timer.cancel();
        reject(abortedError(signal));
      };
      const timer = this.#clock.after(ms * (0.5 + this.#options.random() / 2), () => {
        signal.removeEventListener('abort', end);
        resolve();
      });
      signal.addEventListener('abort', end, { once: true });
    });
  }
}

/**
 * Runs functions of modules on a few threads, so that the loop of a daemon computes nothing for long. Tasks wait in a bounded queue with
 * four priorities; threads are started when there is work and end when there is none for a while.
 *
 * Tasks that are submitted in one turn of the loop go to a thread in one message, and their results come back so: a million empty ones
 * a second. One that finds an idle thread goes at once.
 */
import { availableParallelism } from 'node:os';
import { ERROR_CODES, type ErrorCode, SignalboxError } from '../../../contract/errors.ts';
import { Histogram, type HistogramSummary } from '../../../contract/histogram.ts';
import { type Clock, systemClock } from '../../../kit/clock.ts';
import { limits } from '../limits.ts';
import { type LostThread, PoolCrew } from './pool-crew.ts';
import { PoolJob } from './pool-job.ts';
import { sharedNow, type TaskFailure } from './pool-memory.ts';
import type { PoolTask, PoolTicket, RunOptions, TaskTimes } from './pool-task.ts';
import { PriorityLanes } from './priority-lanes.ts';
import { PricedTask } from './task-price.ts';

const NS_PER_MS = 1e6;

export interface ThreadPoolOptions {
  /** Tells it from others in logs, metrics and names of threads. */
  readonly name: string;
  /** Threads that stay when there is nothing to do. Default 0; none is started before the first task, or {@link ThreadPool.warm}. */
  readonly min?: number;
  /** Threads at most. Default, and for work that computes the most that makes sense: cores less one, at least 1. */
  readonly max?: number;
  /** Tasks that may wait; default `threadPoolWaiting`. */
  readonly capacity?: number;
  /** How long a thread has nothing to do before it ends, in milliseconds; default `threadPoolIdleMs`. */
  readonly idleMs?: number;
  /** How long a task may run, in milliseconds, where it does not say otherwise; default `threadPoolRunMs`. */
  readonly runMs?: number;
  /** Added to the niceness of its threads, on Linux; default `threadPoolNice`. Elsewhere threads have none of their own. */
  readonly nice?: number;
  /** Told of threads that hang or end unasked, after they were replaced. */
  readonly onLost?: (lost: LostThread) => void;
  readonly clock?: Clock;
}

/** Figures of a pool. Totals are since it was made. */
export interface PoolStats {
  /** Tasks that wait for a thread. */
  readonly depth: number;
  readonly highWater: number;
  readonly capacity: number;
  /** Threads that have a task, have none, and are allowed. */
  readonly active: number;
  readonly idle: number;
  readonly max: number;
  readonly submitted: number;
  readonly completed: number;
  readonly failed: number;
  readonly cancelled: number;
  readonly rejected: number;
  /** Threads that hung or ended unasked. */
  readonly lost: number;
  /** Until a task began, and from then to its end, in seconds. */
  readonly wait: HistogramSummary;
  readonly run: HistogramSummary;
}

/** Is told what each task took, and which function it was. */
export type TimesListener = (times: TaskTimes, name: string) => void;

export class ThreadPool {
  readonly name: string;
  readonly #max: number;
  readonly #capacity: number;
  readonly #runMs: number;
  readonly #clock: Clock;
  readonly #lanes = new PriorityLanes<PoolJob>();
  readonly #crew: PoolCrew;
  readonly #functions: PricedTask[] = [];
  readonly #byKey = new Map<string, PricedTask>();
  readonly #wait = new Histogram();
  readonly #run = new Histogram();
  #times: TimesListener | null = null;
  #submitted = 0;
  #completed = 0;
  #failed = 0;
  #cancelled = 0;
  #rejected = 0;
  #highWater = 0;
  #handOutIsDue = false;
  /** Whether tasks of this turn of the loop have been handed out already; the others go together at its end. */
  #handedThisTurn = false;
  #closing: Promise<boolean> | null = null;
  #whenDrained: (() => void) | null = null;

  constructor(options: ThreadPoolOptions) {
    const { name, clock = systemClock, onLost = () => {} } = options;
    this.name = name;
    this.#clock = clock;
    this.#max = options.max ?? Math.max(1, availableParallelism() - 1);
    this.#capacity = options.capacity ?? limits.threadPoolWaiting.default;
    this.#runMs = options.runMs ?? limits.threadPoolRunMs.default;
    const {
      min = 0,
      idleMs = limits.threadPoolIdleMs.default,
      nice = limits.threadPoolNice.default,
    } = options;
    for (const [what, value, least] of [
      ['max', this.#max, 1],
      ['min', min, 0],
      ['capacity', this.#capacity, 1],
    ] as const)
      if (!Number.isSafeInteger(value) || value < least)
        throw new SignalboxError(
          'bad_request',
          `${what} is ${value}: expected a whole number from ${least}.`,
        );
    if (min > this.#max)
      throw new SignalboxError('bad_request', `min is ${min}: expected at most max, which is ${this.#max}.`);
    this.#crew = new PoolCrew(
      { name, min, max: this.#max, idleMs, nice, clock, onLost },
      this.#lanes,
      this.#functions,
      {
        ended: (job, result, failure, times) => this.#ended(job, result, failure, times),
        unfit: (job, error) => this.#fail(job, error),
        drained: () => this.#whenDrained?.(),
      },
    );
  }

  /**
   * Runs a function with a copy of the argument, which is made when a thread takes it: do not change it before.
   * @returns the copy of what it returned
   * @throws SignalboxError as {@link submit}
   */
  run<Argument, Result>(
    task: PoolTask<Argument, Result>,
    argument: Argument,
    options?: RunOptions,
  ): Promise<Result> {
    try {
      return this.#submit(task, argument, options).result as Promise<Result>;
    } catch (error) {
      return Promise.reject(error);
    }
  }

  /**
   * Like {@link run}, with the state of the task and a way to cancel it. `result` rejects with `cancelled`; `timeout` when it ran for
   * too long; `crashed` when its thread ended; `unavailable` when no thread can be started; `bad_request` when something cannot be
   * copied; `not_found` when there is no such function; the code of a SignalboxError that the function threw; else `internal`.
   * @throws SignalboxError `limit_reached` when too many tasks wait, `refused` when the pool is closed
   */
  submit<Argument, Result>(
    task: PoolTask<Argument, Result>,
    argument: Argument,
    options?: RunOptions,
  ): PoolTicket<Result> {
    const job = this.#submit(task, argument, options);
    // Whoever looks at the state alone need not handle it.
    job.result.catch(() => {});
    return job as PoolTicket<Result>;
  }

  /**
   * Starts the threads that stay, and has them load functions, so that the first tasks do not wait for that. Once the pool is closed it
   * does nothing.
   */
  warm(tasks: readonly PoolTask<never, unknown>[]): void {
    if (this.#closing !== null) return;
    for (const task of tasks) this.#priced(task);
    this.#crew.warm();
  }

  /** Takes a task back that has not begun, or tells it; see {@link PoolTicket.cancel}. Called by tasks. */
  cancel(job: PoolJob): void {
    if (job.ended) return;
    const held = job.holder;
    if (held === null) this.#lanes.remove(job);
    else if (!held.withdraw(job)) {
      held.tellCancelled(job);
      return;
    }
    this.#fail(job, cancelledError(job, 'before it began'));
  }

  /** Tells `listener` from now on what tasks take; an instrument does. */
  onTimes(listener: TimesListener | null): void {
    this.#times = listener;
  }

  /** Whether as many tasks wait as may: the next is refused. */
  get full(): boolean {
    return this.#lanes.size >= this.#capacity;
  }

  stats(): PoolStats {
    const { active, idle, lost } = this.#crew;
    return {
      depth: this.#lanes.size,
      highWater: this.#highWater,
      capacity: this.#capacity,
      active,
      idle,
      max: this.#max,
      submitted: this.#submitted,
      completed: this.#completed,
      failed: this.#failed,
      cancelled: this.#cancelled,
      rejected: this.#rejected,
      lost,
      wait: this.#wait.summary(),
      run: this.#run.summary(),
    };
  }

  /**
   * Takes nothing more in, lets all that was taken in end, and ends the threads. After `timeoutMs` it cancels what is left and ends the
   * threads where they stand. Again, it is the same closing.
   * @returns whether everything had ended in time
   */
  close(timeoutMs: number): Promise<boolean> {
    this.#closing ??= this.#close(timeoutMs);
    return this.#closing;
  }

  async #close(timeoutMs: number): Promise<boolean> {
    const inTime = await new Promise<boolean>((resolve) => {
      const deadline = this.#clock.after(timeoutMs, () => resolve(false));
      this.#whenDrained = () => {
        deadline.cancel();
        resolve(true);
      };
      if (this.#crew.drained) this.#whenDrained();
    });
    this.#whenDrained = null;
    for (let job = this.#lanes.take(); job !== null; job = this.#lanes.take())
      this.#fail(job, cancelledError(job, 'before it began, because the pool closed'));
    const left = await this.#crew.end(inTime ? limits.threadPoolStopMs.default : 0);
    for (const job of left) if (!job.ended) this.#fail(job, cancelledError(job, 'because the pool closed'));
    return inTime;
  }

  #submit(task: PoolTask<never, unknown>, argument: unknown, options: RunOptions | undefined): PoolJob {
    if (this.#closing !== null)
      throw new SignalboxError('refused', `The pool ${this.name} is closed: it takes no more tasks.`);
    if (options?.signal?.aborted === true)
      throw new SignalboxError('cancelled', `${task.name} was cancelled before it was submitted.`);
    if (this.full) {
      this.#rejected++;
      throw new SignalboxError(
        'limit_reached',
        `${this.#capacity} tasks wait in the pool ${this.name}, as many as may. Try again later.`,
      );
    }
    const job = new PoolJob(
      this,
      ++this.#submitted,
      this.#priced(task),
      argument,
      options?.priority ?? 'normal',
      options?.group,
      options?.transfer ?? null,
      options?.runMs ?? this.#runMs,
      sharedNow(),
    );
    job.onTimes = options?.onTimes ?? null;
    if (options?.signal !== undefined) cancelWith(job, options.signal);
    this.#lanes.push(job);
    if (this.#lanes.size > this.#highWater) this.#highWater = this.#lanes.size;
    this.#handOutSoon();
    return job;
  }

  #priced({ key, module, name }: PoolTask<never, unknown>): PricedTask {
    let priced = this.#byKey.get(key);
    if (priced === undefined) {
      priced = new PricedTask(this.#functions.length, module, name);
      this.#functions.push(priced);
      this.#byKey.set(key, priced);
    }
    return priced;
  }

  /** With what else is submitted meanwhile. */
  #handOutSoon(): void {
    if (this.#handOutIsDue) return;
    this.#handOutIsDue = true;
    if (this.#handedThisTurn) return;
    this.#handedThisTurn = true;
    queueMicrotask(this.#handOutNow);
    setImmediate(this.#endTurn);
  }

  readonly #handOutNow = () => {
    this.#handOutIsDue = false;
    this.#crew.handOut();
  };

  readonly #endTurn = () => {
    this.#handedThisTurn = false;
    if (this.#handOutIsDue) this.#handOutNow();
  };

  #ended(job: PoolJob, result: unknown, failure: TaskFailure | null, times: TaskTimes): void {
    this.#wait.record(Math.max(0, times.waitMs * NS_PER_MS));
    this.#run.record(Math.max(0, times.runMs * NS_PER_MS));
    this.#times?.(times, job.task.name);
    job.onTimes?.(times);
    if (failure !== null) {
      this.#fail(job, errorOf(job, failure));
      return;
    }
    this.#completed++;
    job.complete(result);
  }

  #fail(job: PoolJob, error: SignalboxError): void {
    if (error.code === 'cancelled') this.#cancelled++;
    else this.#failed++;
    job.fail(error);
  }
}

function cancelWith(job: PoolJob, signal: AbortSignal): void {
  const cancel = () => job.cancel();
  signal.addEventListener('abort', cancel, { once: true });
  job.whenEnded = () => signal.removeEventListener('abort', cancel);
}

function cancelledError(job: PoolJob, when: string): SignalboxError {
  return new SignalboxError('cancelled', `${job.task.name} was cancelled ${when}.`);
}

function errorOf(job: PoolJob, { cancelled, code, message, stack, detail }: TaskFailure): SignalboxError {
  if (cancelled) return cancelledError(job, 'while it ran');
  const known = code !== null && code in ERROR_CODES ? (code as ErrorCode) : 'internal';
  const error = new SignalboxError(known, message, { detail: detail as SignalboxError['detail'] });
  error.stack = stack;
  return error;
}

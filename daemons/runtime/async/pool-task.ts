/** The names and the shape of what a ThreadPool runs. */
import type { TransferListItem } from 'node:worker_threads';
import type { Priority } from './priority-lanes.ts';

/**
 * A function of a module that threads load. It is given a copy of the argument and returns, at once or by a promise, what can be
 * copied. It may not rely on anything that another call has left behind, because another thread may run the next one; and it may not
 * change its argument, because tasks that are sent together share what their arguments share.
 */
export type TaskFunction<Argument, Result> = (argument: Argument, call: TaskCall) => Result;

/** Given to a function while it runs. */
export interface TaskCall {
  /** Whether it was cancelled: a look at shared memory. Who sees it and then throws or returns was cancelled. */
  readonly cancelled: boolean;
  /** Moves parts of the result instead of copying them. */
  transfer(items: readonly TransferListItem[]): void;
}

/** A function that can be run in a pool, by its name. Made once, where it is used, by {@link poolTask}. */
export interface PoolTask<Argument, Result> {
  /** Module and export; the same for the same function. */
  readonly key: string;
  readonly module: string;
  readonly name: string;
  /** Says only to the compiler what it takes and gives. */
  readonly types?: (argument: Argument) => Result;
}

/**
 * Names a function for a pool: `poolTask<typeof tasks.hash>(new URL('password-tasks.ts', import.meta.url), 'hash')`, where `tasks` is
 * imported as a type only. Modules of such functions are called `*-tasks.ts`; the build finds them by that.
 */
export function poolTask<Run extends TaskFunction<never, unknown>>(
  module: URL,
  name: string,
): PoolTask<Parameters<Run>[0], Awaited<ReturnType<Run>>> {
  return { key: `${module.href}#${name}`, module: module.href, name };
}

/** `pending` until a thread begins it. */
export type TaskState = 'pending' | 'running' | 'completed' | 'cancelled' | 'failed';

/** What a task took, in milliseconds. */
export interface TaskTimes {
  /** From its submission until a thread began it. */
  readonly waitMs: number;
  /** On the thread. */
  readonly runMs: number;
  /** From its end until the loop took its result, be it that the loop or the thread was busy. */
  readonly backMs: number;
}

export interface RunOptions {
  /** Default `normal`. */
  readonly priority?: Priority;
  /** Tasks of different groups (clients, addresses) take turns within a priority. All that name none are one group. */
  readonly group?: unknown;
  /** Cancels the task when it is aborted. */
  readonly signal?: AbortSignal;
  /** Parts of the argument that are moved to the thread instead of copied. */
  readonly transfer?: readonly TransferListItem[];
  /** How long it may run, in milliseconds; then its thread is ended and replaced. The pool has a default. */
  readonly runMs?: number;
  /** Told what it took, just before its result is there; not of what never ended on a thread. */
  readonly onTimes?: (times: TaskTimes) => void;
}

/** A task that was given to a pool. */
export interface PoolTicket<Result> {
  /** Counts up from 1 in each pool. */
  readonly id: number;
  readonly state: TaskState;
  /** Rejects with a SignalboxError only; `ThreadPool.submit` says with which codes. */
  readonly result: Promise<Result>;
  /**
   * A task that waits never begins. A running one is told, by `call.cancelled`, and ends when it likes. After its end it does nothing.
   */
  cancel(): void;
}

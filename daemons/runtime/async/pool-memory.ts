/**
 * What a pool and one of its threads share: for each task that was handed to the thread a word that says how far it is, and when it
 * began and ended. So nothing is sent to cancel a task, and the pool sees what a thread that hangs is at.
 */

/** Tasks that a thread has at once; a power of two. */
export const SLOTS = 2_048;
export const SLOT_MASK = SLOTS - 1;
/** Tasks of one message at most: several are under way, so that neither side waits for the other. */
export const MOST_TASKS_A_POST = SLOTS / 4;

/** How far a task is. A slot is `handed` when it is free, too. */
export const taskWord = { handed: 0, running: 1, cancelled: 2, withdrawn: 3, done: 4 } as const;

/** The memory, as it is posted to the thread. */
export interface PoolMemory {
  /** A {@link taskWord} for each slot. */
  readonly states: Int32Array;
  /** Of each slot when it began and when it ended, in milliseconds of {@link sharedNow}. */
  readonly times: Float64Array;
}

export function makePoolMemory(): PoolMemory {
  return {
    states: new Int32Array(new SharedArrayBuffer(SLOTS * Int32Array.BYTES_PER_ELEMENT)),
    times: new Float64Array(new SharedArrayBuffer(2 * SLOTS * Float64Array.BYTES_PER_ELEMENT)),
  };
}

/** What a thread is started with. */
export interface PoolThreadData extends PoolMemory {
  /** Added to the thread's niceness where threads have one of their own. */
  readonly nice: number;
}

/** A function that a later task names by its index. */
export interface TaskDefinition {
  readonly index: number;
  readonly module: string;
  readonly name: string;
}

/** Tasks: the index of a function and its argument, in turn. Their slots follow those of the message before. */
export type TaskPost = readonly unknown[];

/** What a task failed with, so that it can be copied whatever was thrown. */
export interface TaskFailure {
  readonly cancelled: boolean;
  /** Of a SignalboxError. */
  readonly code: string | null;
  readonly message: string;
  readonly stack: string;
  readonly detail: unknown;
}

/** Results of the next so many slots, in order; a failure is in `failures` by its place in the message. */
export interface TaskReply {
  readonly results: readonly unknown[];
  readonly failures: ReadonlyMap<number, TaskFailure> | null;
}

/** Of several looks the one between whose two clocks the least time went by: a thread may stand still there for long. */
const PERFORMANCE_BASE = Math.max(
  ...Array.from({ length: 5 }, () => Number(process.hrtime.bigint()) / 1e6 - performance.now()),
);

/** Milliseconds of a clock that never jumps and is the same in all threads; `performance.now()` begins anew in each. */
export function sharedNow(): number {
  return performance.now() + PERFORMANCE_BASE;
}

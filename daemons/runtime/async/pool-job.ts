/** One task of a ThreadPool, from its submission to its end. */
import type { TransferListItem } from 'node:worker_threads';
import type { SignalboxError } from '../../../contract/errors.ts';
import type { PoolTicket, TaskState, TaskTimes } from './pool-task.ts';
import { LaneEntry, type Priority } from './priority-lanes.ts';
import type { PricedTask } from './task-price.ts';

/** The thread that has the task, as far as the task needs it. */
interface Holder {
  hasBegun(job: PoolJob): boolean;
  withdraw(job: PoolJob): boolean;
  tellCancelled(job: PoolJob): void;
}

/** Where a task is cancelled. */
interface JobOwner {
  cancel(job: PoolJob): void;
}

export class PoolJob extends LaneEntry implements PoolTicket<unknown> {
  readonly id: number;
  readonly task: PricedTask;
  readonly argument: unknown;
  /** Null where nothing is moved. A task that moves something is handed to a thread once only. */
  readonly transfer: readonly TransferListItem[] | null;
  readonly runMs: number;
  /** When it was submitted, in milliseconds of `sharedNow`. */
  readonly submittedMs: number;
  readonly result: Promise<unknown>;
  /** The thread that has it, and the slot there. */
  holder: Holder | null = null;
  slot = -1;
  /** What it is expected to take, as it was when it was handed to the thread. */
  plannedMs = 0;
  /** Called at its end, to let go of the signal that may cancel it. */
  whenEnded: (() => void) | null = null;
  /** Told what it took. */
  onTimes: ((times: TaskTimes) => void) | null = null;
  readonly #owner: JobOwner;
  #end: TaskState | null = null;
  #resolve!: (result: unknown) => void;
  #reject!: (error: SignalboxError) => void;

  constructor(
    owner: JobOwner,
    id: number,
    task: PricedTask,
    argument: unknown,
    priority: Priority,
    group: unknown,
    transfer: readonly TransferListItem[] | null,
    runMs: number,
    submittedMs: number,
  ) {
    super(priority, group);
    this.#owner = owner;
    this.id = id;
    this.task = task;
    this.argument = argument;
    this.transfer = transfer;
    this.runMs = runMs;
    this.submittedMs = submittedMs;
    this.result = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
  }

  get state(): TaskState {
    if (this.#end !== null) return this.#end;
    return this.holder?.hasBegun(this) === true ? 'running' : 'pending';
  }

  get ended(): boolean {
    return this.#end !== null;
  }

  cancel(): void {
    this.#owner.cancel(this);
  }

  complete(result: unknown): void {
    this.#close('completed');
    this.#resolve(result);
  }

  /** Ends it as failed or cancelled. */
  fail(error: SignalboxError): void {
    this.#close(error.code === 'cancelled' ? 'cancelled' : 'failed');
    this.#reject(error);
  }

  #close(end: TaskState): void {
    this.#end = end;
    this.holder = null;
    this.whenEnded?.();
    this.whenEnded = null;
  }
}

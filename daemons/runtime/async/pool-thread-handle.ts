/** The pool's side of one of its threads: which tasks it has, in the order in which it runs them, and how far it is with them. */
import { SignalboxError } from '../../../contract/errors.ts';
import { AsyncWorker, type WorkerEnd } from './async-worker.ts';
import type { PoolJob } from './pool-job.ts';
import {
  makePoolMemory,
  type PoolThreadData,
  SLOT_MASK,
  SLOTS,
  sharedNow,
  type TaskDefinition,
  type TaskFailure,
  type TaskReply,
  taskWord,
} from './pool-memory.ts';
import type { TaskTimes } from './pool-task.ts';
import type { PricedTask } from './task-price.ts';

/** Told what happens at a thread. */
export interface ThreadOwner {
  /** The thread can be handed tasks. */
  ready(thread: PoolThreadHandle): void;
  /** A task has ended. */
  ended(job: PoolJob, result: unknown, failure: TaskFailure | null, times: TaskTimes): void;
  /** A task could not be handed over. */
  unfit(job: PoolJob, error: SignalboxError): void;
  /** Tasks of one message have ended. */
  progressed(thread: PoolThreadHandle): void;
  /** The thread has ended although nobody asked it to. */
  lost(thread: PoolThreadHandle, end: WorkerEnd): void;
}

/** What a thread that is no more has left behind. */
export interface LeftOver {
  /** The one that it was at. */
  readonly running: PoolJob | null;
  /** They have run, but their results are lost. */
  readonly unreported: readonly PoolJob[];
  /** They have not begun. */
  readonly untouched: readonly PoolJob[];
}

/** Where the thread's module is; the build replaces it. */
const MODULE = new URL('pool-thread.ts', import.meta.url);

export class PoolThreadHandle {
  readonly name: string;
  /** When it was last handed something while it had nothing, or answered; in milliseconds of the pool's clock. */
  progressMs = 0;
  /** When it is to be looked at, unless it answers before; in milliseconds of the pool's clock. */
  lookMs = Number.POSITIVE_INFINITY;
  /** Expected time of what it was handed, in milliseconds. */
  plannedMs = 0;
  /** Whether it was handed more than it gets done; nothing is handed to it until it answers. */
  stuck = false;
  ready = false;
  readonly #worker: AsyncWorker;
  readonly #owner: ThreadOwner;
  readonly #memory = makePoolMemory();
  readonly #jobs: (PoolJob | null)[] = new Array(SLOTS).fill(null);
  /** The next slot that is answered, and the next that is handed out; both only count up. */
  #head = 0;
  #tail = 0;
  #defined = 0;

  constructor(name: string, nice: number, owner: ThreadOwner) {
    this.name = name;
    this.#owner = owner;
    this.#worker = new AsyncWorker({
      name,
      module: MODULE,
      data: { ...this.#memory, nice } satisfies PoolThreadData,
      onMessage: (message) => {
        if (message === 'ready') this.#begin();
        else this.#take(message as TaskReply);
      },
      onEnd: (end) => {
        if (!end.asked) owner.lost(this, end);
      },
    });
  }

  /** Tasks that it has and has not answered. */
  get handed(): number {
    return this.#tail - this.#head;
  }

  get freeSlots(): number {
    return SLOTS - this.handed;
  }

  /** It has answered, or has been handed something while it had nothing: it has as long as the first of its tasks may run. */
  progressed(nowMs: number): void {
    this.progressMs = nowMs;
    this.lookMs = nowMs + this.#firstRunMs();
  }

  /** Sets when it is to be looked at again: when the task that it is at should have ended. */
  lookAgain(nowMs: number): void {
    const running = this.running();
    this.lookMs =
      running === null
        ? nowMs + this.#firstRunMs()
        : nowMs + running.job.runMs - Math.max(0, running.sinceMs);
  }

  /** Has it load functions that it has not loaded yet. */
  define(functions: readonly PricedTask[]): void {
    for (; this.#defined < functions.length; this.#defined++) {
      const { index, module, name } = functions[this.#defined]!;
      this.#worker.post({ index, module, name } satisfies TaskDefinition);
    }
  }

  /** Hands tasks to it. What cannot be copied is refused by itself. */
  hand(jobs: readonly PoolJob[], functions: readonly PricedTask[]): void {
    this.define(functions);
    if (this.handed === 0) this.#worker.keepAlive(true);
    if (!this.#post(jobs)) for (const job of jobs) this.#postAlone(job);
    if (this.handed === 0) this.#worker.keepAlive(false);
  }

  /** Whether it is at a task, or has done it. */
  hasBegun(job: PoolJob): boolean {
    return Atomics.load(this.#memory.states, job.slot) !== taskWord.handed;
  }

  /** Takes a task back that it has not begun; false where it has. */
  withdraw(job: PoolJob): boolean {
    if (!this.#exchange(job.slot, taskWord.handed, taskWord.withdrawn)) return false;
    this.#jobs[job.slot] = null;
    this.plannedMs -= job.plannedMs;
    job.holder = null;
    return true;
  }

  /** Tells a running task that it is cancelled. */
  tellCancelled(job: PoolJob): void {
    this.#exchange(job.slot, taskWord.running, taskWord.cancelled);
  }

  /** Takes back all that it has not begun and that can be handed to another, in order. */
  withdrawWaiting(): PoolJob[] {
    return this.#held().filter((job) => job.transfer === null && this.withdraw(job));
  }

  /** The task that it is at, and for how long already, in milliseconds; null where it is at none. */
  running(): { job: PoolJob; sinceMs: number } | null {
    const { states, times } = this.#memory;
    for (const job of this.#held()) {
      const state = Atomics.load(states, job.slot);
      if (state === taskWord.running || state === taskWord.cancelled)
        return { job, sinceMs: sharedNow() - times[2 * job.slot]! };
    }
    return null;
  }

  /** Takes its tasks from it, because it is no more. */
  abandon(): LeftOver {
    const running = this.running()?.job ?? null;
    const held = this.#held();
    const untouched = held.filter((job) => this.withdraw(job));
    const unreported = held.filter((job) => job.holder !== null && job !== running);
    this.#head = this.#tail;
    return { running, unreported, untouched };
  }

  /** Where it is just now; see {@link AsyncWorker.stack}. */
  stack(): Promise<string | null> {
    return this.#worker.stack();
  }

  /** Ends it when it has nothing more to do; at once where that takes longer than `timeoutMs`. */
  async stop(timeoutMs: number): Promise<void> {
    this.#worker.signalStop();
    await this.#worker.join(timeoutMs);
    await this.#worker.destroy();
  }

  /** How long the task may run that it answers next, of those that were not taken back. */
  #firstRunMs(): number {
    for (let slot = this.#head; slot < this.#tail; slot++) {
      const job = this.#jobs[slot & SLOT_MASK]!;
      if (job !== null) return job.runMs;
    }
    return Number.POSITIVE_INFINITY;
  }

  #held(): PoolJob[] {
    const held: PoolJob[] = [];
    for (let slot = this.#head; slot < this.#tail; slot++) {
      const job = this.#jobs[slot & SLOT_MASK]!;
      if (job !== null) held.push(job);
    }
    return held;
  }

  #exchange(slot: number, from: number, to: number): boolean {
    return Atomics.compareExchange(this.#memory.states, slot, from, to) === from;
  }

  #post(jobs: readonly PoolJob[]): boolean {
    // Filled one by one: an array that was made with its length is copied as if it had holes, which takes several times as long.
    const message: unknown[] = [];
    const moved = [];
    for (const job of jobs) {
      message.push(job.task.index, job.argument);
      if (job.transfer !== null) moved.push(...job.transfer);
    }
    try {
      this.#worker.post(message, moved);
    } catch {
      return false;
    }
    for (const job of jobs) {
      job.slot = this.#tail++ & SLOT_MASK;
      job.holder = this;
      this.plannedMs += job.plannedMs;
      this.#jobs[job.slot] = job;
    }
    return true;
  }

  #postAlone(job: PoolJob): void {
    if (this.#post([job])) return;
    const message = `The argument of ${job.task.name} cannot be copied to a thread: give data, no functions and no handles.`;
    this.#owner.unfit(job, new SignalboxError('bad_request', message));
  }

  #begin(): void {
    this.ready = true;
    this.#worker.keepAlive(false);
    this.#owner.ready(this);
  }

  #take({ results, failures }: TaskReply): void {
    const { states, times } = this.#memory;
    this.stuck = false;
    const now = sharedNow();
    let priced: PricedTask | null = null;
    for (let i = 0; i < results.length; i++) {
      const slot = this.#head++ & SLOT_MASK;
      Atomics.store(states, slot, taskWord.handed);
      const job = this.#jobs[slot]!;
      if (job === null) continue;
      this.#jobs[slot] = null;
      this.plannedMs -= job.plannedMs;
      const began = times[2 * slot]!;
      const ended = times[2 * slot + 1]!;
      const runMs = ended - began;
      if (job.task !== priced) {
        priced?.settle();
        priced = job.task;
      }
      priced.ran(runMs);
      const took = { waitMs: began - job.submittedMs, runMs, backMs: now - ended };
      this.#owner.ended(job, results[i], failures?.get(i) ?? null, took);
    }
    priced?.settle();
    if (this.handed === 0) {
      // Sums of fractions drift.
      this.plannedMs = 0;
      this.#worker.keepAlive(false);
    }
    this.#owner.progressed(this);
  }
}

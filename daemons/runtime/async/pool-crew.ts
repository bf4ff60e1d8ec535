/**
 * The threads of a ThreadPool: how many there are, which task goes to which, and what becomes of one that hangs or ends. Threads are
 * started when something waits that is worth one, and end when they have had nothing to do for a while.
 */
import { stat } from 'node:fs';
import { SignalboxError } from '../../../contract/errors.ts';
import type { Clock, Timer } from '../../../kit/clock.ts';
import { limits } from '../limits.ts';
import type { WorkerEnd } from './async-worker.ts';
import type { PoolJob } from './pool-job.ts';
import { MOST_TASKS_A_POST } from './pool-memory.ts';
import { PoolThreadHandle, type ThreadOwner } from './pool-thread-handle.ts';
import type { PriorityLanes } from './priority-lanes.ts';
import type { PricedTask } from './task-price.ts';
import { whereItIs } from './worker-log.ts';

/** Work that a thread is handed at once, in milliseconds: as much as it takes not to wait for the next message. */
const HANDED_MS = limits.threadPoolHandedMs.default;
const GROW_MS = limits.threadPoolGrowMs.default;
const STUCK_MS = limits.threadPoolStuckMs.default;
const STOP_MS = limits.threadPoolStopMs.default;

/** A thread that a pool has lost: it hung, or ended unasked. */
export interface LostThread {
  readonly pool: string;
  readonly thread: string;
  readonly how: 'hung' | 'threw' | 'exited' | 'returned' | 'destroyed';
  /** The function that it was at; null where it was at none. */
  readonly task: string | null;
  /** What it was at, in words, with its stack. */
  readonly message: string;
}

export interface CrewOptions {
  readonly name: string;
  readonly min: number;
  readonly max: number;
  readonly idleMs: number;
  readonly nice: number;
  readonly clock: Clock;
  readonly onLost: (lost: LostThread) => void;
}

/** Told how tasks end. */
export interface CrewOwner extends Pick<ThreadOwner, 'ended' | 'unfit'> {
  /** Nothing waits and nothing runs. */
  drained(): void;
}

export class PoolCrew {
  readonly #options: CrewOptions;
  readonly #lanes: PriorityLanes<PoolJob>;
  readonly #functions: readonly PricedTask[];
  readonly #owner: CrewOwner;
  readonly #threads: PoolThreadHandle[] = [];
  readonly #ending = new Set<Promise<void>>();
  #started = 0;
  /** Since when something waits for which there is no thread, or null. */
  #shortSinceMs: number | null = null;
  #timer: Timer | null = null;
  #timerDueMs = 0;
  /** Threads that hung or ended unasked. */
  lost = 0;

  constructor(
    options: CrewOptions,
    lanes: PriorityLanes<PoolJob>,
    functions: readonly PricedTask[],
    owner: CrewOwner,
  ) {
    this.#options = options;
    this.#lanes = lanes;
    this.#functions = functions;
    this.#owner = owner;
  }

  /** Threads that have a task. */
  get active(): number {
    return this.#threads.filter((thread) => thread.handed > 0).length;
  }

  /** Threads that have started and have no task. */
  get idle(): number {
    return this.#threads.filter((thread) => thread.ready && thread.handed === 0).length;
  }

  /** Threads that are there, those that are being started included. */
  get size(): number {
    return this.#threads.length;
  }

  /** Whether nothing waits and nothing runs. */
  get drained(): boolean {
    return this.#lanes.size === 0 && this.active === 0;
  }

  /** Gives what waits to threads that have room, and starts one where that is worth it. */
  handOut(): void {
    for (let next = this.#lanes.peek(); next !== null; next = this.#lanes.peek()) {
      const thread = this.#roomFor(next);
      if (thread === null) break;
      const wasIdle = thread.handed === 0;
      thread.hand(this.#batchFor(thread), this.#functions);
      if (wasIdle) thread.progressed(this.#now());
    }
    if (this.#lanes.size === 0) this.#shortSinceMs = null;
    else this.#growWhereItIsWorthIt();
    this.#watch();
    if (this.drained) this.#owner.drained();
  }

  /** Starts the threads that stay; each loads the functions that there are. */
  warm(): void {
    while (this.size < this.#options.min) this.#start();
    for (const thread of this.#threads) if (thread.ready) thread.define(this.#functions);
  }

  /** Ends every thread: when it is done, or at once where that takes longer than `timeoutMs`. What they have is given back. */
  async end(timeoutMs: number): Promise<PoolJob[]> {
    this.#timer?.cancel();
    const left: PoolJob[] = [];
    for (const thread of this.#threads.splice(0)) {
      const { running, unreported, untouched } = thread.abandon();
      left.push(...unreported, ...untouched);
      if (running !== null) left.push(running);
      this.#end(thread, timeoutMs);
    }
    await Promise.all(this.#ending);
    return left;
  }

  #now(): number {
    return this.#options.clock.monotonic();
  }

  /** An idle thread, else the one that has least to do, if the task is short enough to be handed to a busy one. */
  #roomFor(job: PoolJob): PoolThreadHandle | null {
    const ms = priceOf(job);
    let best: PoolThreadHandle | null = null;
    for (const thread of this.#threads) {
      if (!thread.ready || thread.stuck) continue;
      if (thread.handed === 0) return thread;
      if (thread.freeSlots === 0 || thread.plannedMs + ms > HANDED_MS) continue;
      if (best === null || thread.plannedMs < best.plannedMs) best = thread;
    }
    return best;
  }

  /** What a thread is handed in one message: not more than its share of what waits, where others are idle too. */
  #batchFor(thread: PoolThreadHandle): PoolJob[] {
    const share = Math.ceil(this.#lanes.size / Math.max(1, this.idle));
    const most = Math.min(MOST_TASKS_A_POST, thread.freeSlots, share);
    const batch: PoolJob[] = [];
    let plannedMs = thread.plannedMs;
    for (let job = this.#lanes.peek(); job !== null && batch.length < most; job = this.#lanes.peek()) {
      job.plannedMs = priceOf(job);
      if (batch.length > 0 && plannedMs + job.plannedMs > HANDED_MS) break;
      plannedMs += job.plannedMs;
      this.#lanes.take();
      batch.push(job);
    }
    return batch;
  }

  /** Something waits. */
  #growWhereItIsWorthIt(): void {
    if (this.size >= this.#options.max || this.#threads.some(({ ready }) => !ready)) return;
    this.#shortSinceMs ??= this.#now();
    const each = this.#lanes.peek()!.task.ms ?? GROW_MS;
    const worthIt = each * this.#lanes.size >= GROW_MS || this.#now() - this.#shortSinceMs >= GROW_MS;
    if (this.size === 0 || worthIt) this.#start();
  }

  #start(): void {
    this.#shortSinceMs = null;
    if (this.#started === 0) keepSharedThreadsNormal();
    const name = `${this.#options.name} ${++this.#started}`;
    this.#threads.push(
      new PoolThreadHandle(name, this.#options.nice, {
        ready: (thread) => {
          thread.progressed(this.#now());
          thread.define(this.#functions);
          this.handOut();
        },
        ended: (job, result, failure, times) => this.#owner.ended(job, result, failure, times),
        unfit: (job, error) => this.#owner.unfit(job, error),
        progressed: (thread) => {
          thread.progressed(this.#now());
          this.handOut();
        },
        lost: (thread, end) => this.#replace(thread, end),
      }),
    );
  }

  /** Sets the timer for the first moment at which something has to be looked after. */
  #watch(): void {
    const dueMs = this.#firstDueMs();
    if (this.#timer !== null && this.#timerDueMs <= dueMs) return;
    this.#timer?.cancel();
    this.#timer = null;
    if (dueMs === Number.POSITIVE_INFINITY) return;
    this.#timerDueMs = dueMs;
    this.#timer = this.#options.clock.after(Math.max(0, dueMs - this.#now()), () => {
      this.#timer = null;
      this.#look();
    });
  }

  #firstDueMs(): number {
    let dueMs = Number.POSITIVE_INFINITY;
    if (this.#shortSinceMs !== null) dueMs = this.#shortSinceMs + GROW_MS;
    for (const thread of this.#threads) {
      if (thread.handed > 1 && !thread.stuck) dueMs = Math.min(dueMs, thread.progressMs + STUCK_MS);
      if (thread.handed > 0) dueMs = Math.min(dueMs, thread.lookMs);
      else if (thread.ready && this.size > this.#options.min)
        dueMs = Math.min(dueMs, thread.progressMs + this.#options.idleMs);
    }
    return dueMs;
  }

  /** Looks after what is due: threads that hang, that have more than they get done, or that nobody needs. */
  #look(): void {
    const now = this.#now();
    for (const thread of [...this.#threads]) {
      const quietMs = now - thread.progressMs;
      if (thread.handed > 0) this.#lookAtBusy(thread, quietMs);
      else if (thread.ready && quietMs >= this.#options.idleMs && this.size > this.#options.min) {
        this.#remove(thread);
        this.#end(thread, STOP_MS);
      }
    }
    this.handOut();
  }

  #lookAtBusy(thread: PoolThreadHandle, quietMs: number): void {
    const running = thread.running();
    if (running !== null && running.sinceMs >= running.job.runMs) {
      void this.#giveUp(thread, running.job);
      return;
    }
    if (thread.handed > 1 && !thread.stuck && quietMs >= STUCK_MS) {
      thread.stuck = true;
      this.#takeBack(thread.withdrawWaiting());
    }
    // It answers for several at once, so it may be at another than the one for which it was looked at.
    thread.lookAgain(this.#now());
  }

  /** Puts tasks that had not begun where they were. */
  #takeBack(jobs: readonly PoolJob[]): void {
    for (const job of jobs.toReversed()) this.#lanes.pushBack(job);
  }

  #remove(thread: PoolThreadHandle): void {
    const at = this.#threads.indexOf(thread);
    if (at !== -1) this.#threads.splice(at, 1);
  }

  #end(thread: PoolThreadHandle, timeoutMs: number): void {
    const ending = thread.stop(timeoutMs).finally(() => this.#ending.delete(ending));
    this.#ending.add(ending);
  }

  /** A task has run for longer than it may: its thread is asked where it is, then ended, and another takes its place. */
  async #giveUp(thread: PoolThreadHandle, job: PoolJob): Promise<void> {
    this.#remove(thread);
    const asking = thread.stack();
    const { unreported, untouched } = thread.abandon();
    this.#takeBack(untouched);
    this.handOut();
    const where = whereItIs(await asking);
    const message = `${job.task.name} has run for longer than ${job.runMs} ms, so its thread was ended. ${where}`;
    this.#tell(thread, 'hung', job, message);
    this.#fail(job, 'timeout', message);
    this.#failUnreported(unreported, message);
    this.#end(thread, 0);
    this.handOut();
  }

  /** The thread has ended by itself. */
  #replace(thread: PoolThreadHandle, { how, error }: WorkerEnd): void {
    this.#remove(thread);
    const { running, unreported, untouched } = thread.abandon();
    this.#takeBack(untouched);
    const message = error?.stack ?? `The thread ${thread.name} ended.`;
    this.#tell(thread, how, running, message);
    if (running !== null) this.#fail(running, 'crashed', `${running.task.name} ended its thread. ${message}`);
    this.#failUnreported(unreported, message);
    // One that cannot even be started would be started for ever.
    if (!thread.ready)
      for (let job = this.#lanes.take(); job !== null; job = this.#lanes.take())
        this.#fail(job, 'unavailable', `No thread can be started. ${message}`);
    this.handOut();
  }

  #tell(thread: PoolThreadHandle, how: LostThread['how'], job: PoolJob | null, message: string): void {
    this.lost++;
    const { name: pool, onLost } = this.#options;
    onLost({ pool, thread: thread.name, how, task: job?.task.name ?? null, message });
  }

  #failUnreported(jobs: readonly PoolJob[], message: string): void {
    for (const job of jobs) this.#fail(job, 'crashed', `The result of ${job.task.name} is lost. ${message}`);
  }

  #fail(job: PoolJob, code: 'timeout' | 'crashed' | 'unavailable', message: string): void {
    if (!job.ended) this.#owner.unfit(job, new SignalboxError(code, message));
  }
}

/**
 * The threads that Node shares among files and names are made when the first of them is asked for, with the niceness of whoever asks:
 * that must not be one of ours.
 */
function keepSharedThreadsNormal(): void {
  stat('/', () => {});
}

function priceOf({ task }: PoolJob): number {
  return task.ms ?? HANDED_MS;
}

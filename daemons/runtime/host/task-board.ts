/**
 * Long work of a daemon, told as it goes on and ended early when somebody wishes it. A daemon's code gets one; what it
 * reports goes over the link. Nothing is told more often than people can read.
 */
import { SignalboxError } from '../../../contract/errors.ts';
import type { Task } from '../../../contract/link/tasks.ts';
import { limits } from '../limits.ts';
import type { Counts } from '../telemetry/counted-instrument.ts';

/** How far work is. */
export interface Progress {
  /** Which part of it, in a word or two. */
  readonly phase: string;
  readonly done: number;
  /** Null while it is not known. */
  readonly total: number | null;
}

/** Given to work while it goes on. */
export interface TaskHandle {
  /** Aborted when somebody ends the task, or the signal that it was begun with aborts. */
  readonly signal: AbortSignal;
  /** Says how far it is; cheap to call as often as one likes. */
  report(progress: Progress): void;
}

/** What a task is begun with. */
export interface TaskOptions {
  /** What is done, such as `Copying the database`. */
  readonly title: string;
  readonly cancellable: boolean;
  /** Ends it too, such as that of the command that it is done for. */
  readonly signal?: AbortSignal | undefined;
}

interface Running {
  task: Task;
  readonly controller: AbortController;
  toldAt: number;
}

/** The tasks of one process. */
export class TaskBoard {
  readonly #running = new Map<number, Running>();
  #nextId = 1;
  #refused = 0;
  #tell: (task: Task) => void = () => {};

  /** Work that goes on, of how much that may, and what has ended and was refused so far. */
  get counts(): Counts<'limiter'> {
    const { size } = this.#running;
    return {
      depth: size,
      capacity: limits.tasksRunning.default,
      completed: this.#nextId - 1 - size,
      rejected: this.#refused,
    };
  }

  /** Who is told of every task; nobody at first. */
  onReport(tell: (task: Task) => void): void {
    this.#tell = tell;
  }

  /**
   * Does `work` as a task; answers what it answers, and rejects as it rejects.
   * @throws SignalboxError `limit_reached` where as many tasks go on as may
   */
  async run<Result>(
    { title, cancellable, signal }: TaskOptions,
    work: (task: TaskHandle) => Promise<Result>,
  ): Promise<Result> {
    const most = limits.tasksRunning.default;
    if (this.#running.size >= most) {
      this.#refused++;
      throw new SignalboxError('limit_reached', `${most} tasks go on already; wait until one has ended.`);
    }
    const id = this.#nextId++;
    const controller = new AbortController();
    const either = signal === undefined ? controller.signal : AbortSignal.any([controller.signal, signal]);
    const task: Task = { id, title, phase: '', done: 0, total: null, cancellable, end: null };
    const running: Running = { task, controller, toldAt: 0 };
    this.#running.set(id, running);
    this.#say(running);
    try {
      const result = await work({ signal: either, report: (progress) => this.#report(running, progress) });
      this.#end(running, 'done');
      return result;
    } catch (error) {
      this.#end(running, either.aborted ? 'cancelled' : 'failed');
      throw error;
    }
  }

  /** Ends a task that may be ended. One that is not there has ended already. */
  cancel(id: number): void {
    const running = this.#running.get(id);
    if (running?.task.cancellable !== true) return;
    running.controller.abort(new SignalboxError('cancelled', `${running.task.title} was cancelled.`));
  }

  #report(running: Running, { phase, done, total }: Progress): void {
    if (!this.#running.has(running.task.id)) return;
    const isNews = phase !== running.task.phase;
    running.task = { ...running.task, phase, done, total };
    if (isNews || performance.now() - running.toldAt >= limits.taskReportMs.default) this.#say(running);
  }

  #end(running: Running, end: NonNullable<Task['end']>): void {
    this.#running.delete(running.task.id);
    running.task = { ...running.task, end };
    this.#say(running);
  }

  #say(running: Running): void {
    running.toldAt = performance.now();
    this.#tell(running.task);
  }
}

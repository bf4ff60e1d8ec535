/**
 * A thread with an owner: it is started with a module, asked to stop without a message, waited for with a deadline, and reported when
 * it ends unasked or does not end. Its module finds its side in `current-worker.ts`. Whoever owns it replaces it.
 *
 * Use it for what blocks or computes for long and has a life of its own. Short tasks go to a ThreadPool, which owns such threads.
 */
import type { EventLoopUtilization } from 'node:perf_hooks';
import { type TransferListItem, Worker } from 'node:worker_threads';
import { SignalboxError } from '../../../contract/errors.ts';
import { type Clock, systemClock } from '../../../kit/clock.ts';
import { limits } from '../limits.ts';
import type { SharedSignal } from './shared-signal.ts';
import { stackOfThread } from './thread-stack.ts';
import { has, makeWorkerWords, stopSignalOf, type WorkerStart, workerWord } from './worker-memory.ts';

/** `stopping` from the moment that it was asked to stop until it has ended. */
export type AsyncWorkerState = 'running' | 'stopping' | 'stopped';

/** How a thread has ended. */
export interface WorkerEnd {
  readonly name: string;
  /**
   * `returned`: nothing was left to do. `threw`: by an exception that nobody caught, also for want of memory. `exited`: it called
   * `process.exit` with another code than 0. `destroyed`: its owner ended it.
   */
  readonly how: 'returned' | 'threw' | 'exited' | 'destroyed';
  /** Whether it had been asked to stop. */
  readonly asked: boolean;
  readonly exitCode: number;
  /** With the stack of the thread, where it threw or exited; `cause` is what it threw. */
  readonly error: SignalboxError | null;
}

/** A thread that did not stop in time. */
export interface HungWorker {
  readonly name: string;
  /** How long it was waited for, in milliseconds. */
  readonly waitedMs: number;
  /** Where it is, innermost frame first; empty where it waits in its event loop, null where it is in native code. */
  readonly stack: string | null;
}

export interface AsyncWorkerOptions {
  /** Tells it from others in logs, debuggers and the system's list of threads. */
  readonly name: string;
  /** What the thread runs. */
  readonly module: URL;
  /** A copy is `currentWorker().data`. */
  readonly data?: unknown;
  readonly transfer?: readonly TransferListItem[];
  /**
   * Whether Node closes at the thread's end what the thread has opened by number, as it does unless this is false. A thread that is given
   * descriptors, or gives some away, keeps count itself: Node would close what is no longer the thread's, and complain of what never was.
   */
  readonly trackUnmanagedFds?: boolean;
  /** A message of the thread. */
  readonly onMessage?: (message: unknown) => void;
  /** Called once when it has ended, however that came. */
  readonly onEnd?: (end: WorkerEnd) => void;
  /** Called when {@link AsyncWorker.join} waited in vain. Without it nobody asks the thread where it is. */
  readonly onHung?: (hung: HungWorker) => void;
  /** For the deadline of `join`. */
  readonly clock?: Clock;
}

export class AsyncWorker {
  readonly name: string;
  readonly #worker: Worker;
  readonly #threadId: number;
  readonly #words = makeWorkerWords();
  readonly #stop: SharedSignal;
  readonly #options: AsyncWorkerOptions;
  readonly #clock: Clock;
  readonly #ended: Promise<WorkerEnd>;
  #state: AsyncWorkerState = 'running';
  #destroyed = false;
  #keepsAlive = true;
  #thrown: unknown = null;
  #exitStack: string | null = null;

  /**
   * Starts the thread, which takes some 25 ms and 12 MB; messages that are posted meanwhile wait for it.
   * @throws DataCloneError where `data` cannot be copied
   */
  constructor(options: AsyncWorkerOptions) {
    this.#options = options;
    this.#clock = options.clock ?? systemClock;
    this.name = options.name;
    this.#stop = stopSignalOf(this.#words);
    const start: WorkerStart = {
      signalboxWorker: { name: options.name, words: this.#words },
      data: options.data,
    };
    this.#worker = new Worker(options.module, {
      name: options.name,
      workerData: start,
      transferList: [...(options.transfer ?? [])],
      trackUnmanagedFds: options.trackUnmanagedFds ?? true,
    });
    this.#threadId = this.#worker.threadId;
    this.#worker.on('message', (message: unknown) => {
      if (has(message, 'signalboxExit')) this.#exitStack = String(message.signalboxExit);
      else this.#options.onMessage?.(message);
    });
    this.#worker.on('messageerror', (error) => this.#fail(error));
    this.#worker.on('error', (error) => {
      this.#thrown = error;
    });
    this.#ended = new Promise((resolve) => this.#worker.once('exit', (code) => resolve(this.#end(code))));
  }

  get state(): AsyncWorkerState {
    return this.#state;
  }

  /** Resolves when the thread has ended. */
  get ended(): Promise<WorkerEnd> {
    return this.#ended;
  }

  /**
   * Sends a copy of a message to the thread; nobody gets it once it has ended.
   * @throws DataCloneError where it cannot be copied
   */
  post(message: unknown, transfer: readonly TransferListItem[] = []): void {
    this.#worker.postMessage(message, transfer);
  }

  /** Asks the thread to stop: `shouldStop()` is true there from now on. Takes no message, so a busy thread sees it too. */
  signalStop(): void {
    if (this.#state !== 'running') return;
    this.#state = 'stopping';
    Atomics.store(this.#words, workerWord.stop, 1);
    this.#stop.wake();
  }

  /**
   * Waits until the thread has ended; it does not ask it to.
   * @returns false where it has not after `timeoutMs`: then `onHung` was told where it is, and {@link destroy} is what remains
   */
  async join(timeoutMs: number): Promise<boolean> {
    if (await this.#endsWithin(timeoutMs)) return true;
    const { onHung } = this.#options;
    if (onHung === undefined) return false;
    const stack = await stackOfThread(this.#threadId, limits.workerStackMs.default);
    // It may just have been on its way out.
    if (this.#hasEnded()) return true;
    onHung({ name: this.name, waitedMs: timeoutMs, stack });
    return false;
  }

  /** Where the thread is just now: as {@link HungWorker.stack}; null too when it has ended. */
  async stack(): Promise<string | null> {
    return this.#hasEnded() ? null : stackOfThread(this.#threadId, limits.workerStackMs.default);
  }

  /** Ends the thread where it stands, which a call of native code delays. Resolves when it has; again does nothing more. */
  async destroy(): Promise<void> {
    this.#destroyed = true;
    if (!this.#hasEnded()) {
      this.signalStop();
      await this.#worker.terminate();
    }
    await this.#ended;
  }

  /** What the thread's loop has done since it began, or since `before`; the thread is not asked. */
  loopUse(before?: EventLoopUtilization): EventLoopUtilization {
    const { performance } = this.#worker;
    return before === undefined
      ? performance.eventLoopUtilization()
      : performance.eventLoopUtilization(before);
  }

  /** Whether the thread keeps the process alive; it does unless told otherwise. */
  keepAlive(keeps: boolean): void {
    this.#keepsAlive = keeps;
    if (keeps) this.#worker.ref();
    else this.#worker.unref();
  }

  #hasEnded(): boolean {
    return this.#state === 'stopped';
  }

  #endsWithin(timeoutMs: number): Promise<boolean> {
    if (this.#hasEnded()) return Promise.resolve(true);
    // Whoever waits for it is there for as long.
    this.#worker.ref();
    return new Promise((resolve) => {
      const deadline = this.#clock.after(timeoutMs, () => {
        this.keepAlive(this.#keepsAlive);
        resolve(false);
      });
      void this.#ended.then(() => {
        deadline.cancel();
        resolve(true);
      });
    });
  }

  /** A message that cannot be read here: whoever waits for it would wait for ever. */
  #fail(error: Error): void {
    this.#thrown = error;
    void this.#worker.terminate();
  }

  #end(exitCode: number): WorkerEnd {
    const asked = this.#state === 'stopping';
    this.#state = 'stopped';
    const how = this.#howItEnded(exitCode);
    const end: WorkerEnd = { name: this.name, how, asked, exitCode, error: this.#errorOf(how, exitCode) };
    this.#options.onEnd?.(end);
    return end;
  }

  #howItEnded(exitCode: number): WorkerEnd['how'] {
    if (this.#thrown !== null) return 'threw';
    if (this.#destroyed) return 'destroyed';
    return exitCode === 0 ? 'returned' : 'exited';
  }

  #errorOf(how: WorkerEnd['how'], exitCode: number): SignalboxError | null {
    if (how === 'threw') {
      const thrown = this.#thrown instanceof Error ? this.#thrown : new Error(String(this.#thrown));
      const error = new SignalboxError('crashed', `The thread ${this.name} threw: ${thrown.message}`, {
        cause: thrown,
      });
      error.stack = thrown.stack ?? error.message;
      return error;
    }
    if (how !== 'exited') return null;
    const error = new SignalboxError(
      'crashed',
      `The thread ${this.name} ended itself with code ${exitCode}.`,
    );
    error.stack = `${error.message}\n${this.#exitStack ?? ''}`;
    return error;
  }
}

/**
 * The thread's side of an AsyncWorker: what it was started with, whether it is to stop, and what it says. Imported by modules that
 * run as one.
 */
import { parentPort, type TransferListItem, workerData } from 'node:worker_threads';
import { SignalboxError } from '../../../contract/errors.ts';
import { assertMayBlock, forbidBlocking } from './blocking.ts';
import { type ExitNote, has, stopSignalOf, type WorkerStart, workerWord } from './worker-memory.ts';

/** The worker that runs this thread. */
export class CurrentWorker<Data = unknown> {
  readonly name: string;
  /** A copy of what the owner gave. */
  readonly data: Data;
  readonly #words: Int32Array;

  constructor({ signalboxWorker: { name, words }, data }: WorkerStart) {
    this.name = name;
    this.data = data as Data;
    this.#words = words;
  }

  /** Whether the owner has asked it to stop. A look at shared memory: ask in every round of a loop. */
  shouldStop(): boolean {
    return Atomics.load(this.#words, workerWord.stop) === 1;
  }

  /** Resolves when it is to stop. Keeps the thread's loop alive until then. */
  stopRequested(): Promise<void> {
    return stopSignalOf(this.#words).until(() => this.shouldStop());
  }

  /**
   * Stands still for a time, or until it is to stop. For threads that only compute or wait.
   * @returns whether it is to stop
   * @throws SignalboxError `refused` on a thread that may not block; await {@link stopRequested} there
   */
  pause(ms: number): boolean {
    assertMayBlock('CurrentWorker.pause', 'stopRequested');
    return stopSignalOf(this.#words).block(() => this.shouldStop(), performance.now() + ms);
  }

  /** Sends a copy of a message to the owner. */
  post(message: unknown, transfer: readonly TransferListItem[] = []): void {
    parentPort?.postMessage(message, transfer);
  }

  /**
   * Calls back with every message of the owner until the worker is to stop; then the thread ends, if nothing else keeps it. A thread
   * that listens has a loop, so it may not block any more.
   */
  onMessage(listener: (message: unknown) => void): void {
    forbidBlocking();
    parentPort?.on('message', listener);
    void this.stopRequested().then(() => parentPort?.off('message', listener));
  }
}

/** Nothing tells the owner where a thread called `process.exit`, so it is told before. */
function sayWhereItExits(): void {
  const exit = process.exit;
  process.exit = (...code) => {
    const frames = (new Error('process.exit').stack ?? '').split('\n').slice(2).join('\n');
    parentPort?.postMessage({ signalboxExit: frames } satisfies ExitNote);
    return exit(...code);
  };
}

let current: CurrentWorker | null = null;

/**
 * The worker that runs this thread.
 * @throws SignalboxError `refused` on a thread that no AsyncWorker started
 */
export function currentWorker<Data>(): CurrentWorker<Data> {
  if (current === null) {
    if (!has(workerData, 'signalboxWorker'))
      throw new SignalboxError(
        'refused',
        'This thread is no AsyncWorker: start its module with AsyncWorker.',
      );
    sayWhereItExits();
    current = new CurrentWorker(workerData as unknown as WorkerStart);
  }
  return current as CurrentWorker<Data>;
}

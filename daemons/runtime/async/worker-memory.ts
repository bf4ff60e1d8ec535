/** What an AsyncWorker and its thread share: the words by which it is asked to stop, and how it was started. */
import { SharedSignal } from './shared-signal.ts';

/** Words of the shared memory. */
export const workerWord = { stop: 0, stopSignal: 1, stopWaiters: 2 } as const;

const WORDS = 3;

/** What the thread is started with, as its `workerData`. */
export interface WorkerStart {
  readonly signalboxWorker: { readonly name: string; readonly words: Int32Array };
  readonly data: unknown;
}

/** Sent by the thread just before it ends the wrong way, by `process.exit`: where it did. */
export interface ExitNote {
  readonly signalboxExit: string;
}

/** Whether what a thread was started with, or says, is an object with that member. */
export function has<Name extends string>(value: unknown, name: Name): value is Record<Name, unknown> {
  return typeof value === 'object' && value !== null && name in value;
}

export function makeWorkerWords(): Int32Array {
  return new Int32Array(new SharedArrayBuffer(WORDS * Int32Array.BYTES_PER_ELEMENT));
}

/** Signals that the worker is to stop. */
export function stopSignalOf(words: Int32Array): SharedSignal {
  return new SharedSignal(words, workerWord.stopSignal, workerWord.stopWaiters);
}

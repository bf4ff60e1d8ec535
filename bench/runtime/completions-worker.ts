/** Tells a loop of completions, each with the microsecond at which it does: one at a time while the loop waits, or a flood. */
import { parentPort, workerData } from 'node:worker_threads';
import { CompletionPort } from '../../daemons/runtime/async/completion-port.ts';
import type { SharedQueue } from '../../daemons/runtime/async/queue-memory.ts';
import { MICROSECONDS } from './microseconds.ts';

/** What the thread does. */
export interface CompletionsTask {
  readonly way: 'loop' | 'post';
  readonly completions: number;
  /** Between two, in milliseconds: long enough for the loop to wait again, or 0 for a flood. */
  readonly pauseMs: number;
  readonly shared: SharedQueue;
}

/** The key of all completions. */
export const KEY = 1;

const task = workerData as CompletionsTask | null;
if (task !== null) {
  const { way, completions, pauseMs, shared } = task;
  const port = new CompletionPort(shared);
  const still = new Int32Array(new SharedArrayBuffer(4));
  parentPort?.once('message', () => {
    for (let i = 0; i < completions; i++) {
      if (pauseMs > 0) Atomics.wait(still, 0, 0, pauseMs);
      const now = MICROSECONDS();
      if (way === 'loop') port.post(KEY, now);
      else parentPort?.postMessage({ key: KEY, value: now });
    }
  });
  parentPort?.postMessage('ready');
}

/** Sends one message at a time to a loop that waits, with the microsecond at which it does. */
import { parentPort, workerData } from 'node:worker_threads';
import { AsyncQueue } from '../../daemons/runtime/async/async-queue.ts';
import type { SharedQueue } from '../../daemons/runtime/async/queue-memory.ts';
import { MICROSECONDS } from './microseconds.ts';

/** What the sender does. */
export interface WakeTask {
  readonly way: 'queue' | 'post';
  readonly wakes: number;
  readonly shared: SharedQueue;
}

/** Long enough for the reader to wait again, in milliseconds. */
const PAUSE_MS = 0.5;

const task = workerData as WakeTask | null;
if (task !== null) {
  const queue = AsyncQueue.attach(task.shared);
  const message = new Uint8Array(8);
  const sent = new DataView(message.buffer);
  const still = new Int32Array(new SharedArrayBuffer(4));
  parentPort?.once('message', () => {
    for (let i = 0; i < task.wakes; i++) {
      Atomics.wait(still, 0, 0, PAUSE_MS);
      const now = MICROSECONDS();
      if (task.way === 'post') parentPort?.postMessage(now);
      else {
        sent.setFloat64(0, now);
        queue.enqueue(message);
      }
    }
  });
  parentPort?.postMessage('ready');
}

/**
 * Which threads may stand still. Node lets any thread wait in `Atomics.wait`, also the one whose loop has the sockets: then
 * nobody of a daemon is served. So a part that can block asks here first, and is refused where a loop runs.
 */
import { isMainThread } from 'node:worker_threads';
import { SignalboxError } from '../../../contract/errors.ts';

/** Whether this thread may stand still. The main thread of a process never may; a worker may until it says otherwise. */
let allowed = !isMainThread;

/** Called by a worker that runs an event loop of its own, with sockets or timers: it may not stand still any more. */
export function forbidBlocking(): void {
  allowed = false;
}

/**
 * Refuses what would stand still on a thread that may not.
 * @param what the operation, for the message: "AsyncQueue.enqueue"
 * @param instead what to call there
 * @throws SignalboxError `refused`
 */
export function assertMayBlock(what: string, instead: string): void {
  if (allowed) return;
  throw new SignalboxError(
    'refused',
    `${what} would stop the event loop of this thread. Call it in a worker thread, or use ${instead} here.`,
  );
}

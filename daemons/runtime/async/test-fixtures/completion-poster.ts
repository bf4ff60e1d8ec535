/** A thread that posts completions. Used by the tests of CompletionLoop only. */
import { CompletionPort } from '../completion-port.ts';
import { currentWorker } from '../current-worker.ts';
import type { SharedQueue } from '../queue-memory.ts';

export interface PosterJob {
  readonly shared: SharedQueue;
  readonly key: number;
  /** So many, in bytes that say which; or on and on until it is to stop. */
  readonly count: number | 'flood';
}

const worker = currentWorker<PosterJob>();
const { shared, key, count } = worker.data;
const port = new CompletionPort(shared);
if (count === 'flood') while (!worker.shouldStop()) port.post(key, 1, undefined, 10);
else for (let i = 0; i < count; i++) port.post(key, i, Uint8Array.of(key, i % 256));

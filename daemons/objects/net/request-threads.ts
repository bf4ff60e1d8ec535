/**
 * A thread for each request, which ends with it: the model `thread-per-request`, there to be compared. It costs some tens of milliseconds
 * for microseconds of work. At most as many run at once as a pool may have threads; further requests wait in line.
 */
import { closeSync } from 'node:fs';
import { AsyncWorker, type WorkerEnd } from '../../runtime/async/async-worker.ts';
import { FIXED_LIMITS } from '../limits.ts';
import type { ContentMode } from '../metrics.ts';
import type { FreshObject, SharedStore } from '../store/object-reader.ts';
import type { StoreProblem } from '../store/store-problems.ts';
import type { RequestWork } from './request-thread.ts';
import type { StoreWork } from './store-work.ts';

/** Where the thread's module is; the build replaces it. */
const MODULE = new URL('request-thread.ts', import.meta.url);

type Opened = FreshObject | StoreProblem;

/** A request that waits for a thread or has one. */
interface Waiting {
  readonly uri: string;
  readonly mode: ContentMode;
  readonly resolve: (opened: Opened) => void;
  readonly reject: (error: Error) => void;
}

/** What threads have come to. Totals are since they were made. */
export interface RequestThreadFigures {
  readonly depth: number;
  readonly high_water: number;
  readonly active: number;
  readonly idle: number;
  readonly max: number;
  readonly submitted: number;
  readonly completed: number;
  readonly failed: number;
}

export class RequestThreads implements StoreWork {
  readonly onlyCold = false;
  readonly #reading: SharedStore;
  readonly #most = FIXED_LIMITS.pool_threads.default;
  readonly #waiting: Waiting[] = [];
  readonly #running = new Set<AsyncWorker>();
  #submitted = 0;
  #completed = 0;
  #failed = 0;
  #highWater = 0;
  #closed = false;

  constructor(reading: SharedStore) {
    this.#reading = reading;
  }

  figures(): RequestThreadFigures {
    return {
      depth: this.#waiting.length,
      high_water: this.#highWater,
      active: this.#running.size,
      // Each ends with its request.
      idle: 0,
      max: this.#most,
      submitted: this.#submitted,
      completed: this.#completed,
      failed: this.#failed,
    };
  }

  get counts() {
    return { done: this.#completed, stolen: 0 };
  }

  open(uri: string, mode: ContentMode): Promise<Opened> {
    this.#submitted++;
    if (this.#closed) return Promise.resolve('unavailable');
    return new Promise((resolve, reject) => {
      this.#waiting.push({ uri, mode, resolve, reject });
      this.#startNext();
      this.#highWater = Math.max(this.#highWater, this.#waiting.length);
    });
  }

  async warm(): Promise<void> {}

  /** Ends them all; whoever waits is told that the store is not there. */
  async close(): Promise<void> {
    this.#closed = true;
    for (const { resolve } of this.#waiting.splice(0)) resolve('unavailable');
    await Promise.all([...this.#running].map(({ ended }) => ended));
  }

  #startNext(): void {
    while (this.#running.size < this.#most) {
      const next = this.#waiting.shift();
      if (next === undefined) return;
      this.#start(next);
    }
  }

  #start(request: Waiting): void {
    const { uri, mode } = request;
    let opened: Opened | null = null;
    try {
      const worker: AsyncWorker = new AsyncWorker({
        name: 'objects request',
        module: MODULE,
        data: { reading: this.#reading, uri, mode } satisfies RequestWork,
        // The descriptor is given away.
        trackUnmanagedFds: false,
        onMessage: (message) => {
          opened = message as Opened;
        },
        onEnd: (end) => {
          this.#running.delete(worker);
          this.#settle(request, opened, end);
          this.#startNext();
        },
      });
      this.#running.add(worker);
    } catch (error) {
      this.#failed++;
      request.reject(error as Error);
    }
  }

  #settle({ resolve, reject }: Waiting, opened: Opened | null, end: WorkerEnd): void {
    if (opened === null) {
      this.#failed++;
      reject(end.error ?? new Error('The thread of a request ended without an answer.'));
      return;
    }
    this.#completed++;
    if (typeof opened === 'string') resolve(opened);
    else if (this.#closed) {
      closeSync(opened.fd);
      resolve('unavailable');
    } else {
      const content = opened.content as Uint8Array | null;
      resolve({ ...opened, content: content === null ? null : bufferOver(content) });
    }
  }
}

function bufferOver({ buffer, byteOffset, byteLength }: Uint8Array): Buffer {
  return Buffer.from(buffer, byteOffset, byteLength);
}

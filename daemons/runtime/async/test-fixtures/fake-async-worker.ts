/** Stands for the thread of a pool without being one: it keeps what it is sent, and answers when the test says so. */
import type { AsyncWorkerOptions } from '../async-worker.ts';
import { type PoolThreadData, SLOT_MASK, type TaskReply, taskWord } from '../pool-memory.ts';

export class FakeAsyncWorker {
  static readonly made: FakeAsyncWorker[] = [];
  readonly posts: unknown[] = [];
  /** How it was ended. */
  readonly ended: string[] = [];
  readonly #options: AsyncWorkerOptions;
  #next = 0;

  constructor(options: AsyncWorkerOptions) {
    this.#options = options;
    FakeAsyncWorker.made.push(this);
  }

  /** It can be handed tasks. */
  ready(): void {
    this.#options.onMessage?.('ready');
  }

  /** It has done the next tasks, each in so many milliseconds. */
  answers(...tookMs: number[]): void {
    const { states, times } = this.#options.data as PoolThreadData;
    for (const ms of tookMs) {
      const slot = this.#next++ & SLOT_MASK;
      times[2 * slot] = 0;
      times[2 * slot + 1] = ms;
      Atomics.store(states, slot, taskWord.done);
    }
    const reply: TaskReply = { results: tookMs, failures: null };
    this.#options.onMessage?.(reply);
  }

  post(message: unknown): void {
    this.posts.push(message);
  }

  keepAlive(): void {}

  signalStop(): void {
    this.ended.push('asked');
  }

  async join(timeoutMs: number): Promise<boolean> {
    this.ended.push(`waited for ${timeoutMs} ms`);
    return true;
  }

  async destroy(): Promise<void> {
    this.ended.push('ended');
  }

  /** It ends unasked. */
  exits(): void {
    this.#options.onEnd?.({
      name: this.#options.name,
      how: 'exited',
      asked: false,
      exitCode: 3,
      error: null,
    });
  }
}

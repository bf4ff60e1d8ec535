/**
 * The threads that read ahead for SPLICE: `sendfile` would stand still for a file that the disk must be asked for, and with it all that its
 * thread serves. Their number changes while they work.
 */
import { instrumentPool } from '../../runtime/async/pool-instrument.ts';
import { poolTask } from '../../runtime/async/pool-task.ts';
import { type PoolStats, ThreadPool, type ThreadPoolOptions } from '../../runtime/async/thread-pool.ts';
import type { MetricRegistry } from '../../runtime/telemetry/metric-registry.ts';
import type * as tasks from './splice-tasks.ts';

const readTask = poolTask<typeof tasks.readAhead>(new URL('splice-tasks.ts', import.meta.url), 'readAhead');
/** What waits still for threads that are no longer wanted may take so long. */
const CLOSE_MS = 10_000;

export class SplicePool {
  readonly #onLost: ThreadPoolOptions['onLost'] & {};
  readonly #closing = new Set<Promise<unknown>>();
  #metrics: MetricRegistry | null = null;
  #pool: ThreadPool | null = null;
  #hide: () => void = () => {};
  #threads = 0;

  constructor(onLost: NonNullable<ThreadPoolOptions['onLost']>) {
    this.#onLost = onLost;
  }

  /** Shows the pool there, and those that come after it. */
  instrument(metrics: MetricRegistry): void {
    this.#metrics = metrics;
    this.#show();
  }

  get threads(): number {
    return this.#threads;
  }

  /** Null where there are no threads. */
  stats(): PoolStats | null {
    return this.#pool?.stats() ?? null;
  }

  /** Has so many threads at most from here on; they start when there is work. What waits is still done. */
  resize(threads: number): void {
    if (threads === this.#threads) return;
    this.#threads = threads;
    this.#retire();
    if (threads > 0)
      this.#pool = new ThreadPool({ name: 'splice', max: threads, nice: 0, onLost: this.#onLost });
    this.#show();
  }

  /** Resolves when the range was read, or when it is not: SPLICE then waits for the disk itself. */
  async readAhead(fd: number, offset: number, bytes: number): Promise<void> {
    await this.#pool?.run(readTask, { fd, offset, bytes }).catch(() => {});
  }

  async close(): Promise<void> {
    this.#retire();
    await Promise.all(this.#closing);
  }

  #show(): void {
    this.#hide();
    this.#hide =
      this.#metrics === null || this.#pool === null ? () => {} : instrumentPool(this.#metrics, this.#pool);
  }

  #retire(): void {
    this.#hide();
    this.#hide = () => {};
    const pool = this.#pool;
    this.#pool = null;
    if (pool === null) return;
    const closing = pool.close(CLOSE_MS).finally(() => this.#closing.delete(closing));
    this.#closing.add(closing);
  }
}

/** Tells the log of threads of a pool that hang or end unasked, with where they were. Given to a ThreadPool by its owner. */
import type { SubsystemLogger } from '../telemetry/logger.ts';
import type { ThreadPoolOptions } from './thread-pool.ts';

/** The callback of a ThreadPool that writes to the log. */
export function logLost(log: SubsystemLogger): NonNullable<ThreadPoolOptions['onLost']> {
  return ({ pool, thread, how, task, message }) =>
    log.error('thread_lost', message, { pool, thread, how, task: task ?? '' });
}

/** Stands for a thread pool in tests that are not about threads: runs tasks at once, with copies as a thread has them. */
import type { PoolTask, TaskCall } from '../async/pool-task.ts';
import type { ThreadPool } from '../async/thread-pool.ts';

const call: TaskCall = { cancelled: false, transfer: () => {} };

export const inProcessThreads: Pick<ThreadPool, 'run'> = {
  async run<Argument, Result>({ module, name }: PoolTask<Argument, Result>, argument: Argument) {
    const exports = (await import(module)) as Record<string, (argument: Argument, call: TaskCall) => Result>;
    return structuredClone(await exports[name]!(structuredClone(argument), call));
  },
};

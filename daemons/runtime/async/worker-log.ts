/** Tells the log of threads that end unasked or do not end, with where they were. Given to an AsyncWorker by its owner. */
import type { SubsystemLogger } from '../telemetry/logger.ts';
import type { AsyncWorkerOptions, HungWorker, WorkerEnd } from './async-worker.ts';

/** The two callbacks of an AsyncWorker that write to the log. */
export function logWorker(log: SubsystemLogger): Required<Pick<AsyncWorkerOptions, 'onEnd' | 'onHung'>> {
  return {
    onEnd({ name, how, asked, exitCode, error }: WorkerEnd) {
      if (error !== null)
        log.error('thread_lost', `The thread ${name} ended: ${error.stack ?? error.message}`, {
          thread: name,
          how,
          exitCode,
        });
      else if (!asked) log.warn('thread_ended', `The thread ${name} ended unasked.`, { thread: name, how });
    },
    onHung({ name, waitedMs, stack }: HungWorker) {
      log.error('thread_hung', `The thread ${name} has not stopped in ${waitedMs} ms. ${whereItIs(stack)}`, {
        thread: name,
        waitedMs,
      });
    },
  };
}

/** What an operator is told of the stack of a thread that hangs. */
export function whereItIs(stack: string | null): string {
  if (stack === null) return 'It is in native code, which does not say where it was called.';
  return stack === '' ? 'It waits in its event loop.' : `It is here:\n${stack}`;
}

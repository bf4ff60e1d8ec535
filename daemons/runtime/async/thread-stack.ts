/**
 * Where another thread of this process is just now. Asked through the inspector, which interrupts the thread between two
 * instructions of JavaScript, also in an endless loop and in `Atomics.wait`; the thread then goes on. No port is opened, and the
 * session lasts only as long as the question, as does the thread that asks. Used for threads that do not stop.
 */
import { Worker } from 'node:worker_threads';
import type { StackAnswer, StackQuestion } from './stack-thread.ts';

/** What asks; the build replaces it. */
const MODULE = new URL('stack-thread.ts', import.meta.url);

/** Frames of the question itself, and of what runs every module: they say nothing about the thread. */
const NOT_ITS_OWN = /^\s*at (?:<anonymous>:\d+:\d+|(?:.*[( ])?(?:node:)?internal\/.*)$/;

/** The question before, when it has been answered: what asks is there once. */
let before: Promise<unknown> = Promise.resolve();

/**
 * The stack of a worker thread, innermost frame first, a line each, each as Node writes it; empty where it only waits in its event
 * loop. Questions are asked one after another; each takes a thread of its own for some 50 ms.
 * @param threadId as `worker.threadId` has it
 * @param timeoutMs how long it may take to answer
 * @returns null where it does not answer in time: it is in one long call of native code, or has ended
 */
export function stackOfThread(threadId: number, timeoutMs: number): Promise<string | null> {
  const asking = before.then(() => ask({ threadId, timeoutMs }));
  before = asking;
  return asking;
}

function ask(question: StackQuestion): Promise<string | null> {
  return new Promise((resolve) => {
    let stack: string | null = null;
    try {
      // It needs nothing of what this process was started with.
      const options = { name: 'thread-stack', workerData: question, env: {}, execArgv: [] };
      const asking = new Worker(MODULE, options);
      asking.on('message', (answer: StackAnswer) => {
        stack = answer === null ? null : ownFrames(answer);
        void asking.terminate();
      });
      // A host without an inspector: the name of the thread has to do.
      asking.on('error', () => {});
      asking.on('exit', () => resolve(stack));
    } catch {
      // Nor can it be asked where the system gives no more threads.
      resolve(null);
    }
  });
}

function ownFrames(stack: string): string {
  return stack
    .split('\n')
    .slice(1)
    .filter((line) => !NOT_ITS_OWN.test(line))
    .join('\n');
}

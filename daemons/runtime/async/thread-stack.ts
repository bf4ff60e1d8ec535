/**
 * Where another thread of this process is just now. Asked through the inspector, which interrupts the thread between two
 * instructions of JavaScript, also in an endless loop and in `Atomics.wait`; the thread then goes on. No port is opened, and the
 * session lasts only as long as the question. Used for threads that do not stop.
 */
import { Session } from 'node:inspector';

/** Makes the stack of whatever the thread is interrupted in. */
const QUESTION = `(() => {
  const { stackTraceLimit } = Error;
  Error.stackTraceLimit = 30;
  try { return new Error().stack; } finally { Error.stackTraceLimit = stackTraceLimit; }
})()`;

/** Frames of the question itself, and of what runs every module: they say nothing about the thread. */
const NOT_ITS_OWN = /^\s*at (?:<anonymous>:\d+:\d+|.*[( ](?:node:)?internal\/.*|.*\(node:internal\/.*)$/;

interface InspectorReply {
  readonly id?: number;
  readonly result?: { readonly result?: { readonly value?: unknown } };
}

/**
 * The stack of a worker thread, innermost frame first, a line each, each as Node writes it; empty where it only waits in its event
 * loop.
 * @param threadId as `worker.threadId` has it
 * @param timeoutMs how long it may take to answer
 * @returns null where it does not answer in time: it is in one long call of native code, or has ended
 */
export function stackOfThread(threadId: number, timeoutMs: number): Promise<string | null> {
  return new Promise((resolve) => {
    const session = new Session();
    const settle = (stack: string | null) => {
      clearTimeout(deadline);
      // Not within a message of the session, which still has something to do then.
      setImmediate(() => session.disconnect());
      resolve(stack);
    };
    const deadline = setTimeout(settle, timeoutMs, null);
    session.on('NodeWorker.attachedToWorker', ({ params: { sessionId, workerInfo } }) => {
      if (Number(/\bworker (\d+)/i.exec(workerInfo.title)?.[1]) !== threadId) return;
      const params = { expression: QUESTION, silent: true };
      const message = JSON.stringify({ id: 1, method: 'Runtime.evaluate', params });
      session.post('NodeWorker.sendMessageToWorker', { sessionId, message });
    });
    session.on('NodeWorker.receivedMessageFromWorker', ({ params }) => {
      const reply = JSON.parse(params.message) as InspectorReply;
      const stack = reply.result?.result?.value;
      if (reply.id === 1) settle(typeof stack === 'string' ? ownFrames(stack) : null);
    });
    try {
      session.connect();
      session.post('NodeWorker.enable', { waitForDebuggerOnStart: false }, (error) => {
        if (error !== null) settle(null);
      });
    } catch {
      // A host without an inspector: the name of the thread has to do.
      settle(null);
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

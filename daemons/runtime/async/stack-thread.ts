/**
 * Asks a thread of this process where it is, on a thread of its own; started by thread-stack.ts. While Node goes through its threads for
 * a session of the main thread it calls that session back, and takes notice there of threads that have ended meanwhile: it then goes on
 * at one that is no more, and crashes. To a session of another thread it only sends, and looks after its threads when it is through.
 */
import { Session } from 'node:inspector';
import { parentPort, workerData } from 'node:worker_threads';

/** What the thread is started with. */
export interface StackQuestion {
  readonly threadId: number;
  /** How long the answer may take, in milliseconds. */
  readonly timeoutMs: number;
}

/** What the thread sends: the stack as it was made, or null where there was no answer in time. */
export type StackAnswer = string | null;

/** Makes the stack of whatever the thread is interrupted in. */
const QUESTION = `(() => {
  const { stackTraceLimit } = Error;
  Error.stackTraceLimit = 30;
  try { return new Error().stack; } finally { Error.stackTraceLimit = stackTraceLimit; }
})()`;

interface InspectorReply {
  readonly id?: number;
  readonly result?: { readonly result?: { readonly value?: unknown } };
}

const { threadId, timeoutMs } = workerData as StackQuestion;
const session = new Session();
const deadline = setTimeout(answer, timeoutMs, null);

/** Answers when the session is over. The thread stays until it is ended: Node crashes, too, when it sends to one that is on its way out. */
function answer(stack: StackAnswer): void {
  clearTimeout(deadline);
  // Not within a message of the session, which still has something to do then.
  setImmediate(() => {
    session.disconnect();
    parentPort?.postMessage(stack);
  });
}

session.on('NodeWorker.attachedToWorker', ({ params: { sessionId, workerInfo } }) => {
  if (Number(/\bworker (\d+)/i.exec(workerInfo.title)?.[1]) !== threadId) return;
  const params = { expression: QUESTION, silent: true };
  const message = JSON.stringify({ id: 1, method: 'Runtime.evaluate', params });
  session.post('NodeWorker.sendMessageToWorker', { sessionId, message });
});
session.on('NodeWorker.receivedMessageFromWorker', ({ params }) => {
  const reply = JSON.parse(params.message) as InspectorReply;
  const stack = reply.result?.result?.value;
  if (reply.id === 1) answer(typeof stack === 'string' ? stack : null);
});
// Until it is ended.
parentPort?.on('message', () => {});
session.connectToMainThread();
session.post('NodeWorker.enable', { waitForDebuggerOnStart: false });

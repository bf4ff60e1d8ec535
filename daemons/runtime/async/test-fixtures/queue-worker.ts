/** A thread at one end of a queue. Used by the tests of AsyncQueue only. */
import { parentPort, workerData } from 'node:worker_threads';
import { AsyncQueue, type EnqueueResult } from '../async-queue.ts';
import type { SharedQueue } from '../queue-memory.ts';

/** What it is told to do. */
export type QueueTask =
  | { readonly role: 'writer'; readonly id: number; readonly messages: number; readonly timeoutMs?: number }
  | { readonly role: 'reader' };

/** With the queue that it does it with. */
export type QueueJob = { readonly shared: SharedQueue } & QueueTask;

/** What it says at its end: results of its writes, or what it read as `[writer, number]`. */
export type QueueReport =
  | { readonly results: Readonly<Partial<Record<EnqueueResult, number>>> }
  | { readonly read: readonly (readonly [number, number])[] };

/** A message of a writer: its id, the number, and bytes that follow from both, as many as the number says. */
export function messageOf(id: number, number: number, maxBytes: number): Uint8Array {
  const message = new Uint8Array(8 + (number % (maxBytes - 7)));
  new DataView(message.buffer).setUint32(0, id);
  new DataView(message.buffer).setUint32(4, number);
  for (let i = 8; i < message.length; i++) message[i] = id * 31 + number * 7 + i;
  return message;
}

/** Who wrote a message and its number; throws where a byte is not as it was written. */
export function readMessage(message: Uint8Array, maxBytes: number): [number, number] {
  const view = new DataView(message.buffer, message.byteOffset, message.length);
  const [id, number] = [view.getUint32(0), view.getUint32(4)];
  if (Buffer.compare(message, messageOf(id, number, maxBytes)) !== 0)
    throw new Error(`message ${number} of writer ${id} is not as it was written`);
  return [id, number];
}

function write(queue: AsyncQueue, job: QueueJob & { role: 'writer' }): QueueReport {
  const results: Partial<Record<EnqueueResult, number>> = {};
  for (let number = 0; number < job.messages; number++) {
    const message = messageOf(job.id, number, job.shared.maxMessageBytes);
    let result = queue.enqueue(message, job.timeoutMs);
    while (result === 'full') result = queue.enqueue(message);
    results[result] = (results[result] ?? 0) + 1;
  }
  return { results };
}

function read(queue: AsyncQueue): QueueReport {
  const found: [number, number][] = [];
  const { maxMessageBytes } = queue.shared;
  const target = new Uint8Array(maxMessageBytes);
  while (queue.waitReadable())
    for (let length = queue.dequeueInto(target); length >= 0; length = queue.dequeueInto(target))
      found.push(readMessage(target.subarray(0, length), maxMessageBytes));
  return { read: found };
}

const job = workerData as QueueJob | null;
if (job !== null) {
  const queue = AsyncQueue.attach(job.shared);
  parentPort?.postMessage('attached');
  parentPort?.postMessage(job.role === 'writer' ? write(queue, job) : read(queue));
}

/** One writer of the queue benchmark: sends messages of 64 bytes in the way that it is told, when it is told to. */
import { parentPort, workerData } from 'node:worker_threads';
import { AsyncQueue } from '../../daemons/runtime/async/async-queue.ts';
import type { SharedQueue } from '../../daemons/runtime/async/queue-memory.ts';
import { fillMessage, MESSAGE_BYTES, MESSAGE_WORDS } from './message.ts';

/** What a writer does. */
export interface WriterTask {
  readonly id: number;
  readonly messages: number;
  /** Messages of one post; null writes into the queue. */
  readonly perPost: number | null;
  readonly shared: SharedQueue;
}

const { id, messages, perPost, shared } = workerData as WriterTask;

function writeQueue(): void {
  const queue = AsyncQueue.attach(shared);
  const words = new Int32Array(MESSAGE_WORDS);
  const message = new Uint8Array(words.buffer);
  for (let number = 0; number < messages; number++) {
    fillMessage(words, 0, id, number);
    queue.enqueue(message);
  }
}

function post(many: number): void {
  for (let number = 0; number < messages; ) {
    const count = Math.min(many, messages - number);
    const batch = new Int32Array((count * MESSAGE_BYTES) / 4);
    for (let i = 0; i < count; i++) fillMessage(batch, i * MESSAGE_WORDS, id, number++);
    parentPort?.postMessage(batch);
  }
}

parentPort?.once('message', () => (perPost === null ? writeQueue() : post(perPost)));
parentPort?.postMessage('ready');

/** The thread's side of a CompletionLoop: says that something is complete, from any thread, without a message of Node. */
import { SignalboxError } from '../../../contract/errors.ts';
import { AsyncQueue, type EnqueueResult } from './async-queue.ts';
import { sharedNow } from './pool-memory.ts';
import type { SharedQueue } from './queue-memory.ts';

/** Key, value and time of posting come before the bytes, as three numbers. */
export const HEADER_BYTES = 24;
export const headerSlot = { key: 0, value: 1, postedMs: 2 } as const;

export class CompletionPort {
  readonly #queue: AsyncQueue;
  readonly #message: Uint8Array;
  readonly #header: Float64Array;
  readonly #headerOnly: Uint8Array;

  /** @param shared of a CompletionLoop, posted to this thread */
  constructor(shared: SharedQueue) {
    this.#queue = AsyncQueue.attach(shared);
    const memory = new ArrayBuffer(Math.ceil(shared.maxMessageBytes / 8) * 8);
    this.#message = new Uint8Array(memory);
    this.#header = new Float64Array(memory, 0, HEADER_BYTES / Float64Array.BYTES_PER_ELEMENT);
    this.#headerOnly = this.#message.subarray(0, HEADER_BYTES);
  }

  /**
   * Wakes the loop, which calls the handler of `key` with a number and a copy of some bytes. Allocates nothing where there are none.
   * @returns `closed` when the loop is; `full` where it fails when it is; `timeout` where it blocks and the time is over
   * @throws SignalboxError `bad_request` for a key that is no whole number, `limit_reached` for too many bytes
   */
  post(key: number, value = 0, bytes?: Uint8Array, timeoutMs?: number): EnqueueResult {
    if (!Number.isSafeInteger(key))
      throw new SignalboxError('bad_request', `The key of a completion is ${key}: expected a whole number.`);
    this.#header[headerSlot.key] = key;
    this.#header[headerSlot.value] = value;
    this.#header[headerSlot.postedMs] = sharedNow();
    if (bytes === undefined) return this.#queue.enqueue(this.#headerOnly, timeoutMs);
    const length = HEADER_BYTES + bytes.length;
    const most = this.#queue.shared.maxMessageBytes;
    if (length > most)
      throw new SignalboxError(
        'limit_reached',
        `A completion with ${bytes.length} bytes does not fit: at most ${most - HEADER_BYTES}. Put them elsewhere and post where.`,
      );
    this.#message.set(bytes, HEADER_BYTES);
    return this.#queue.enqueue(this.#message.subarray(0, length), timeoutMs);
  }
}

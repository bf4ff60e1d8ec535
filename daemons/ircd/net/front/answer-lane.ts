/**
 * Answers on their way to a thread that owns sockets, ahead of the ticks that it has still to write: a message to thousands takes a
 * thread as long as hundreds of turns of the loop, and whoever only asks something would wait for all of it. A connection is answered here when
 * all that it was sent before has been taken by the thread, so that nobody's lines change their order. Made by IoShard.
 */
import { AsyncQueue } from '../../../runtime/async/async-queue.ts';
import type { SharedQueue } from '../../../runtime/async/queue-memory.ts';
import { type Arena, SLAB_BYTES } from '../arena.ts';
import type { RangeList } from '../tick-writer.ts';
import { ANSWER_BYTES, ANSWER_MESSAGE_BYTES, ANSWERS } from './records.ts';

const SLAB_MASK = SLAB_BYTES - 1;

/** The side of the state. */
export class AnswerLane {
  readonly #queue = AsyncQueue.create({ capacity: ANSWERS, maxMessageBytes: ANSWER_MESSAGE_BYTES });
  readonly #bytes = Buffer.from(new ArrayBuffer(ANSWER_MESSAGE_BYTES));
  readonly #words = new Int32Array(this.#bytes.buffer, 0, 2);

  get shared(): SharedQueue {
    return this.#queue.shared;
  }

  /** Whether there is room for another answer. */
  get hasRoom(): boolean {
    return !this.#queue.full;
  }

  /** Sends ranges of the tick that goes on; false where they are too long, or there is no room. */
  send(slot: number, arena: Arena, { bounds, length }: RangeList): boolean {
    let end = 8;
    for (let i = 0; i < length; i += 2) {
      const size = bounds[i + 1]! - bounds[i]!;
      if (end + size > ANSWER_MESSAGE_BYTES) return false;
      const start = bounds[i]! & SLAB_MASK;
      arena.slabAt(bounds[i]!).bytes.copy(this.#bytes, end, start, start + size);
      end += size;
    }
    this.#words[0] = slot;
    this.#words[1] = end - 8;
    return this.#queue.tryEnqueue(this.#bytes.subarray(0, end)) === 'queued';
  }
}

/** The side of the thread. */
export class AnswerReader {
  readonly #queue: AsyncQueue;
  readonly #bytes = Buffer.from(new ArrayBuffer(ANSWER_MESSAGE_BYTES + 8));
  readonly #words = new Int32Array(this.#bytes.buffer, 0, 2);

  constructor(queue: SharedQueue) {
    this.#queue = AsyncQueue.attach(queue);
  }

  /** Hands over every answer that is there. @param send told bytes that are good until it returns */
  read(send: (slot: number, bytes: Buffer) => void): void {
    while (this.#queue.dequeueInto(this.#bytes) >= 0)
      send(this.#words[0]!, this.#bytes.subarray(8, 8 + Math.min(ANSWER_BYTES, this.#words[1]!)));
  }
}

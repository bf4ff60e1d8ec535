/**
 * The memory of an AsyncQueue: a header and a ring of slots in one SharedArrayBuffer. Every slot has a sequence number that
 * says whose turn it is: `position` when it is free for the message of that position, `position + 1` when that message is in
 * it. Whoever advances the tail or the head by compare-and-exchange owns the slot until it writes the next number, so
 * several threads work in the ring without a lock. Numbers go round at 2^32.
 *
 * Source: the bounded queue of Dmitry Vyukov (one sequence number a slot).
 */
import { SignalboxError } from '../../../contract/errors.ts';

/** Words of the header; what different threads write all the time is a cache line apart. */
export const word = {
  /** Position of the next message in. */
  tail: 0,
  /** Position of the next message out. */
  head: 16,
  closed: 32,
  /** Counts up when data came for somebody who waits. */
  dataSignal: 33,
  /** How many wait for data. */
  dataWaiters: 34,
  /** Counts up when room came for somebody who waits. */
  roomSignal: 35,
  /** How many wait for room. */
  roomWaiters: 36,
  /** Messages that were taken out unread to make room. */
  dropped: 37,
  /** Messages that were not taken in because the queue was full. */
  rejected: 38,
  highWater: 39,
} as const;

const HEADER_WORDS = 48;
/** Sequence number and length of a slot. */
const SLOT_HEADER_WORDS = 2;
const WORD_BYTES = Int32Array.BYTES_PER_ELEMENT;
/** The ring is at most this large, in bytes, which is far more than a queue should hold. */
const MAX_RING_BYTES = 2 ** 30;

/** What a thread is given to take part in a queue; it can be posted to it. */
export interface SharedQueue {
  readonly buffer: SharedArrayBuffer;
  /** Messages that it holds. */
  readonly capacity: number;
  /** Bytes of a message at most. */
  readonly maxMessageBytes: number;
  readonly whenFull: WhenFull;
  readonly consumers: 'one' | 'many';
}

/**
 * What becomes of a message for which there is no room: it is not taken in; the oldest goes for it; or its writer waits.
 */
export type WhenFull = 'fail' | 'drop-oldest' | 'block';

/** The words of a queue and where its slots are. */
export class QueueMemory {
  readonly words: Int32Array;
  readonly bytes: Uint8Array;
  readonly #mask: number;
  readonly #slotWords: number;

  constructor({ buffer, capacity, maxMessageBytes }: SharedQueue) {
    this.words = new Int32Array(buffer);
    this.bytes = new Uint8Array(buffer);
    this.#mask = capacity - 1;
    this.#slotWords = slotWords(maxMessageBytes);
  }

  /** Where the slot of a position begins: its sequence number, then the length, then the bytes of the message. */
  slotAt(position: number): number {
    return HEADER_WORDS + (position & this.#mask) * this.#slotWords;
  }

  /** Where the bytes of a slot begin. */
  bytesAt(slot: number): number {
    return (slot + SLOT_HEADER_WORDS) * WORD_BYTES;
  }
}

function slotWords(maxMessageBytes: number): number {
  return SLOT_HEADER_WORDS + Math.ceil(maxMessageBytes / WORD_BYTES);
}

/**
 * Makes the memory of a queue.
 * @throws SignalboxError `bad_request` where a size is no whole number from 1, `limit_reached` where it would be over 1 GiB
 */
export function makeQueueMemory(wanted: Omit<SharedQueue, 'buffer'>): SharedQueue {
  for (const name of ['capacity', 'maxMessageBytes'] as const) {
    const value = wanted[name];
    if (!Number.isSafeInteger(value) || value < 1)
      throw new SignalboxError('bad_request', `${name} is ${value}: expected a whole number from 1.`);
  }
  // With one slot the number of a message would be that of a free slot.
  const capacity = Math.max(2, 2 ** Math.ceil(Math.log2(wanted.capacity)));
  const slots = slotWords(wanted.maxMessageBytes);
  const bytes = (HEADER_WORDS + capacity * slots) * WORD_BYTES;
  if (bytes > MAX_RING_BYTES)
    throw new SignalboxError(
      'limit_reached',
      `A queue of ${capacity} messages of ${wanted.maxMessageBytes} bytes takes ${bytes} bytes; at most ${MAX_RING_BYTES} are possible. Make it shorter, or send less in a message.`,
    );
  const shared = { ...wanted, capacity, buffer: new SharedArrayBuffer(bytes) };
  const words = new Int32Array(shared.buffer);
  for (let position = 0; position < capacity; position++) words[HEADER_WORDS + position * slots] = position;
  return shared;
}

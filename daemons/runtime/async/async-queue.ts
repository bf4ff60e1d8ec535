/**
 * A queue of messages between threads: any number of them write, one reads, or several by option. It is first in, first out, and
 * keeps the order of every writer; it holds a fixed number of messages of a fixed size, which are copied in and out, so that
 * nobody sees a message change. Made by one thread with {@link AsyncQueue.create}; the others are posted `shared` and attach.
 *
 * Use it between threads that exchange thousands of small messages a second. For a few large ones a MessagePort is
 * simpler, and within one thread an array is.
 */
import { SignalboxError } from '../../../contract/errors.ts';
import { assertMayBlock } from './blocking.ts';
import { makeQueueMemory, QueueMemory, type SharedQueue, type WhenFull, word } from './queue-memory.ts';
import { SharedSignal } from './shared-signal.ts';

/** Up to here words are copied one by one; for more, a view is worth being made. */
const SMALL_BYTES = 256;
const WORD_BYTES = Int32Array.BYTES_PER_ELEMENT;

export interface AsyncQueueOptions {
  /** Messages that it holds; the next power of two from 2 on is taken. */
  readonly capacity: number;
  /** Bytes of a message at most. */
  readonly maxMessageBytes: number;
  /** Default `fail`. */
  readonly whenFull?: WhenFull;
  /** How many threads read at the same time. Default `one`, which is quicker. */
  readonly consumers?: 'one' | 'many';
}

/** `full` only where the queue fails when it is; `timeout` only where it blocks. */
export type EnqueueResult = 'queued' | 'full' | 'timeout' | 'closed';

/** Figures of a queue. Totals are since it was made and are exact while they are asked for once in 2^32 messages. */
export interface QueueStats {
  /** Messages in it now. */
  readonly size: number;
  readonly capacity: number;
  /** Taken in. */
  readonly enqueued: number;
  /** Taken out by readers. */
  readonly dequeued: number;
  /** Taken out unread, to make room. */
  readonly dropped: number;
  /** Not taken in, because there was no room. */
  readonly rejected: number;
  /** The largest size so far. */
  readonly highWater: number;
}

/** A counter of 32 bits that goes round, as a total. */
class Total {
  #last = 0;
  #sum = 0;

  now(value: number): number {
    this.#sum += (value - this.#last) >>> 0;
    this.#last = value;
    return this.#sum;
  }
}

/** One thread's part in a queue. */
export class AsyncQueue {
  /** What another thread {@link attach}es to. */
  readonly shared: SharedQueue;
  readonly #memory: QueueMemory;
  readonly #words: Int32Array;
  readonly #data: SharedSignal;
  readonly #room: SharedSignal;
  readonly #capacity: number;
  /** Whether somebody else may take messages out: another reader, or a writer that drops the oldest. */
  readonly #contested: boolean;
  readonly #many: boolean;
  /** Writers that wait are woken when no more than this is left. */
  readonly #roomySize: number;
  /** Where the last message was copied to, and its words where it begins at one. */
  #target: Uint8Array | null = null;
  #targetWords: Int32Array | null = null;
  readonly #taken = new Total();
  readonly #dropped = new Total();
  readonly #rejected = new Total();

  private constructor(shared: SharedQueue) {
    this.shared = shared;
    this.#memory = new QueueMemory(shared);
    this.#words = this.#memory.words;
    this.#data = new SharedSignal(this.#words, word.dataSignal, word.dataWaiters);
    this.#room = new SharedSignal(this.#words, word.roomSignal, word.roomWaiters);
    this.#capacity = shared.capacity;
    this.#roomySize = this.#capacity - Math.max(1, this.#capacity >> 2);
    this.#many = shared.consumers === 'many';
    this.#contested = this.#many || shared.whenFull === 'drop-oldest';
  }

  /** @throws SignalboxError `bad_request` or `limit_reached` where a size cannot be. */
  static create({ whenFull = 'fail', consumers = 'one', ...sizes }: AsyncQueueOptions): AsyncQueue {
    return new AsyncQueue(makeQueueMemory({ ...sizes, whenFull, consumers }));
  }

  /** Takes part in a queue that another thread made. */
  static attach(shared: SharedQueue): AsyncQueue {
    return new AsyncQueue(shared);
  }

  /** Messages in it now. */
  get size(): number {
    const words = this.#words;
    // The head first: what comes in between makes it look larger, never negative.
    const head = Atomics.load(words, word.head);
    return Math.min((Atomics.load(words, word.tail) - head) >>> 0, this.#capacity);
  }

  get empty(): boolean {
    return this.size === 0;
  }

  get full(): boolean {
    return this.size === this.#capacity;
  }

  /** Whether {@link close} was called; messages may still be in it. */
  get closed(): boolean {
    return Atomics.load(this.#words, word.closed) === 1;
  }

  /**
   * Puts a copy of a message in. Where the queue blocks, it waits for room.
   * @param timeoutMs how long it waits at most; without end by default
   * @throws SignalboxError `limit_reached` where the message is too large, `refused` where it would block a thread that may not
   */
  enqueue(message: Uint8Array, timeoutMs = Number.POSITIVE_INFINITY): EnqueueResult {
    if (this.shared.whenFull !== 'block') return this.tryEnqueue(message);
    assertMayBlock('AsyncQueue.enqueue', 'tryEnqueue');
    let until: number | null = null;
    for (;;) {
      const result = this.#put(message);
      if (result !== 'full') return result;
      until ??= performance.now() + timeoutMs;
      if (this.#room.block(this.#hasRoomOrEnd, until)) continue;
      const last = this.#put(message);
      if (last !== 'full') return last;
      this.#reject();
      return 'timeout';
    }
  }

  /** Like {@link enqueue}, but never waits: where the queue blocks and is full, the answer is `full`. */
  tryEnqueue(message: Uint8Array): EnqueueResult {
    for (;;) {
      const result = this.#put(message);
      if (result !== 'full') return result;
      if (this.shared.whenFull !== 'drop-oldest') {
        this.#reject();
        return 'full';
      }
      this.#dropOldest();
    }
  }

  /**
   * Takes the oldest message out, into `target` from its start; up to three bytes behind it may change too. Give it the same
   * `target` each time, which is quickest.
   * @returns its bytes, or -1 where the queue is empty
   * @throws RangeError where `target` is smaller than `maxMessageBytes`
   */
  dequeueInto(target: Uint8Array): number {
    const { maxMessageBytes } = this.shared;
    if (target.length < maxMessageBytes)
      throw new RangeError(`The target has ${target.length} bytes; a message may have ${maxMessageBytes}.`);
    for (;;) {
      const position = this.#oldest();
      if (position === null) return -1;
      const slot = this.#memory.slotAt(position);
      const length = this.#words[slot + 1]!;
      this.#copy(target, slot, length);
      if (this.#take(position, slot)) return length;
    }
  }

  /** Takes the oldest message out, as a copy, or null where the queue is empty. */
  dequeue(): Uint8Array | null {
    for (;;) {
      const position = this.#oldest();
      if (position === null) return null;
      const slot = this.#memory.slotAt(position);
      const from = this.#memory.bytesAt(slot);
      const message = this.#memory.bytes.slice(from, from + this.#words[slot + 1]!);
      if (this.#take(position, slot)) return message;
    }
  }

  /**
   * Resolves when there is something to read, with true, or when the queue is closed and empty, with false. It takes
   * no time of the loop meanwhile and keeps it alive. Of several that wait, one resolves for each message or more.
   */
  async readable(): Promise<boolean> {
    for (;;) {
      await this.#data.until(this.#hasDataOrEnd);
      if (this.#hasData()) return true;
      // Another reader may have taken it since.
      if (this.closed) return false;
    }
  }

  /**
   * Resolves when there is room, with true, or when the queue is closed, with false. For a writer that may not stand still and whose
   * queue was full; it takes no time of the loop meanwhile and keeps it alive.
   */
  async writable(): Promise<boolean> {
    await this.#room.until(this.#hasRoomOrEnd);
    return !this.closed;
  }

  /**
   * Waits until there is something to read.
   * @returns whether there is; false when the time is over or the queue is closed and empty
   * @throws SignalboxError `refused` on a thread that may not block; use {@link readable} there
   */
  waitReadable(timeoutMs = Number.POSITIVE_INFINITY): boolean {
    assertMayBlock('AsyncQueue.waitReadable', 'readable');
    const until = performance.now() + timeoutMs;
    while (this.#data.block(this.#hasDataOrEnd, until)) {
      if (this.#hasData()) return true;
      if (this.closed) return false;
    }
    return false;
  }

  /** Takes nothing in any more and wakes everybody who waits. What is in it can still be read. */
  close(): void {
    Atomics.store(this.#words, word.closed, 1);
    this.#data.wake();
    this.#room.wake();
  }

  stats(): QueueStats {
    const words = this.#words;
    const head = Atomics.load(words, word.head);
    const size = this.size;
    const taken = this.#taken.now(head);
    const dropped = this.#dropped.now(Atomics.load(words, word.dropped));
    return {
      size,
      capacity: this.#capacity,
      enqueued: taken + size,
      dequeued: taken - dropped,
      dropped,
      rejected: this.#rejected.now(Atomics.load(words, word.rejected)),
      highWater: Math.max(size, Atomics.load(words, word.highWater)),
    };
  }

  /** Puts a message in, whatever is to be done where there is no room. */
  #put(message: Uint8Array): 'queued' | 'full' | 'closed' {
    const words = this.#words;
    const { length } = message;
    if (length > this.shared.maxMessageBytes) this.#refuse(length);
    if (Atomics.load(words, word.closed) === 1) return 'closed';
    for (;;) {
      const position = Atomics.load(words, word.tail);
      const slot = this.#memory.slotAt(position);
      const turn = (Atomics.load(words, slot) - position) | 0;
      if (turn < 0) {
        // The slot has the message of the round before. Another position means that others were quicker, not that it is full.
        if (Atomics.load(words, word.tail) === position) return 'full';
        continue;
      }
      if (turn > 0) continue;
      const next = (position + 1) | 0;
      const { bytes } = this.#memory;
      const at = this.#memory.bytesAt(slot);
      if (Atomics.compareExchange(words, word.tail, position, next) !== position) continue;
      // No function of ours runs from here to the next number: a thread is ended only where one begins, so it leaves no slot
      // that is half written.
      words[slot + 1] = length;
      bytes.set(message, at);
      Atomics.store(words, slot, next);
      if (this.#data.awaited) this.#data.wake(1);
      return 'queued';
    }
  }

  /** The position of the oldest message, or null where there is none. */
  #oldest(): number | null {
    const words = this.#words;
    for (;;) {
      const position = Atomics.load(words, word.head);
      const turn = (Atomics.load(words, this.#memory.slotAt(position)) - (position + 1)) | 0;
      if (turn < 0) return null;
      if (turn > 0) continue;
      const size = (Atomics.load(words, word.tail) - position) >>> 0;
      // The queue is largest just before something is taken out.
      if (size > words[word.highWater]! && size <= this.#capacity) this.#raiseHighWater(size);
      return position;
    }
  }

  /** Copies the message of a slot into `target`, up to the end of its last word. */
  #copy(target: Uint8Array, slot: number, length: number): void {
    const from = this.#memory.bytesAt(slot);
    if (target !== this.#target) {
      this.#target = target;
      const aligned = target.byteOffset % WORD_BYTES === 0;
      this.#targetWords = aligned
        ? new Int32Array(target.buffer, target.byteOffset, target.length >> 2)
        : null;
    }
    const into = this.#targetWords;
    const count = (length + WORD_BYTES - 1) >> 2;
    if (into === null || length > SMALL_BYTES || count > into.length) {
      target.set(this.#memory.bytes.subarray(from, from + length));
      return;
    }
    const words = this.#words;
    const first = from >> 2;
    for (let i = 0; i < count; i++) into[i] = words[first + i]!;
  }

  /**
   * Takes a message out that has been copied before.
   * @returns false where somebody else was quicker: then the copy is worth nothing
   */
  #take(position: number, slot: number): boolean {
    const words = this.#words;
    const next = (position + 1) | 0;
    const free = (position + this.#capacity) | 0;
    if (!this.#contested) Atomics.store(words, word.head, next);
    else if (Atomics.compareExchange(words, word.head, position, next) !== position) return false;
    // Nothing runs between the two: a thread that is ended leaves no slot that is neither full nor free.
    Atomics.store(words, slot, free);
    // Not for every single place: a writer that is woken for each costs more than the message. It misses nothing meanwhile,
    // because what it has to say comes after all that is in the queue.
    if (this.#room.awaited && this.size <= this.#roomySize) this.#room.wake();
    // Whoever was woken for what is left may be this very reader, or a thread that has ended meanwhile.
    if (this.#many && this.#data.awaited && this.#hasData()) this.#data.wake(1);
    return true;
  }

  #dropOldest(): void {
    const position = this.#oldest();
    // A reader may be quicker.
    if (position !== null && this.#take(position, this.#memory.slotAt(position)))
      Atomics.add(this.#words, word.dropped, 1);
  }

  readonly #hasDataOrEnd = () => this.#hasData() || this.closed;
  readonly #hasRoomOrEnd = () => !this.full || this.closed;

  #hasData(): boolean {
    const words = this.#words;
    const position = Atomics.load(words, word.head);
    // Something that is not written yet, or that another reader is about to take, wakes again when it is.
    return ((Atomics.load(words, this.#memory.slotAt(position)) - (position + 1)) | 0) >= 0;
  }

  #raiseHighWater(size: number): void {
    const words = this.#words;
    for (let known = Atomics.load(words, word.highWater); size > known; ) {
      const found = Atomics.compareExchange(words, word.highWater, known, size);
      if (found === known) return;
      known = found;
    }
  }

  #reject(): void {
    Atomics.add(this.#words, word.rejected, 1);
    this.#raiseHighWater(this.#capacity);
  }

  #refuse(length: number): never {
    throw new SignalboxError(
      'limit_reached',
      `A message of ${length} bytes does not fit the queue: at most ${this.shared.maxMessageBytes} bytes. Send it in parts, or make the queue with a larger maxMessageBytes.`,
    );
  }
}

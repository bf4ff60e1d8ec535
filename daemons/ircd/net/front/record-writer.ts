/**
 * Gathers records into messages of a queue between threads. One that finds no room waits here, and so does all that comes after it: the
 * owner asks `stuck` and makes no more of what it can put off. Used on both sides of an IoThread.
 */
import type { AsyncQueue } from '../../../runtime/async/async-queue.ts';
import { MESSAGE_BYTES, MESSAGE_WORDS, wordsOf } from './records.ts';

export class RecordWriter {
  readonly #queue: AsyncQueue;
  readonly #onRoom: () => void;
  readonly #bytes = Buffer.from(new ArrayBuffer(MESSAGE_BYTES));
  /** The message that is gathered. */
  readonly words = new Int32Array(this.#bytes.buffer);
  #used = 0;
  #made = 0;
  /** Messages for which there was no room, oldest first. */
  #waiting: Uint8Array[] = [];
  #waitingBytes = 0;
  #awaitsRoom = false;

  /** @param onRoom told when what had waited is gone */
  constructor(queue: AsyncQueue, onRoom: () => void = () => {}) {
    this.#queue = queue;
    this.#onRoom = onRoom;
  }

  /** Whether something waits because the other side is behind. */
  get stuck(): boolean {
    return this.#waiting.length > 0;
  }

  /** Messages that wait because the other side is behind. */
  get held(): number {
    return this.#waiting.length;
  }

  /** Bytes of those. */
  get heldBytes(): number {
    return this.#waitingBytes;
  }

  /** Bytes of all messages that were made so far, those that wait included. */
  get bytesMade(): number {
    return this.#made;
  }

  /** Takes so many words, side by side in one message; answers where in {@link words} they begin. */
  take(count: number): number {
    if (this.#used + count > MESSAGE_WORDS) this.send();
    const at = this.#used;
    this.#used += count;
    return at;
  }

  /** One word that stands for itself. */
  word(word: number): void {
    if (this.#used === MESSAGE_WORDS) this.send();
    this.words[this.#used++] = word;
  }

  /** A record with up to two more words. */
  record(sort: number, first: number, second = 0, count = 2): void {
    const at = this.take(count);
    this.words[at] = sort;
    this.words[at + 1] = first;
    if (count > 2) this.words[at + 2] = second;
  }

  /** A record of a sort, a figure and bytes, whose number stands between. They fit a message. */
  recordWith(sort: number, figure: number, bytes: Uint8Array, from = 0, end = bytes.length): void {
    const length = end - from;
    const at = this.take(3 + wordsOf(length));
    this.words[at] = sort;
    this.words[at + 1] = figure;
    this.words[at + 2] = length;
    this.#bytes.set(from === 0 && end === bytes.length ? bytes : bytes.subarray(from, end), (at + 3) * 4);
  }

  /** Hands over what is gathered. */
  send(): void {
    if (this.#used === 0) return;
    const message = this.#bytes.subarray(0, this.#used * 4);
    this.#used = 0;
    this.#made += message.length;
    // In order: what waits goes first.
    if (!this.stuck && this.#queue.tryEnqueue(message) !== 'full') return;
    this.#waiting.push(Uint8Array.prototype.slice.call(message));
    this.#waitingBytes += message.length;
    if (!this.#awaitsRoom) void this.#sendWaiting();
  }

  /** Forgets everything: there is nobody who would read it. */
  clear(): void {
    this.#used = 0;
    this.#waiting = [];
    this.#waitingBytes = 0;
  }

  async #sendWaiting(): Promise<void> {
    this.#awaitsRoom = true;
    while (this.#waiting.length > 0 && (await this.#queue.writable())) {
      let sent = 0;
      while (sent < this.#waiting.length && this.#queue.tryEnqueue(this.#waiting[sent]!) === 'queued') sent++;
      for (const { length } of this.#waiting.splice(0, sent)) this.#waitingBytes -= length;
    }
    this.#awaitsRoom = false;
    if (this.#queue.closed) this.clear();
    this.#onRoom();
  }
}

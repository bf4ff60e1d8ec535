/**
 * One end of a channel for files: sends no more than the other end has given credit for, and gives credit as its own reader
 * takes bytes over. The same in a daemon and in a window; what carries the messages is the pipe's business.
 */
import { type ByteMessage, type BytePipe, byteMessageSchema } from '../contract/byte-stream.ts';
import { fromWireError, SignalboxError, toWireError } from '../contract/errors.ts';
import { limits } from './limits.ts';

/** What an end says of itself when the channel opens. */
export interface ByteOpening {
  /** What is wanted or offered; empty where a daemon answers. */
  readonly name: string;
  /** How many bytes it is going to send; null where that is not known. */
  readonly size: number | null;
}

/** An end of a channel. Reading is for one reader, by `for await`; writing and reading may go on at once. */
export class ByteChannel {
  /** What the other end said of itself. Rejects where the channel ends before. */
  readonly opened: Promise<ByteOpening>;
  readonly #pipe: BytePipe;
  /** Whether this end asked for the channel; it closes the pipe when both are done. */
  readonly #asked: boolean;
  readonly #windowBytes: number;
  readonly #arrived: Uint8Array[] = [];
  #settleOpened: { resolve(opening: ByteOpening): void; reject(error: Error): void };
  /** Bytes that may still be sent. */
  #credit = 0;
  /** Bytes that the other end may still send. */
  #granted = 0;
  /** Bytes that the reader has taken over and the other end has no credit for yet. */
  #taken = 0;
  #sent = 0;
  #received = 0;
  #isOpen = false;
  #otherIsOpen = false;
  #ended = false;
  #otherEnded = false;
  #failure: SignalboxError | null = null;
  #wakeWriter = () => {};
  #wakeReader = () => {};
  #lastWrite: Promise<void> = Promise.resolve();

  /** `asked` is true for the end that opens the channel. `windowBytes` is how much may be under way to this end. */
  constructor(pipe: BytePipe, asked: boolean, windowBytes: number = limits.byteWindowBytes.default) {
    this.#pipe = pipe;
    this.#asked = asked;
    this.#windowBytes = windowBytes;
    this.#settleOpened = { resolve() {}, reject() {} };
    this.opened = new Promise((resolve, reject) => {
      this.#settleOpened = { resolve, reject };
    });
    // Nobody need wait for it.
    this.opened.catch(() => {});
    pipe.onMessage((message) => this.#receive(message));
    pipe.onClose(() => this.#closed());
  }

  /** Says what this end is; to be called once, before anything is written. */
  open(opening: ByteOpening): void {
    if (this.#isOpen || this.#failure !== null) return;
    this.#isOpen = true;
    this.#granted = this.#windowBytes;
    this.#pipe.send({ type: 'bytes-open', ...opening, credit: this.#windowBytes });
  }

  /** Resolves when all of it is on its way. Rejects where the channel has ended, with the reason. */
  write(data: Uint8Array): Promise<void> {
    const written = this.#lastWrite.then(() => this.#write(data));
    this.#lastWrite = written.catch(() => {});
    return written;
  }

  /** Says, after all that was written, that this end sends no more. */
  async end(): Promise<void> {
    await this.#lastWrite;
    if (this.#failure !== null) throw this.#failure;
    if (this.#ended) return;
    this.#ended = true;
    this.#pipe.send({ type: 'bytes-end', total: this.#sent });
    this.#finish();
  }

  /** Ends the channel in both directions; the other end gets the reason. Cancelling what has ended is fine. */
  cancel(reason: SignalboxError): void {
    if (this.#failure !== null || (this.#ended && this.#otherEnded)) return;
    this.#pipe.send({ type: 'bytes-cancel', error: toWireError(reason) });
    this.#fail(reason);
  }

  /** The bytes of the other end, until it ends; throws why where it was cancelled. Leaving the loop early cancels. */
  async *[Symbol.asyncIterator](): AsyncGenerator<Uint8Array, void, undefined> {
    let whole = false;
    try {
      for (;;) {
        if (this.#failure !== null) throw this.#failure;
        const next = this.#arrived.shift();
        if (next !== undefined) {
          this.#take(next.length);
          yield next;
        } else if (this.#otherEnded) {
          whole = true;
          return;
        } else {
          await new Promise<void>((resolve) => {
            this.#wakeReader = resolve;
          });
        }
      }
    } finally {
      if (!whole) this.cancel(new SignalboxError('cancelled', 'The reader has left.'));
    }
  }

  async #write(data: Uint8Array): Promise<void> {
    let at = 0;
    while (at < data.length) {
      if (this.#failure !== null) throw this.#failure;
      if (this.#ended) throw new SignalboxError('conflict', 'This end of the channel has ended already.');
      const size = Math.min(this.#credit, limits.byteChunkBytes.default, data.length - at);
      if (size === 0) {
        await new Promise<void>((resolve) => {
          this.#wakeWriter = resolve;
        });
        continue;
      }
      this.#credit -= size;
      this.#sent += size;
      this.#pipe.send({ type: 'bytes', data: data.subarray(at, at + size) });
      at += size;
    }
  }

  #receive(raw: unknown): void {
    if (this.#failure !== null) return;
    const parsed = byteMessageSchema.safeParse(raw);
    if (!parsed.success) {
      this.cancel(new SignalboxError('bad_request', 'The other end sent what no channel for files knows.'));
      return;
    }
    const message = parsed.data;
    // It may refuse the channel without having opened.
    if (message.type !== 'bytes-cancel' && this.#otherIsOpen === (message.type === 'bytes-open')) {
      const text = this.#otherIsOpen
        ? 'The other end opened the channel twice.'
        : `The other end sent ${message.type} before it opened the channel.`;
      this.cancel(new SignalboxError('bad_request', text));
      return;
    }
    this.#apply(message);
  }

  /** More may be sent, but never so much that it would have to be kept for an end that does not read. */
  #mayFurther(credit: number): void {
    const most = limits.byteCreditBytes.default;
    if (this.#credit + credit > most) {
      const text = `The other end gave credit for more than ${most} bytes.`;
      this.cancel(new SignalboxError('limit_reached', text));
      return;
    }
    this.#credit += credit;
    this.#wakeWriter();
  }

  #apply(message: ByteMessage): void {
    switch (message.type) {
      case 'bytes-open':
        this.#otherIsOpen = true;
        this.#settleOpened.resolve({ name: message.name, size: message.size });
        this.#mayFurther(message.credit);
        return;
      case 'bytes':
        this.#arrive(message.data);
        return;
      case 'bytes-ack':
        this.#mayFurther(message.credit);
        return;
      case 'bytes-end':
        if (message.total !== this.#received) {
          const text = `The other end says it sent ${message.total} bytes; ${this.#received} arrived.`;
          this.cancel(new SignalboxError('bad_request', text));
          return;
        }
        this.#otherEnded = true;
        this.#wakeReader();
        this.#finish();
        return;
      case 'bytes-cancel':
        this.#fail(fromWireError(message.error));
        return;
    }
  }

  #arrive(data: Uint8Array): void {
    if (this.#otherEnded || data.length > this.#granted) {
      const text = this.#otherEnded
        ? 'The other end sent bytes after its end.'
        : `The other end sent ${data.length} bytes with credit for ${this.#granted}.`;
      this.cancel(new SignalboxError('limit_reached', text));
      return;
    }
    this.#granted -= data.length;
    this.#received += data.length;
    if (data.length > 0) this.#arrived.push(data);
    this.#wakeReader();
  }

  /** The reader has taken bytes over; credit goes back in halves, so that not every piece costs a message. */
  #take(bytes: number): void {
    this.#taken += bytes;
    if (this.#taken < this.#windowBytes / 2 || this.#otherEnded) return;
    this.#granted += this.#taken;
    this.#pipe.send({ type: 'bytes-ack', credit: this.#taken });
    this.#taken = 0;
  }

  #finish(): void {
    if (this.#asked && this.#ended && this.#otherEnded) this.#pipe.close();
  }

  #closed(): void {
    if (this.#failure !== null || (this.#ended && this.#otherEnded)) return;
    this.#fail(new SignalboxError('cancelled', 'The other end of the channel is gone.'));
  }

  #fail(reason: SignalboxError): void {
    if (this.#failure !== null) return;
    this.#failure = reason;
    this.#arrived.length = 0;
    this.#settleOpened.reject(reason);
    this.#wakeWriter();
    this.#wakeReader();
    this.#pipe.close();
  }
}

/**
 * Messages both ways over any stream: a socket, a pair of standard input and output, a Duplex, also one made of streams that came
 * by a MessagePort. Each way has a bounded queue. Nothing more is read from the stream while nobody takes what has arrived, and a
 * writer waits while the other end does not read: so a slow end slows the other one down, and nothing piles up.
 *
 * Several may read and write at once; each way keeps the order of the calls.
 */
import type { Duplex, Readable, Writable } from 'node:stream';
import { SignalboxError } from '../../../contract/errors.ts';
import { limits } from '../limits.ts';
import { BoundedFifo, type FifoStats } from './bounded-fifo.ts';
import { Callers, type WaitOptions } from './callers.ts';
import type { Decoder, Framing } from './framing.ts';

/** What a channel is made over. */
export type ChannelStream = Duplex | { readonly readable: Readable; readonly writable: Writable };

export interface DuplexChannelOptions<Message> {
  /** How messages stand in the stream. */
  readonly framing: Framing<Message>;
  /** Messages that each way holds at most. Default `limits.channelMessages`. */
  readonly messages?: number;
  /** Bytes from which on a way takes no more messages. Default `limits.channelBytes`. */
  readonly bytes?: number;
  /** Calls of {@link DuplexChannel.write} that may wait for room. Default `limits.channelWaiting`. */
  readonly waiting?: number;
}

/** Figures of both ways. */
export interface ChannelStats {
  /** Arrived, and not read yet. */
  readonly in: FifoStats;
  /** Written, and not with the stream yet. */
  readonly out: FifoStats;
}

const CLOSED = 'The channel is closed.';

export class DuplexChannel<Message> {
  /** Resolves when nothing goes either way any more; {@link failure} says whether that was an error. */
  readonly closed: Promise<void>;
  readonly #stream: ChannelStream;
  readonly #framing: Framing<Message>;
  readonly #decoder: Decoder<Message>;
  readonly #readable: Readable;
  readonly #writable: Writable;
  readonly #in: BoundedFifo<Message>;
  readonly #out: BoundedFifo<unknown>;
  readonly #readers = new Callers<Message | null>();
  readonly #writers = new Callers<void, { readonly encoded: unknown; readonly bytes: number }>();
  readonly #maxWaiting: number;
  readonly #ended: Promise<void>;
  #settleEnded: { resolve(): void; reject(error: Error): void } = { resolve() {}, reject() {} };
  #settleClosed = () => {};
  #failure: SignalboxError | null = null;
  #isClosed = false;
  /** Whether the stream was not read further because the queue was full. */
  #readStalled = false;
  /** What the stream has said: nothing comes any more. */
  #streamEnded = false;
  /** Nothing comes any more, and all of it is in the queue. */
  #inputOver = false;
  #ending = false;
  #outputOver = false;
  #corked = false;
  #listening = true;

  constructor(stream: ChannelStream, options: DuplexChannelOptions<Message>) {
    const { framing, waiting = limits.channelWaiting.default } = options;
    const { messages = limits.channelMessages.default, bytes = limits.channelBytes.default } = options;
    const sizes = { capacity: messages, maxBytes: bytes };
    this.#stream = stream;
    this.#framing = framing;
    this.#decoder = framing.decoder();
    this.#in = new BoundedFifo(sizes);
    this.#out = new BoundedFifo(sizes);
    this.#maxWaiting = waiting;
    [this.#readable, this.#writable] = sidesOf(stream);
    this.closed = new Promise((resolve) => {
      this.#settleClosed = resolve;
    });
    this.#ended = new Promise((resolve, reject) => {
      this.#settleEnded = { resolve, reject };
    });
    // Nobody need wait for it.
    this.#ended.catch(() => {});
    this.#listen();
    this.#streamEnded = this.#readable.readableEnded;
    if (this.#writable.writableFinished) this.#onFinish();
    if (this.#readable.destroyed) this.#onReadableClose();
    if (this.#writable.destroyed) this.#onWritableClose();
    this.#fill();
  }

  /** Why the channel ended; null while it is open and where it ended well. */
  get failure(): SignalboxError | null {
    return this.#failure;
  }

  /**
   * The next message. Null when the other end has ended and everything was read, or this end was closed.
   * @throws SignalboxError why the stream failed, after what arrived before; `timeout` or `cancelled` by the signal
   */
  read({ signal }: WaitOptions = {}): Promise<Message | null> {
    const message = this.tryRead();
    if (message !== undefined) return Promise.resolve(message);
    if (this.#isClosed || this.#inputOver) return Promise.resolve(null);
    if (this.#failure !== null) return Promise.reject(this.#failure);
    return this.#readers.wait(undefined, signal);
  }

  /** The next message where one has arrived; undefined otherwise. */
  tryRead(): Message | undefined {
    const message = this.#in.shift();
    if (this.#readStalled) this.#fill();
    return message;
  }

  /** The messages of the other end until it ends; throws where the stream fails. Leaving the loop leaves the channel open. */
  async *[Symbol.asyncIterator](): AsyncGenerator<Message, void, undefined> {
    for (let message = await this.read(); message !== null; message = await this.read()) yield message;
  }

  /**
   * Sends a message. Resolves when it is in the queue, which may be after others have left it.
   * @throws SignalboxError `bad_request` or `limit_reached` where the message cannot be sent, `limit_reached` where too many calls
   *   wait already, `conflict` after {@link end}, `cancelled` after {@link close}, why the stream failed, or what the signal says
   */
  async write(message: Message, { signal }: WaitOptions = {}): Promise<void> {
    const encoded = this.#framing.encode(message);
    const bytes = this.#framing.bytesOf(message);
    const refusal = this.#writeRefusal();
    if (refusal !== null) throw refusal;
    // Nobody is overtaken: as long as somebody waits there is no room.
    if (this.#out.hasRoom) {
      this.#out.push(encoded, bytes);
      this.#flush();
      return;
    }
    if (this.#writers.size >= this.#maxWaiting) {
      this.#out.reject();
      throw new SignalboxError(
        'limit_reached',
        `${this.#maxWaiting} messages wait to be written already. Await each write before the next.`,
      );
    }
    await this.#writers.wait({ encoded, bytes }, signal);
  }

  /**
   * Sends a message where there is room now.
   * @throws SignalboxError `bad_request` or `limit_reached` where the message cannot be sent
   */
  tryWrite(message: Message): 'queued' | 'full' | 'closed' {
    const encoded = this.#framing.encode(message);
    if (this.#writeRefusal() !== null) return 'closed';
    if (!this.#out.hasRoom) {
      this.#out.reject();
      return 'full';
    }
    this.#out.push(encoded, this.#framing.bytesOf(message));
    this.#flush();
    return 'queued';
  }

  /**
   * Says that this end sends no more, after all that was written, also by calls that still wait. Reading goes on. Resolves when
   * the stream has it all; may be called again.
   * @throws SignalboxError why that did not come to pass
   */
  end(): Promise<void> {
    this.#ending = true;
    this.#flush();
    return this.#ended;
  }

  /**
   * Ends both ways at once: what is queued is thrown away, those that wait to write get `cancelled`, those that wait to read get
   * the end. Closing twice is fine.
   */
  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#in.clear();
    this.#stop(new SignalboxError('cancelled', CLOSED));
    this.#readers.resolveAll(null);
    this.#settleClosed();
  }

  /**
   * Gives the stream back as it was: nothing more goes through this channel. For two ends that have agreed to speak something else
   * from here on, before either has begun to.
   * @throws SignalboxError `conflict` where something is queued, or somebody waits
   */
  release(): ChannelStream {
    const idle = this.#in.size + this.#out.size + this.#readers.size + this.#writers.size === 0;
    if (this.#isClosed || this.#failure !== null || !idle)
      throw new SignalboxError('conflict', 'The channel is closed or in use.');
    this.#isClosed = true;
    this.#detach();
    this.#settleEnded.resolve();
    this.#settleClosed();
    return this.#stream;
  }

  stats(): ChannelStats {
    return { in: this.#in.stats(), out: this.#out.stats() };
  }

  /** Has both ways tell how long each message waited, in nanoseconds. See `instrumentChannel`. */
  onWait(hearIn: (ns: number) => void, hearOut: (ns: number) => void): void {
    this.#in.onWait = hearIn;
    this.#out.onWait = hearOut;
  }

  #listen(): void {
    this.#readable.on('readable', this.#fill).on('end', this.#onEnd);
    this.#readable.on('error', this.#onError).on('close', this.#onReadableClose);
    this.#writable.on('drain', this.#flush).on('finish', this.#onFinish);
    this.#writable.on('error', this.#onError).on('close', this.#onWritableClose);
  }

  #detach(): void {
    if (!this.#listening) return;
    this.#listening = false;
    // An error that comes after the end has nobody to hear it.
    this.#readable.on('error', ignore).off('error', this.#onError);
    this.#writable.on('error', ignore).off('error', this.#onError);
    this.#readable.off('readable', this.#fill).off('end', this.#onEnd).off('close', this.#onReadableClose);
    this.#writable
      .off('drain', this.#flush)
      .off('finish', this.#onFinish)
      .off('close', this.#onWritableClose);
  }

  /** Moves what has arrived into the queue while there is room. */
  readonly #fill = (): void => {
    this.#readStalled = false;
    try {
      while (!this.#inputOver && !this.#isClosed) {
        if (!this.#in.hasRoom) {
          this.#readStalled = true;
          return;
        }
        const message = this.#decoder.next() ?? this.#refill();
        if (message === undefined) return;
        if (message !== null) this.#arrive(message);
      }
    } catch (error) {
      this.#fail(error as Error);
    }
  };

  /** Gives the decoder what came next. Null where there may be a message now, undefined where nothing has come. */
  #refill(): Message | null | undefined {
    const piece: unknown = this.#readable.read();
    if (piece !== null) {
      this.#decoder.push(piece);
      return null;
    }
    if (!this.#streamEnded) return undefined;
    const last = this.#decoder.end();
    this.#inputOver = true;
    if (last !== undefined) return last;
    this.#readers.resolveAll(null);
    this.#endIfOver();
    return undefined;
  }

  #arrive(message: Message): void {
    this.#in.push(message, this.#framing.bytesOf(message));
    if (this.#readers.size > 0) this.#readers.resolveFirst(this.#in.shift()!);
    if (!this.#inputOver) return;
    this.#readers.resolveAll(null);
    this.#endIfOver();
  }

  /** Gives the stream what is queued while it takes more, and lets those that wait have the room. */
  readonly #flush = (): void => {
    const writable = this.#writable;
    for (;;) {
      while (this.#out.size > 0 && !writable.writableNeedDrain) this.#send(this.#out.shift());
      const first = this.#writers.first;
      if (first === undefined || !this.#out.hasRoom) break;
      this.#out.push(first.encoded, first.bytes);
      this.#writers.resolveFirst();
    }
    // Those that wait do so behind what is queued. Ending twice is fine.
    if (this.#ending && this.#out.size === 0) writable.end();
  };

  /** Messages of one turn go out together. */
  #send(encoded: unknown): void {
    if (!this.#corked) {
      this.#corked = true;
      this.#writable.cork();
      process.nextTick(this.#uncork);
    }
    this.#writable.write(encoded);
  }

  readonly #uncork = (): void => {
    this.#corked = false;
    this.#writable.uncork();
  };

  #writeRefusal(): SignalboxError | null {
    if (this.#isClosed) return new SignalboxError('cancelled', CLOSED);
    if (this.#failure !== null) return this.#failure;
    if (this.#ending) return new SignalboxError('conflict', 'This end of the channel has ended already.');
    return this.#outputOver ? otherEnded() : null;
  }

  readonly #onEnd = (): void => {
    this.#streamEnded = true;
    this.#fill();
  };

  readonly #onFinish = (): void => {
    this.#outputOver = true;
    if (this.#out.size === 0) this.#settleEnded.resolve();
    this.#dropOutput(otherEnded());
    this.#endIfOver();
  };

  readonly #onError = (error: Error): void => this.#fail(error);

  readonly #onReadableClose = (): void => {
    if (!this.#streamEnded) this.#fail(gone());
  };

  readonly #onWritableClose = (): void => {
    if (!this.#outputOver) this.#fail(gone());
  };

  #endIfOver(): void {
    if (!this.#inputOver || !this.#outputOver) return;
    this.#detach();
    this.#settleClosed();
  }

  #fail(error: Error): void {
    if (this.#failure !== null || this.#isClosed) return;
    this.#failure =
      error instanceof SignalboxError
        ? error
        : new SignalboxError('unavailable', `The stream of the channel failed: ${error.message}`, {
            cause: error,
          });
    this.#stop(this.#failure);
    // What arrived whole is still given out before the reason.
    if (!this.#inputOver) this.#readers.rejectAll(this.#failure);
    this.#settleClosed();
  }

  /** Nothing more is sent, and the stream is let go of. */
  #stop(reason: SignalboxError): void {
    this.#dropOutput(reason);
    this.#detach();
    this.#readable.destroy();
    this.#writable.destroy();
  }

  #dropOutput(reason: SignalboxError): void {
    this.#out.clear();
    this.#writers.rejectAll(reason);
    this.#settleEnded.reject(reason);
  }
}

function ignore(): void {}

function sidesOf(stream: ChannelStream): [Readable, Writable] {
  return 'readable' in stream && typeof stream.readable === 'object'
    ? [stream.readable, stream.writable]
    : [stream as Duplex, stream as Duplex];
}

function gone(): SignalboxError {
  return new SignalboxError('unavailable', 'The other end of the channel is gone.');
}

function otherEnded(): SignalboxError {
  return new SignalboxError('unavailable', 'The other end of the channel takes nothing any more.');
}

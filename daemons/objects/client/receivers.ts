/** What callers do with answers: collect them, read them as a stream, take their descriptor. */
import { Readable } from 'node:stream';
import type { AnswerHead } from '../protocol/answer.ts';
import type { Metadata } from '../protocol/metadata.ts';
import type { OnProgress } from './body.ts';
import type { ClientConnection } from './connection.ts';
import { type ObjectsError, ObjectsTooLargeError } from './errors.ts';
import type { Exchange, Receiver } from './exchange.ts';

interface Collected {
  readonly content: Buffer;
  readonly metadata: Metadata;
}

const NOTHING = Buffer.alloc(0);

/** Content of at most so many bytes, in one piece. */
export class CollectedContent implements Receiver {
  readonly done: Promise<Collected>;
  readonly #maxBytes: number;
  readonly #onProgress: OnProgress | undefined;
  #resolve!: (collected: Collected) => void;
  #reject!: (error: ObjectsError) => void;
  #metadata: Metadata = {};
  #content = NOTHING;
  #totalBytes = 0;
  #bytes = 0;

  constructor(maxBytes: number, onProgress: OnProgress | undefined) {
    this.#maxBytes = maxBytes;
    this.#onProgress = onProgress;
    this.done = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
  }

  onHead({ metadata, contentBytes }: AnswerHead): void {
    this.#metadata = metadata;
    this.#totalBytes = contentBytes;
    if (contentBytes > 0 && contentBytes <= this.#maxBytes)
      this.#content = Buffer.allocUnsafeSlow(contentBytes);
  }

  onContent(source: Buffer, start: number, end: number): void {
    if (this.#totalBytes > this.#maxBytes) return;
    source.copy(this.#content, this.#bytes, start, end);
    this.#bytes += end - start;
    this.#onProgress?.(this.#bytes, this.#totalBytes);
  }

  onEnd(): void {
    if (this.#totalBytes > this.#maxBytes) this.#reject(tooLarge(this.#totalBytes, this.#maxBytes));
    else this.#resolve({ content: this.#content, metadata: this.#metadata });
  }

  onFailed(error: ObjectsError): void {
    this.#reject(error);
  }
}

/** Why an object is not collected. */
export const tooLarge = (sizeBytes: number, maxBytes: number): ObjectsTooLargeError =>
  new ObjectsTooLargeError(
    `The object has ${sizeBytes} bytes, and at most ${maxBytes} were to be held in memory; read it as a stream.`,
  );

interface Begun {
  readonly content: Readable;
  readonly sizeBytes: number;
  readonly metadata: Metadata;
}

/** Content as a stream, which holds up the connection while nobody reads. */
export class StreamedAnswer implements Receiver {
  readonly begun: Promise<Begun>;
  exchange: Exchange | null = null;
  readonly #connection: ClientConnection;
  readonly #onProgress: OnProgress | undefined;
  readonly #stream: Readable;
  #resolve!: (begun: Begun) => void;
  #reject!: (error: ObjectsError) => void;
  #hasBegun = false;
  #holding = false;
  #totalBytes = 0;
  #bytes = 0;

  constructor(connection: ClientConnection, onProgress: OnProgress | undefined) {
    this.#connection = connection;
    this.#onProgress = onProgress;
    this.begun = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
    this.#stream = new Readable({
      read: () => this.#release(),
      destroy: (error, done) => {
        // The rest of the answer is passed over.
        this.#release();
        done(error);
      },
    });
  }

  onHead({ metadata, contentBytes }: AnswerHead): void {
    this.#hasBegun = true;
    this.#totalBytes = contentBytes;
    this.#resolve({ content: this.#stream, sizeBytes: contentBytes, metadata });
  }

  onContent(source: Buffer, start: number, end: number): void {
    this.#bytes += end - start;
    if (this.#stream.destroyed) return;
    const wantsMore = this.#stream.push(Buffer.from(source.subarray(start, end)));
    this.#onProgress?.(this.#bytes, this.#totalBytes);
    if (wantsMore || this.#bytes === this.#totalBytes) return;
    this.#holding = true;
    this.exchange?.hold();
    this.#connection.pause();
  }

  onEnd(): void {
    this.#stream.push(null);
  }

  onFailed(error: ObjectsError): void {
    if (this.#hasBegun) this.#stream.destroy(error);
    else this.#reject(error);
  }

  #release(): void {
    if (!this.#holding) return;
    this.#holding = false;
    this.exchange?.release();
    this.#connection.resume();
  }
}

/** Takes the descriptor. */
export const descriptorReceiver = (
  resolve: (head: AnswerHead) => void,
  reject: (error: ObjectsError) => void,
): Receiver => ({
  onHead: resolve,
  onContent: () => undefined,
  onEnd: () => undefined,
  onFailed: reject,
});

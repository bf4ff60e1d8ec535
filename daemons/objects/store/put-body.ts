/**
 * The body of a put as it comes from a connection: pieces of memory that is used again, at the pace of the client, into a file at the pace
 * of the disk. A connection that gets `false` reads no more until it is told.
 */
import { FIXED_LIMITS } from '../limits.ts';
import type { ObjectInfo } from './object-info.ts';
import type { ObjectWrites, PutOptions } from './object-writes.ts';
import { Upload } from './upload.ts';

/** One body. */
export class PutBody {
  readonly #onDrain: () => void;
  readonly #onFailed: (error: unknown) => void;
  readonly #upload: Promise<Upload>;
  /** Copies of what came and was not handed to the disk. */
  #waiting: Buffer[] = [];
  #waitingBytes = 0;
  #writing: Promise<void> | null = null;
  /** Whether the connection was told to wait. */
  #held = false;
  #failed = false;
  #ended = false;

  /**
   * Begins the put.
   * @param onDrain called when a connection that was told to wait may go on
   * @param onFailed called as soon as it is known that nothing can be put, which {@link finish} says as well; what comes then is thrown away
   */
  constructor(
    writes: ObjectWrites,
    uri: string,
    sizeBytes: number,
    onDrain: () => void,
    onFailed: (error: unknown) => void = () => {},
    options?: PutOptions,
  ) {
    this.#onDrain = onDrain;
    this.#onFailed = onFailed;
    this.#upload = Upload.begin(writes, uri, sizeBytes, options);
    this.#upload.catch((error: unknown) => this.#fail(error));
  }

  /** Takes a range of memory that may be changed afterwards. Answers whether more may come now. */
  push(source: Buffer, start: number, end: number): boolean {
    if (this.#failed || this.#ended) return true;
    this.#waiting.push(Buffer.from(source.subarray(start, end)));
    this.#waitingBytes += end - start;
    this.#writing ??= this.#write();
    this.#held = this.#waitingBytes >= FIXED_LIMITS.put_waiting_bytes.default;
    return !this.#held;
  }

  /**
   * The body is complete: puts the object into its place.
   * @throws StoreError why it could not be put; nothing of it is left then
   */
  async finish(): Promise<ObjectInfo> {
    const upload = await this.#upload;
    await this.#writing;
    if (this.#ended) await upload.abandon();
    return await upload.finish();
  }

  /** The connection is gone: nothing of the put stays. Again, or after {@link finish}, it does nothing. */
  abandon(): void {
    this.#ended = true;
    this.#waiting = [];
    this.#upload.then((upload) => upload.abandon()).catch(() => {});
  }

  async #write(): Promise<void> {
    try {
      const upload = await this.#upload;
      while (this.#waiting.length > 0) {
        const pieces = this.#waiting;
        this.#waiting = [];
        this.#waitingBytes = 0;
        // While these are written the next may come.
        this.#release();
        await upload.write(pieces.length === 1 ? pieces[0]! : Buffer.concat(pieces));
      }
    } catch (error) {
      this.#fail(error);
    }
    this.#writing = null;
  }

  #fail(error: unknown): void {
    if (this.#failed) return;
    this.#failed = true;
    this.#waiting = [];
    this.#waitingBytes = 0;
    this.#onFailed(error);
    this.#release();
  }

  #release(): void {
    if (!this.#held) return;
    this.#held = false;
    this.#onDrain();
  }
}

/**
 * The body of a put, written by the thread that has the connection. The object is there, whole, from {@link Upload.finish} on, or it is
 * not there at all: it is written beside its place, synced, and then renamed into it.
 */
import { constants } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import type { ObjectInfo } from './object-info.ts';
import type { ObjectWrites, PutOptions, PutPlace } from './object-writes.ts';
import { StoreError, storeErrorOf } from './store-problems.ts';

const { O_CREAT, O_EXCL, O_WRONLY, O_NOFOLLOW = 0 } = constants;

/** One put. */
export class Upload {
  readonly #writes: ObjectWrites;
  readonly #place: PutPlace;
  readonly #file: FileHandle;
  readonly #sizeBytes: number;
  #written = 0;
  #ended = false;
  /** Why a write failed; then nothing is put. */
  #failure: StoreError | null = null;

  private constructor(writes: ObjectWrites, place: PutPlace, file: FileHandle, sizeBytes: number) {
    this.#writes = writes;
    this.#place = place;
    this.#file = file;
    this.#sizeBytes = sizeBytes;
  }

  /**
   * Asks for a place and opens a file there.
   * @throws StoreError `invalid_uri`, `uri_too_long`, `too_large`, `quota`, `unavailable` or what the system says
   */
  static async begin(
    writes: ObjectWrites,
    uri: string,
    sizeBytes: number,
    options?: PutOptions,
  ): Promise<Upload> {
    const place = await writes.beginPut(uri, sizeBytes, options);
    try {
      const file = await open(place.path, O_CREAT | O_EXCL | O_WRONLY | O_NOFOLLOW, 0o640);
      return new Upload(writes, place, file, sizeBytes);
    } catch (error) {
      await writes.abandonPut(place.put).catch(() => {});
      throw storeErrorOf(error, 'the object cannot be written');
    }
  }

  /**
   * Writes what comes next; the bytes are not changed until it resolves. One call at a time. After a failure {@link finish} says why.
   * @throws StoreError `changed` for more bytes than were said, `storage` for a full disk
   */
  async write(bytes: Uint8Array): Promise<void> {
    try {
      await this.#write(bytes);
    } catch (error) {
      this.#failure = storeErrorOf(error, 'the object cannot be written');
      throw this.#failure;
    }
  }

  /**
   * Puts the object into its place. It is on disk when this resolves; when it rejects, what was there is there still.
   * @throws StoreError `changed` for fewer bytes than were said, `conflict`, or what the system says
   */
  async finish(): Promise<ObjectInfo> {
    this.#ended = true;
    try {
      if (this.#failure !== null) throw this.#failure;
      if (this.#written < this.#sizeBytes)
        throw new StoreError(
          'changed',
          `the body has ${this.#written} bytes instead of the ${this.#sizeBytes} that were said`,
        );
      await this.#file.sync();
      await this.#file.close();
    } catch (error) {
      await this.#giveUp();
      throw storeErrorOf(error, 'the object cannot be written');
    }
    return await this.#writes.commitPut(this.#place.put);
  }

  /** Gives the put up: nothing of it stays. After {@link finish}, and again, it does nothing. */
  async abandon(): Promise<void> {
    if (this.#ended) return;
    this.#ended = true;
    await this.#giveUp();
  }

  async #write(bytes: Uint8Array): Promise<void> {
    if (this.#ended || this.#written + bytes.length > this.#sizeBytes)
      throw new StoreError('changed', `the body is longer than the ${this.#sizeBytes} bytes that were said`);
    for (let at = 0; at < bytes.length; ) {
      const { bytesWritten } = await this.#file.write(bytes, at, bytes.length - at, this.#written);
      at += bytesWritten;
      this.#written += bytesWritten;
    }
  }

  async #giveUp(): Promise<void> {
    await this.#file.close().catch(() => {});
    // A store that closes has given it up already.
    await this.#writes.abandonPut(this.#place.put).catch(() => {});
  }
}

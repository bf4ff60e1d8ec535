/** The puts that have a place and are being written. */
import type { PutPlace } from './object-writes.ts';
import type { Quotas, Reservation } from './quotas.ts';
import { StoreError } from './store-problems.ts';
import { removeFile, type UploadFolder } from './upload-folder.ts';

/** A put that was begun. */
export interface Put {
  readonly uri: string;
  readonly sizeBytes: number;
  readonly onlyNew: boolean;
  /** Where it is written. */
  readonly path: string;
  readonly reservation: Reservation;
}

/** The puts of one store. */
export class PutTable {
  readonly #uploads: UploadFolder;
  readonly #quotas: Quotas;
  readonly #puts = new Map<number, Put>();
  #last = 0;

  constructor(uploads: UploadFolder, quotas: Quotas) {
    this.#uploads = uploads;
    this.#quotas = quotas;
  }

  get size(): number {
    return this.#puts.size;
  }

  /** @param put with the room that was reserved for it */
  begin(put: Omit<Put, 'path'>): PutPlace {
    const id = ++this.#last;
    const path = this.#uploads.nextPath();
    this.#puts.set(id, { ...put, path });
    return { put: id, path };
  }

  /** Does something with a put, which has ended then: its room is given back, and its file is not there any more. */
  async end<Result>(id: number, work: (put: Put) => Promise<Result>): Promise<Result> {
    const put = this.#puts.get(id);
    if (put === undefined) throw new StoreError('unavailable', 'the put has ended already');
    this.#puts.delete(id);
    try {
      return await work(put);
    } catch (error) {
      await removeFile(put.path);
      throw error;
    } finally {
      this.#quotas.release(put.reservation);
    }
  }

  /** Nothing of a put stays. Again, it does nothing. */
  async abandon(id: number): Promise<void> {
    if (this.#puts.has(id)) await this.end(id, ({ path }) => removeFile(path));
  }

  /** Nothing of any put stays. */
  async abandonAll(): Promise<void> {
    await Promise.all([...this.#puts.keys()].map((id) => this.abandon(id)));
  }
}

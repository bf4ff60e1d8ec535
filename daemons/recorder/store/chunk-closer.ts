/**
 * Has full chunks encoded by another thread, one at a time, and writes each in a transaction of its own: an append does not
 * wait for it, and the loop stands still for the writing alone. Until then the rows of a chunk are in memory for queries and
 * in the log for a restart, so that a thread that fails, or a process that is killed, loses nothing. Used by Recorder.
 */
import { limits } from '../limits.ts';
import { columnsOf, type PackedChunk, type PackedColumns, packChunk } from './packed-chunk.ts';
import type { FullChunk, Store } from './store.ts';

/** Encodes chunks elsewhere than on the recorder's loop, see `encodePacked`. */
export interface ChunkEncoder {
  /** Takes the chunk over. Rejects where that cannot be done now; `signal` aborts when nobody waits for it any more. */
  encode(chunk: PackedChunk, signal: AbortSignal): Promise<PackedColumns>;
}

/** What a chunk closer needs. */
export interface ChunkCloserOptions {
  readonly encoder: ChunkEncoder;
  /** Runs `write` on this store if it is still in use; false where it is not, or the write failed. */
  readonly write: (store: Store, write: () => void) => boolean;
  /** Milliseconds that only go on. */
  readonly uptime: () => number;
}

/** A chunk that is being encoded. */
interface Job extends FullChunk {
  readonly store: Store;
  /** Of the chunk, when its rows were taken. */
  readonly additions: number;
  readonly begunAt: number;
  readonly abort: AbortController;
}

/** One chunk at a time. */
export class ChunkCloser {
  readonly #options: ChunkCloserOptions;
  #job: Job | null = null;
  #written = 0;

  constructor(options: ChunkCloserOptions) {
    this.#options = options;
  }

  /** Chunks that were written so far. */
  get written(): number {
    return this.#written;
  }

  /** Goes on with what is full. To be called after every append: what could not be written is tried again then. */
  next(store: Store): void {
    const job = this.#job;
    if (job !== null && job.store === store) {
      if (this.#options.uptime() - job.begunAt < limits.chunkEncodingMs.default) return;
      // Whoever has it does not answer: the rows are still here.
      this.#forget();
      if (!this.#settle(job, null)) return;
    }
    this.#forget();
    const full = store.nextFull();
    if (full !== null) void this.#encode(store, full);
  }

  /** Waits for nothing more. What is not written is computed again by the next start. */
  close(): void {
    this.#forget();
  }

  #forget(): void {
    this.#job?.abort.abort();
    this.#job = null;
  }

  async #encode(store: Store, { table, chunk }: FullChunk): Promise<void> {
    const abort = new AbortController();
    const { additions } = chunk;
    const job: Job = { store, table, chunk, additions, begunAt: this.#options.uptime(), abort };
    this.#job = job;
    let columns: PackedColumns | null = null;
    try {
      columns = await this.#options.encoder.encode(packChunk(chunk.catalog, chunk.rows), abort.signal);
    } catch {
      // Said by the pool; the chunk is encoded here.
    }
    if (this.#job !== job) return;
    this.#job = null;
    if (this.#settle(job, columns)) this.next(store);
  }

  /** Writes a chunk, encoding it here where `columns` is null. False where the next append has to try again. */
  #settle({ store, table, chunk, additions }: Job, columns: PackedColumns | null): boolean {
    // Written by an append that had too many, or forgotten when one was rolled back.
    if (!table.isFirst(chunk)) return true;
    // A second came late: what was encoded lacks it.
    if (columns !== null && chunk.additions !== additions) return true;
    const written = this.#options.write(store, () =>
      table.writeFull(chunk, columns === null ? undefined : columnsOf(columns)),
    );
    if (written) this.#written++;
    return written;
  }
}

/**
 * Files of the window, kept in memory while they stay as they are: everybody who fetches one is sent the same bytes, so
 * that a crowd of clients that do not read their answers does not fill the memory with copies. Used by static-files.ts.
 */
import { readFile, stat } from 'node:fs/promises';
import type { Counts } from '../../daemons/runtime/telemetry/counted-instrument.ts';

interface Kept {
  /** What changes with the file. */
  readonly version: string;
  readonly sizeBytes: number;
  readonly body: Promise<Buffer>;
}

/** The files that one server has sent. */
export class KeptFiles {
  readonly #files = new Map<string, Kept>();
  readonly #limitBytes: number;
  readonly #read: (file: string) => Promise<Buffer>;
  #keptBytes = 0;
  #hits = 0;
  #misses = 0;
  #failed = 0;
  #evicted = 0;
  #expired = 0;

  /**
   * @param limitBytes of all files together; the one that was read first goes for a new one
   * @param read what reads a file
   */
  constructor(limitBytes: number, read: (file: string) => Promise<Buffer> = readFile) {
    this.#limitBytes = limitBytes;
    this.#read = read;
  }

  /** Files that are kept, and what became of those that were asked for. One that was changed has expired. */
  get counts(): Counts<'cache'> {
    return {
      depth: this.#files.size,
      hits: this.#hits,
      misses: this.#misses,
      failed: this.#failed,
      evicted: this.#evicted,
      expired: this.#expired,
    };
  }

  /**
   * The file's bytes, which nobody may change.
   * @throws the system's error where it cannot be read
   */
  async read(file: string): Promise<Buffer> {
    const { ino, size, mtimeMs, ctimeMs } = await stat(file);
    const version = `${ino} ${size} ${mtimeMs} ${ctimeMs}`;
    const kept = this.#files.get(file);
    if (kept?.version === version) {
      this.#hits++;
      return await kept.body;
    }
    this.#misses++;
    if (kept !== undefined) this.#expired++;
    this.#forget(file);
    const body = this.#read(file);
    body.catch(() => {
      this.#failed++;
    });
    if (size > this.#limitBytes) return await body;
    for (const oldest of this.#files.keys()) {
      if (this.#keptBytes + size <= this.#limitBytes) break;
      this.#forget(oldest);
      this.#evicted++;
    }
    const read: Kept = { version, sizeBytes: size, body };
    this.#files.set(file, read);
    this.#keptBytes += size;
    try {
      return await body;
    } catch (error) {
      if (this.#files.get(file) === read) this.#forget(file);
      throw error;
    }
  }

  #forget(file: string): void {
    this.#keptBytes -= this.#files.get(file)?.sizeBytes ?? 0;
    this.#files.delete(file);
  }
}

/**
 * The buffers through which COPY goes, of one thread. A transfer has one only while it reads and offers what it read: a client that
 * does not read holds none. Where all are in use, transfers wait in line.
 */
import { SlabPool } from '../../runtime/async/slab-pool.ts';
import { FIXED_LIMITS } from '../limits.ts';

export class CopyBuffers {
  readonly pool: SlabPool;
  readonly #waiting: ((buffer: Buffer) => void)[] = [];

  constructor(name: string, max: number = FIXED_LIMITS.copy_buffers.default) {
    this.pool = new SlabPool({ name, objectBytes: FIXED_LIMITS.copy_bytes.default, max, grow: 4 });
  }

  /** Calls back with a buffer, at once where one is free. */
  take(use: (buffer: Buffer) => void): void {
    const buffer = this.pool.tryAlloc();
    if (buffer === null) this.#waiting.push(use);
    else use(buffer);
  }

  /** Gives a buffer back, or on to whoever waited longest. */
  giveBack(buffer: Buffer): void {
    const next = this.#waiting.shift();
    if (next === undefined) this.pool.free(buffer);
    else next(buffer);
  }
}

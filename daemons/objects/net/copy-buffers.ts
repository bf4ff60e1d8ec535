/**
 * The buffers through which COPY goes, of one thread. A transfer has one only while it reads and offers what it read: a client that
 * does not read holds none. Where all are in use, transfers wait in line.
 */
import { read } from 'node:fs';
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

  /** Has libuv's threads read a range of a file, so that the kernel has it in memory; resolves when it is there or cannot be read. */
  warm(fd: number, offset: number, bytes: number): Promise<void> {
    return new Promise((resolve) => {
      this.take((buffer) =>
        read(fd, buffer, 0, Math.min(bytes, buffer.length), offset, () => {
          this.giveBack(buffer);
          resolve();
        }),
      );
    });
  }

  /** Gives a buffer back, or on to whoever waited longest. */
  giveBack(buffer: Buffer): void {
    const next = this.#waiting.shift();
    if (next === undefined) this.pool.free(buffer);
    else next(buffer);
  }
}

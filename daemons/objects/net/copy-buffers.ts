/**
 * The buffers through which COPY goes, of one thread. A transfer has one only while it reads and offers what it read: a client that
 * does not read holds none. Where all are in use, transfers wait in line.
 */
import { read } from 'node:fs';
import { SlabPool } from '../../runtime/async/slab-pool.ts';
import type { Gauge } from '../../runtime/telemetry/metric-handles.ts';
import { FIXED_LIMITS } from '../limits.ts';

export class CopyBuffers {
  readonly pool: SlabPool;
  readonly #pending: Pick<Gauge, 'add'>;
  readonly #waiting: ((buffer: Buffer) => void)[] = [];

  /** @param pending counts the reads that the disk has not answered */
  constructor(name: string, pending: Pick<Gauge, 'add'>, max: number = FIXED_LIMITS.copy_buffers.default) {
    this.#pending = pending;
    this.pool = new SlabPool({ name, objectBytes: FIXED_LIMITS.copy_bytes.default, max, grow: 4 });
  }

  /** Calls back with a buffer, at once where one is free. */
  take(use: (buffer: Buffer) => void): void {
    const buffer = this.pool.tryAlloc();
    if (buffer === null) this.#waiting.push(use);
    else use(buffer);
  }

  /** Has libuv's threads read into a buffer. */
  read(
    fd: number,
    buffer: Buffer,
    bytes: number,
    offset: number,
    done: (error: NodeJS.ErrnoException | null, bytes: number) => void,
  ): void {
    this.#pending.add(1);
    read(fd, buffer, 0, bytes, offset, (error, count) => {
      this.#pending.add(-1);
      done(error, count);
    });
  }

  /** Has libuv's threads read a range of a file, so that the kernel has it in memory; resolves when it is there or cannot be read. */
  warm(fd: number, offset: number, bytes: number): Promise<void> {
    return new Promise((resolve) => {
      this.take((buffer) =>
        this.read(fd, buffer, Math.min(bytes, buffer.length), offset, () => {
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

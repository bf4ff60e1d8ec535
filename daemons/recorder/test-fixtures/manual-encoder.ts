/** Encodes chunks when the test says so, as a thread would that takes that long or fails. */
import type { ChunkEncoder } from '../store/chunk-closer.ts';
import { buffersOf, encodePacked, type PackedChunk, type PackedColumns } from '../store/packed-chunk.ts';

interface Waiting {
  readonly chunk: PackedChunk;
  readonly signal: AbortSignal;
  resolve(columns: PackedColumns): void;
  reject(error: Error): void;
}

/** The chunks that were given to it and have no answer, oldest first. */
export class ManualEncoder implements ChunkEncoder {
  readonly waiting: Waiting[] = [];

  encode(chunk: PackedChunk, signal: AbortSignal): Promise<PackedColumns> {
    const taken = structuredClone(chunk, { transfer: buffersOf(chunk) });
    return new Promise((resolve, reject) => this.waiting.push({ chunk: taken, signal, resolve, reject }));
  }

  /** Answers the oldest; false where none waits. */
  async finish(): Promise<boolean> {
    const next = this.waiting.shift();
    next?.resolve(encodePacked(next.chunk));
    await new Promise((resolve) => setImmediate(resolve));
    return next !== undefined;
  }

  /** Rejects the oldest; false where none waits. */
  async fail(): Promise<boolean> {
    const next = this.waiting.shift();
    next?.reject(new Error('the thread has ended'));
    await new Promise((resolve) => setImmediate(resolve));
    return next !== undefined;
  }

  /** Answers everything that waits, and what comes of it. */
  async finishAll(): Promise<void> {
    while (await this.finish());
  }
}

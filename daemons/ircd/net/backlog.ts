/**
 * The private copy of what a slow reader has not been sent yet. A connection has one only while its socket is not
 * taking bytes, so that a client that stalls never holds the shared slabs of the tick. Used by
 * ClientConnection.
 */
import { discardBuffer } from '../../runtime/net/discard-buffer.ts';
import type { ClientSocket } from './client-socket.ts';

/** The first block of a backlog: most clients that lag do so by a few lines. */
const FIRST_BLOCK_BYTES = 4096;
/**
 * Every further one. Above `DAEMON_MALLOC_ENV` of main/core/daemon-launcher.ts, so that the C library maps it and unmaps it
 * when it is freed; of a mapped block only the pages that were written to are in memory.
 */
const BLOCK_BYTES = 131_072;

/** Bytes in blocks, oldest first. */
export class Backlog {
  #full: Buffer[] = [];
  #tail: Buffer | null = null;
  #tailUsed = 0;
  #blockBytes = FIRST_BLOCK_BYTES;
  #total = 0;

  /** Bytes that wait. */
  get bytes(): number {
    return this.#total;
  }

  /** Copies `source[start, end)` to the end. */
  append(source: Buffer, start: number, end: number): void {
    let at = start;
    this.#total += end - start;
    while (at < end) {
      if (this.#tail === null) {
        this.#tail = Buffer.allocUnsafeSlow(this.#blockBytes);
        this.#tailUsed = 0;
        this.#blockBytes = BLOCK_BYTES;
      }
      const copied = source.copy(this.#tail, this.#tailUsed, at, end);
      at += copied;
      this.#tailUsed += copied;
      if (this.#tailUsed === this.#tail.length) {
        this.#full.push(this.#tail);
        this.#tail = null;
      }
    }
  }

  /** Gives the memory back; what waits is lost. */
  discard(): void {
    for (const block of this.take()) discardBuffer(block);
  }

  /** Removes and returns everything, in order. The blocks belong to the caller. */
  take(): Buffer[] {
    const blocks = this.#full;
    if (this.#tail !== null) blocks.push(this.#tail.subarray(0, this.#tailUsed));
    this.#full = [];
    this.#tail = null;
    this.#tailUsed = 0;
    this.#total = 0;
    return blocks;
  }
}

/** Hands the blocks of a backlog to a socket as one write. @param onWritten called when the last of them is taken */
export function writeBlocks(
  socket: Pick<ClientSocket, 'cork' | 'uncork' | 'write'>,
  blocks: readonly Buffer[],
  onWritten: () => void,
): void {
  const last = blocks.length - 1;
  if (last > 0) socket.cork();
  for (let i = 0; i < last; i++) socket.write(blocks[i]!);
  socket.write(blocks[last]!, onWritten);
  if (last > 0) socket.uncork();
}

/**
 * The private copy of what a slow reader has not been sent yet. A connection has one only while its socket is not
 * taking bytes, so that a client that stalls never holds the shared slabs of the tick. Used by
 * ClientConnection.
 */

/** The first block of a backlog; each further one is twice as large, up to the largest. */
const FIRST_BLOCK_BYTES = 1024;
const MAX_BLOCK_BYTES = 65_536;

/** Bytes in blocks, oldest first. */
export class Backlog {
  private full: Buffer[] = [];
  private tail: Buffer | null = null;
  private tailUsed = 0;
  private blockBytes = FIRST_BLOCK_BYTES;
  private total = 0;

  /** Bytes that wait. */
  get bytes(): number {
    return this.total;
  }

  /** Copies `source[start, end)` to the end. */
  append(source: Buffer, start: number, end: number): void {
    let at = start;
    this.total += end - start;
    while (at < end) {
      if (this.tail === null) {
        this.tail = Buffer.allocUnsafe(this.blockBytes);
        this.tailUsed = 0;
        this.blockBytes = Math.min(this.blockBytes * 2, MAX_BLOCK_BYTES);
      }
      const copied = source.copy(this.tail, this.tailUsed, at, end);
      at += copied;
      this.tailUsed += copied;
      if (this.tailUsed === this.tail.length) {
        this.full.push(this.tail);
        this.tail = null;
      }
    }
  }

  /** Removes and returns everything, in order. The blocks belong to the caller. */
  take(): Buffer[] {
    const blocks = this.full;
    if (this.tail !== null) blocks.push(this.tail.subarray(0, this.tailUsed));
    this.full = [];
    this.tail = null;
    this.tailUsed = 0;
    this.total = 0;
    return blocks;
  }
}

/**
 * Bytes of one client that wait for flood control. They are copied side by side, because a client that sends single
 * bytes would otherwise cost a buffer object for each. A connection has one only while something waits.
 * Used by ClientConnection.
 */
import { discardBuffer } from '../../runtime/net/discard-buffer.ts';

const FIRST_BYTES = 512;
/** More than this is kept in a block that the C library maps: see BLOCK_BYTES of backlog.ts. */
const MOST_SMALL_BYTES = 4096;
const BLOCK_BYTES = 131_072;

/** A growing buffer, read from its start. */
export class ReceiveQueue {
  #held: Buffer = Buffer.allocUnsafeSlow(FIRST_BYTES);
  #start = 0;
  #end = 0;

  /** Bytes that wait. */
  get bytes(): number {
    return this.#end - this.#start;
  }

  /** Appends what follows index `from`. */
  append(bytes: Buffer, from: number): void {
    const size = bytes.length - from;
    if (this.#end + size > this.#held.length) {
      const held = this.#held;
      const needed = Math.max(held.length * 2, this.bytes + size);
      const target =
        this.bytes + size <= held.length
          ? held
          : Buffer.allocUnsafeSlow(needed <= MOST_SMALL_BYTES ? needed : Math.max(needed, BLOCK_BYTES));
      held.copy(target, 0, this.#start, this.#end);
      this.#end -= this.#start;
      this.#start = 0;
      this.#held = target;
      if (target !== held) discardBuffer(held);
    }
    bytes.copy(this.#held, this.#end, from);
    this.#end += size;
  }

  /** Gives the memory back; what waits is lost, and nothing may be appended any more. */
  discard(): void {
    this.#start = 0;
    this.#end = 0;
    discardBuffer(this.#held);
  }

  /** Passes all that waits to `take`, which answers the index up to which it used the bytes. */
  consume(take: (bytes: Buffer, start: number, end: number) => number): void {
    this.#start = take(this.#held, this.#start, this.#end);
  }
}

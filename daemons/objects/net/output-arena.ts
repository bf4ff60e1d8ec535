/**
 * Where the answers of a connection are put together before they are written: one piece of memory for all connections of a
 * thread, because each writes what it has before the next one's turn.
 */
import { MAX_ANSWER_HEAD_BYTES } from '../protocol/answer-writer.ts';

const KIB = 1024;
/** Enough for the answers to one read of the socket, or for a small object with its head. */
const ARENA_BYTES = 256 * KIB;

export class OutputArena {
  readonly bytes = Buffer.allocUnsafeSlow(ARENA_BYTES);
  /** Bytes that are to be written. */
  used = 0;

  /** Whether another head surely fits in. */
  get hasRoom(): boolean {
    return this.fits(MAX_ANSWER_HEAD_BYTES);
  }

  fits(byteLength: number): boolean {
    return this.used + byteLength <= ARENA_BYTES;
  }

  /** Adds a copy of bytes that {@link fits} said yes to. */
  add(content: Buffer): void {
    content.copy(this.bytes, this.used);
    this.used += content.length;
  }

  /** What is to be written, and nothing of it is any more. */
  take(): Buffer {
    const taken = this.bytes.subarray(0, this.used);
    this.used = 0;
    return taken;
  }
}

/**
 * Where the frames wait that only one client is sent, once it lags: side by side in blocks of its own. A flood of frames
 * in memory of exactly their size leaves a hole for each when it is over, and the C library keeps holes; a block it
 * returns to the system. Owned by outbox.ts.
 */
import { discardBuffer } from '../runtime/discard-buffer.ts';
import { Frame } from './frame.ts';

/**
 * Large enough for the C library to map it by itself and to return it when it is freed (`DAEMON_MALLOC_ENV`). Of it only
 * the pages that were written to are in memory.
 */
export const LAG_BLOCK_BYTES = 96 * 1024;

/** The blocks of one client. A block lives as long as a frame in it; frames leave oldest first, so that is not for long. */
export class LagBlocks {
  #block: Buffer | null = null;
  #used = 0;

  /**
   * The same frame, where it may wait for long.
   * @param frame a data frame that waits in no other queue: one that waits for many is kept once, for all of them
   */
  keep(frame: Frame): Frame {
    const { size } = frame;
    // Control frames are never dropped: one among many that were would keep a whole block.
    if (frame.control || size > LAG_BLOCK_BYTES) return frame.durable();
    let block = this.#block;
    if (block === null || this.#used + size > block.length) {
      block = Buffer.allocUnsafeSlow(LAG_BLOCK_BYTES);
      this.#block = block;
      this.#used = 0;
    }
    const start = this.#used;
    this.#used += frame.source.copy(block, start, frame.start, frame.end);
    return new Frame(block, start, this.#used, false, frame.receivedAt);
  }

  /** Gives the newest block back at once. Call it only when no frame waits or is being written. */
  release(): void {
    if (this.#block === null) return;
    discardBuffer(this.#block);
    this.#block = null;
    this.#used = 0;
  }
}

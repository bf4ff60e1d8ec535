/**
 * Where the frames wait that only one client is sent, once it lags: side by side in blocks of its own. A flood of frames
 * in memory of exactly their size leaves a hole for each when it is over, and the C library keeps holes; a block it
 * returns to the system. Owned by outbox.ts.
 */
import { discardBuffer, discardWhole } from '../runtime/net/discard-buffer.ts';
import { Frame, MAPPED_BYTES } from './protocol/frame.ts';

/** Older blocks than so many, some 6 MiB, are left to the garbage collector. */
const KNOWN_BLOCKS = 64;

/** The blocks of one client. */
export class LagBlocks {
  /** Oldest first; the last one is being filled. */
  readonly #blocks: Buffer[] = [];
  #used = 0;

  /**
   * The same frame, where it may wait for long. What it was in before is given back where it was alone in there.
   * @param frame a frame that waits in no other queue: one that waits for many is kept once, for all of them
   */
  keep(frame: Frame): Frame {
    const { source, size } = frame;
    // Control frames are never dropped: one among many that were would keep a whole block.
    if (frame.control || size > MAPPED_BYTES) return frame.durable();
    if (frame.alone && source.buffer.byteLength === MAPPED_BYTES) {
      this.#add(source);
      this.#used = MAPPED_BYTES;
      return frame;
    }
    let block = this.#blocks.at(-1);
    if (block === undefined || this.#used + size > MAPPED_BYTES) {
      block = Buffer.allocUnsafeSlow(MAPPED_BYTES);
      this.#add(block);
      this.#used = 0;
    }
    const start = this.#used;
    this.#used += source.copy(block, start, frame.start, frame.end);
    if (frame.alone) discardWhole(source);
    return new Frame(block, start, this.#used, false, frame.receivedAt);
  }

  #add(block: Buffer): void {
    if (this.#blocks.push(block) > KNOWN_BLOCKS) this.#blocks.shift();
  }

  /**
   * Gives back what is older than a frame: frames leave in the order in which they came.
   * @param frame that was dropped or sent, or waits, while none that is older does; null when none waits
   * @param writing what is being written, which is left alone
   */
  trim(frame: Frame | null, writing: Buffer | null): void {
    const blocks = this.#blocks;
    // A control frame, or one from before the client lagged, says nothing.
    const dead = frame === null ? blocks.length : blocks.indexOf(frame.source);
    let count = 0;
    while (count < dead && blocks[count]!.buffer !== writing?.buffer) discardBuffer(blocks[count++]!);
    if (count > 0) blocks.splice(0, count);
  }
}

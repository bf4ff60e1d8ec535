/** Token buckets for what one client sends: bytes and frames. Owned by connection.ts, which stops reading when told. */

/** A client may send this many seconds' worth at once. */
const BURST_SECONDS = 2;

/** The buckets of one client. */
export class ReceiveRate {
  #bytes: number;
  #frames: number;
  #refilledAt: number;

  constructor(bytesPerSecond: number, framesPerSecond: number, nowMs: number) {
    this.#bytes = bytesPerSecond * BURST_SECONDS;
    this.#frames = framesPerSecond * BURST_SECONDS;
    this.#refilledAt = nowMs;
  }

  /**
   * Takes what was received from the buckets; a rate of 0 is not limited.
   * @returns milliseconds for which nothing more should be read, 0 when the client is within its rate
   */
  charge(
    bytes: number,
    frames: number,
    bytesPerSecond: number,
    framesPerSecond: number,
    nowMs: number,
  ): number {
    const seconds = (nowMs - this.#refilledAt) / 1_000;
    this.#refilledAt = nowMs;
    let waitMs = 0;
    if (bytesPerSecond > 0) {
      this.#bytes = Math.min(bytesPerSecond * BURST_SECONDS, this.#bytes + seconds * bytesPerSecond) - bytes;
      if (this.#bytes < 0) waitMs = (-this.#bytes / bytesPerSecond) * 1_000;
    }
    if (framesPerSecond > 0) {
      this.#frames =
        Math.min(framesPerSecond * BURST_SECONDS, this.#frames + seconds * framesPerSecond) - frames;
      if (this.#frames < 0) waitMs = Math.max(waitMs, (-this.#frames / framesPerSecond) * 1_000);
    }
    return waitMs;
  }
}

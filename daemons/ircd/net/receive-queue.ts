/**
 * Bytes of one client that wait for flood control. They are copied side by side, because a client that sends single
 * bytes would otherwise cost a buffer object for each. A connection has one only while something waits.
 * Used by ClientConnection.
 */

const FIRST_BYTES = 512;

/** A growing buffer, read from its start. */
export class ReceiveQueue {
  private held: Buffer = Buffer.allocUnsafeSlow(FIRST_BYTES);
  private start = 0;
  private end = 0;

  /** Bytes that wait. */
  get bytes(): number {
    return this.end - this.start;
  }

  /** Appends what follows index `from`. */
  append(bytes: Buffer, from: number): void {
    const size = bytes.length - from;
    if (this.end + size > this.held.length) {
      const target =
        this.bytes + size <= this.held.length
          ? this.held
          : Buffer.allocUnsafeSlow(Math.max(this.held.length * 2, this.bytes + size));
      this.held.copy(target, 0, this.start, this.end);
      this.end -= this.start;
      this.start = 0;
      this.held = target;
    }
    bytes.copy(this.held, this.end, from);
    this.end += size;
  }

  /** Passes all that waits to `take`, which answers the index up to which it used the bytes. */
  consume(take: (bytes: Buffer, start: number, end: number) => number): void {
    this.start = take(this.held, this.start, this.end);
  }
}

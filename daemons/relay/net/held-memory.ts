/**
 * What a relay holds for its clients, for the totals. Counted by send-queue.ts, connection.ts and
 * frame-decoder.ts; memory-watch.ts acts on it.
 */

/** Bytes held for all clients of a relay. */
export class HeldMemory {
  /**
   * For clients that lag: frames, writes that the kernel has not taken and the bookkeeping of queues. What waits for many
   * is counted once, because it is in memory once.
   */
  sendBytes = 0;
  /** Of clients that sent it: frames that are not complete, and reads that are not worked off. */
  receiveBytes = 0;
}

/**
 * The counters of the network path: one typed array, so that counting on the hot path allocates nothing. The
 * protocol reads them when metrics are sampled.
 */

/** Index of each counter in {@link NetStats.counts}. All but `connections` and what is held only ever grow. */
export const netStat = {
  /** Connections open now, as the protocol sees them. */
  connections: 0,
  /** Closed with "Excess Flood". */
  floodKills: 1,
  /** Closed with "SendQ exceeded". */
  sendQueueKills: 2,
  /** Lines discarded for their length. */
  oversizedLines: 3,
  /** Lines handed to the protocol. */
  linesIn: 4,
  bytesIn: 5,
  /** Bytes handed to sockets. */
  bytesOut: 6,
  /** Lines pushed to a connection: one line to 100 members counts 100. */
  deliveries: 7,
  /** Calls of socket.write: at most a few system calls each. */
  writes: 8,
  /** Ticks that had something to write. */
  ticks: 9,
  /** Bytes copied aside because a client did not read as fast as it was sent to. */
  bytesDeferred: 10,
  /** Bytes held now for clients that do not read as fast as they are sent to. */
  sendHeld: 11,
  /** Bytes held now of what clients sent: unfinished lines, and lines that wait. */
  inputHeld: 12,
  /** Closed because all clients together held too much. */
  memoryKills: 13,
  /** Ticks that were written because nothing more came; see {@link FlushHold}. */
  idleFlushes: 14,
  /** Because a receiver's class lets nothing wait longer. */
  timeFlushes: 15,
  bytesFlushes: 16,
  sizeFlushes: 17,
} as const;

const COUNTERS = Object.keys(netStat).length;

/** What waits for slow readers at one moment. */
export interface SendQueueSample {
  readonly totalBytes: number;
  /** The longest queue of a single connection. */
  readonly maxBytes: number;
}

/** The counters of one server. */
export class NetStats {
  readonly counts = new Float64Array(COUNTERS);

  /** The value of one counter, by name. */
  get(name: keyof typeof netStat): number {
    return this.counts[netStat[name]]!;
  }
}

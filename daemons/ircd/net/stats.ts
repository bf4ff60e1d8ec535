/**
 * The counters of the network path: one typed array, so that counting on the hot path allocates nothing. The
 * protocol reads them when metrics are sampled.
 */

/** Index of each counter in {@link NetStats.counts}. All but `connections` and what is held only ever grow. */
export const netStat = {
  /** Sockets taken from a listener, refused ones included. */
  accepted: 0,
  /** Connections open now, as the protocol sees them. */
  connections: 1,
  /** Refused: the address connected too fast. */
  throttled: 2,
  /** Refused: the class or the server was full. */
  refusedFull: 3,
  /** Closed with "Excess Flood". */
  floodKills: 4,
  /** Closed with "SendQ exceeded". */
  sendQueueKills: 5,
  /** Lines discarded for their length. */
  oversizedLines: 6,
  /** Lines handed to the protocol. */
  linesIn: 7,
  bytesIn: 8,
  /** Bytes handed to sockets. */
  bytesOut: 9,
  /** Lines pushed to a connection: one line to 100 members counts 100. */
  deliveries: 10,
  /** Calls of socket.write: at most a few system calls each. */
  writes: 11,
  /** Ticks that had something to write. */
  ticks: 12,
  /** Bytes copied aside because a client did not read as fast as it was sent to. */
  bytesDeferred: 13,
  tlsHandshakeFailures: 14,
  /** Connections that could not be accepted, which mostly means that descriptors ran out. */
  acceptFailures: 15,
  /** Bytes held now for clients that do not read as fast as they are sent to. */
  sendHeld: 16,
  /** Bytes held now of what clients sent: unfinished lines, and lines that wait. */
  inputHeld: 17,
  /** Closed because all clients together held too much. */
  memoryKills: 18,
  /** Refused: the address had as many connections as its class allows. */
  refusedAddress: 19,
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
    return this.counts[netStat[name]] as number;
  }
}

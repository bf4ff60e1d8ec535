/**
 * Every limit of the IRC server in one table: what it is by default and why. The network path and the protocol
 * read it; the configuration may override the limits of a connection class.
 */

/** One limit. `reason` is a sentence for operators; documentation is generated from it. */
export interface Limit {
  readonly default: number;
  readonly unit: 'bytes' | 'lines' | 'seconds' | 'milliseconds' | 'count' | 'lines/second' | 'characters';
  readonly reason: string;
}

export const limits = {
  lineBodyBytes: {
    default: 510,
    unit: 'bytes',
    reason: 'RFC 1459 section 2.3 allows 512 bytes a message, and two of them are CR and LF.',
  },
  lineTagBytes: {
    default: 4096,
    unit: 'bytes',
    reason:
      'IRCv3 message-tags allows a client 4094 bytes of tag data, plus the "@" and the space around it.',
  },
  sendQueueBytes: {
    default: 1_048_576,
    unit: 'bytes',
    reason:
      'Room for a LIST or a netsplit burst over a slow line; a client that stays behind this far is gone.',
  },
  receiveQueueBytes: {
    default: 16_384,
    unit: 'bytes',
    reason: 'Room for 32 full lines pasted at once while flood control lets them through one by one.',
  },
  floodBurstLines: {
    default: 40,
    unit: 'lines',
    reason: 'A client that joins its channels on connect sends a few dozen lines at once and is no flooder.',
  },
  floodLinesPerSecond: {
    default: 4,
    unit: 'lines/second',
    reason:
      'Faster than a person types and slower than a channel notices; later lines wait in the receive queue.',
  },
  throttleBurst: {
    default: 30,
    unit: 'count',
    reason:
      'A household or office behind one address reconnects after a network outage within a few seconds.',
  },
  throttleRefillSeconds: {
    default: 2,
    unit: 'seconds',
    reason: 'After the burst an address may open one connection each time this passes.',
  },
  throttleAddresses: {
    default: 65_536,
    unit: 'count',
    reason:
      'Addresses remembered by the throttle; the least recent is forgotten first, so memory is bounded.',
  },
  maxConnections: {
    default: 10_000,
    unit: 'count',
    reason: 'The size the server is built and measured for; a class may say otherwise.',
  },
  pingSeconds: {
    default: 120,
    unit: 'seconds',
    reason: 'Finds a dead peer in minutes while an idle client costs one line every two minutes.',
  },
  closeFlushMs: {
    default: 2_000,
    unit: 'milliseconds',
    reason: 'How long a closed connection may take to read its last lines before the socket is destroyed.',
  },
  tlsHandshakeMs: {
    default: 15_000,
    unit: 'milliseconds',
    reason: 'A handshake takes a few round trips; a peer that stalls in it only holds a descriptor.',
  },
  tickArenaBytes: {
    default: 4_194_304,
    unit: 'bytes',
    reason:
      'Serialized lines a tick may gather before it flushes early, so that a large burst is bounded memory.',
  },
  lookupDnsMs: {
    default: 3_000,
    unit: 'milliseconds',
    reason: 'A host name is a courtesy; registration does not wait longer than this for it.',
  },
  lookupIdentMs: {
    default: 3_000,
    unit: 'milliseconds',
    reason: 'Most hosts drop the ident port silently, so each of their clients waits the whole deadline.',
  },
  lookupCacheEntries: {
    default: 10_000,
    unit: 'count',
    reason: 'One for each connection of a full server.',
  },
  lookupCacheSeconds: {
    default: 300,
    unit: 'seconds',
    reason: 'Reconnects come within minutes; a changed name shows soon.',
  },
} satisfies Record<string, Limit>;

/**
 * What the thread of the IRC state and a thread that owns sockets tell each other. Both ways go messages of an AsyncQueue, and a
 * message is a row of records, each of whole 32-bit words, so that a tick for thousands of connections is few messages.
 *
 * To a thread: a word from 0 on is the number of a connection, which is sent what was made current last; a negative word begins a
 * record of another sort. From a thread: every record is its sort, the number of the connection and one figure, which is the length
 * in bytes where bytes follow.
 */

import type { SharedQueue } from '../../../runtime/async/queue-memory.ts';
import type { TlsDetails } from '../connection.ts';

/** Bytes of a message: some thousand deliveries, or what several clients sent. */
export const MESSAGE_BYTES = 32_768;
export const MESSAGE_WORDS = MESSAGE_BYTES / 4;
/** Messages that may be under way in one direction. */
export const MESSAGES = 64;
/** Bytes that one read of a socket brings at most: they fit a message. */
export const READ_BYTES = 16_384;

/** Records to a thread, and what follows them. */
export const toThread = {
  /** Makes ranges of the shared lines current: their number, then start and end of each. */
  ranges: -1,
  /** Makes bytes current: their number, then the bytes. */
  bytes: -2,
  /** A new connection: number, descriptor, what is {@link speaks} on it. */
  open: -3,
  /** Reads nothing of a connection until `resume`. */
  pause: -4,
  resume: -5,
  /** Sends what is there and ends the connection's side. */
  end: -6,
  /** Closes a connection at once. */
  destroy: -7,
  /** All of a tick stands before this; its number follows. */
  tick: -8,
  /** A part of the credentials of TLS as JSON: 1 where more follows, number of bytes, the bytes. */
  credentials: -9,
  /** Bytes that were read already of the connection that is opened next: 0, number of bytes, the bytes. */
  early: -10,
  /** There are answers, which lie in a queue of their own. */
  look: -11,
  /** A part of the origins whose pages may open WebSockets, as JSON: 1 where more follows, number of bytes, the bytes. */
  origins: -12,
} as const;

/** What is spoken on a connection, as bits: lines where there is none. */
export const speaks = { tls: 1, webSocket: 2 } as const;

/** What the handshakes of a connection have agreed on. */
export interface HandshakeResult {
  /** Null without TLS. */
  readonly tls: TlsDetails | null;
  /** The subprotocol, empty where none was agreed on; null where no WebSocket is spoken. */
  readonly webSocket: string | null;
}

/** Which handshake has failed. */
export const failedHandshake = { tls: 0, webSocket: 1 } as const;

/** Records from a thread, and their figure. */
export const fromThread = {
  /** What a client sent, or a report of its frames (frame-report.ts) where it is on a WebSocket; its length. */
  data: 1,
  /** The client sends no more. */
  ended: 2,
  /** The socket is gone; the length of the code of the error that it had. Nothing comes of this connection any more. */
  closed: 3,
  /** What is held for a client that does not read as fast as it is sent to: bytes, when they change. */
  held: 4,
  /** All handshakes are done: the length of their {@link HandshakeResult}, as JSON. */
  shaken: 5,
  /** A handshake has failed: which ({@link failedHandshake}); its connection is told as closed. */
  failed: 6,
} as const;

/** Bytes of an answer that may overtake ticks, behind the number of its connection and its length: longer ones wait in line. */
export const ANSWER_BYTES = 4096;
/** Bytes of a message that is one such answer. */
export const ANSWER_MESSAGE_BYTES = ANSWER_BYTES + 8;
/** Answers that may be under way; further ones wait in line. */
export const ANSWERS = 256;

/** Words of every record from a thread, before its bytes. */
export const HEADER_WORDS = 3;

/** Words that so many bytes take. */
export const wordsOf = (bytes: number): number => (bytes + 3) >> 2;

/** Words that both threads see, beside the queues. */
export const shared = {
  /** The last tick of which the thread has taken everything. */
  doneTick: 0,
  progressSignal: 1,
  progressWaiters: 2,
  /** The state has heard a message. */
  heardSignal: 3,
  heardWaiters: 4,
  words: 5,
} as const;

/** What a thread counts; the first `collected` only ever grow and are added to those of the server. */
export const total = {
  writes: 0,
  bytesDeferred: 1,
  collected: 2,
  /** Bytes of messages that it has taken, and of those that it has made. */
  bytesTaken: 2,
  bytesMade: 3,
  /** Messages that it has made and for which there is no room yet. */
  messagesHeld: 4,
  /** Clients of which it reads nothing until they are heard: now, how often, and the most at once. */
  unheard: 5,
  unheardEver: 6,
  unheardMost: 7,
  /** Descriptors that it has made sockets of. */
  opened: 8,
  totals: 9,
} as const;

/** What a thread is started with. */
export interface IoThreadData {
  readonly toThread: SharedQueue;
  readonly fromThread: SharedQueue;
  /** Answers that overtake what is in `toThread`: the number of the connection, the number of bytes, the bytes. */
  readonly answers: SharedQueue;
  /** The lines of ticks. */
  readonly lines: SharedArrayBuffer;
  /** Of {@link shared}. */
  readonly words: SharedArrayBuffer;
  /** Of {@link total}. */
  readonly totals: SharedArrayBuffer;
}

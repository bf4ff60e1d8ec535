/**
 * The seam between the network path (`net/`) and the IRC protocol (the rest of `daemons/ircd`). `net/` owns
 * sockets, framing, limits and flushing; the protocol owns meaning. Both sides import these types and
 * nothing else of each other, so each can be tested with a fake of the other.
 */
import type { WorkAccount } from '../../runtime/async/work-account.ts';
import type { ClassRule } from '../../runtime/net/connection-classes.ts';
import type { Slab } from './arena.ts';

/** A line serialized into the arena of the current tick. It must not be kept past the end of that tick. */
export interface Chunk {
  readonly slab: Slab;
  /** First byte in the slab. */
  readonly start: number;
  /** One past the last byte in the slab; what frames the line is inside. */
  readonly end: number;
}

/**
 * What stands around a line on its way to a client: CR LF behind it, or a WebSocket frame, whose opcodes (RFC 6455 section 5.2)
 * the numbers are.
 */
export const FRAMING = { line: 0, text: 1, binary: 2 } as const;
export type Framing = (typeof FRAMING)[keyof typeof FRAMING];

/** Serializes lines; one per server. */
export interface Outbox {
  /**
   * Serializes one complete line as UTF-8, in its frame. Call it once per message variant (capability set and framing),
   * never once per receiver.
   * @param lane a small number, one for each variant: lines of a lane lie side by side, so that a receiver who
   * gets them all is sent one range. Lane 0 is for lines that have one variant.
   * @throws RangeError when the line is longer than a slab (64 KiB), which no IRC line is.
   */
  encode(line: string, lane?: number, framing?: Framing): Chunk;
}

/** What a connection class (`[[ircd.class]]`) allows its members. Sizes in bytes, times in seconds. */
export interface ConnectionClass extends ClassRule {
  /** Whether the rate of lines is limited. */
  readonly flood: boolean;
  /** Bytes that may wait because the client does not read; more and it is closed with "SendQ exceeded". */
  readonly sendQueueBytes: number;
  /** Bytes that may wait for flood control; more and it is closed with "Excess Flood". */
  readonly receiveQueueBytes: number;
  /** Silence after which the protocol sends PING. */
  readonly pingSeconds: number;
  /** Milliseconds that a line of somebody else may wait for further ones. */
  readonly batchMs: number;
  /** Users of the whole network that one address, or one /64 of IPv6, may have; null for no limit. */
  readonly maxPerAddressNetwork: number | null;
  /** Whether lists of bad addresses are asked about it. */
  readonly dnsbl: boolean;
}

/** What was agreed with a client that connected over TLS. */
export interface TlsDetails {
  /** For example `TLSv1.3`. */
  readonly version: string;
  /** OpenSSL's name of the cipher suite. */
  readonly cipher: string;
  /** SHA-256 of the client's certificate in lower-case hex, or null when it showed none. */
  readonly fingerprint: string | null;
}

/**
 * What stays of it for a client that a gateway brings. The certificate is the gateway's: all its clients would be one person by it.
 * @param secure whether the client is on TLS on its whole way here
 */
export function tlsBehindGateway(tls: TlsDetails | null, secure: boolean): TlsDetails | null {
  return tls === null || !secure ? null : { ...tls, fingerprint: null };
}

/** One accepted client connection, owned by `net/`. `Client` is the protocol's object for it. */
export interface Connection<Client = unknown> {
  /** Unique for the life of the process. */
  readonly id: number;
  /** Textual address; an IPv4 client of an IPv6 listener appears as plain IPv4. {@link readdress} may change it. */
  readonly remoteAddress: string;
  readonly remotePort: number;
  /** 0 for one that a proxy brought: nobody there can be asked about it. */
  readonly localPort: number;
  readonly tls: TlsDetails | null;
  /** How lines for this client have to be encoded. */
  readonly framing: Framing;
  readonly connectionClass: ConnectionClass;
  /** What this client's work is charged to. */
  readonly work: WorkAccount;
  /** The protocol's slot; `net/` never looks into it. */
  client: Client | undefined;
  /**
   * Appends to the pending list, without allocating. Everything pushed in a tick leaves in one write.
   * Once the last flush after {@link close} is done, or the socket is gone, it does nothing.
   * @throws RangeError when the chunk belongs to an earlier tick.
   */
  push(chunk: Chunk): void;
  /** Encodes and pushes, for a line that goes to this client only. */
  sendLine(line: string): void;
  /**
   * Stops handling input, sends what is pending up to the end of this tick (bounded by a deadline), then closes the
   * socket. The handler's `onClose` is called with `reason` before this returns, unless it was called already. Calling it twice is fine.
   */
  close(reason: string): void;
  /**
   * Goes on as a connection of another address: limits, bans and class are those of the address from here on.
   * @param secure whether the client is on TLS on its whole way here; without it {@link tls} is null from here on, and with it no certificate is known
   * @returns why the address may not connect, in words for the client; nothing has changed then. Null when it may.
   */
  readdress(address: string, secure: boolean): string | null;
  /** Takes further lines from the flood allowance, for an expensive command. Exempt classes ignore it. */
  penalize(lines: number): void;
  /** Says how many bytes of this client's input the protocol keeps for later; they count to the total of all clients. */
  deferInput(bytes: number): void;
  /** Bytes the kernel has not accepted yet, this tick's pending lines included. */
  readonly sendQueueBytes: number;
  /** `Date.now()` at accept. */
  readonly connectedAtMs: number;
  readonly bytesIn: number;
  readonly bytesOut: number;
}

/** What the protocol implements. No method may throw. */
export interface ConnectionHandler<Client = unknown> {
  /** Why an address may not connect, in words for the client, or null; asked once the throttle is passed, before TLS. */
  refusal(address: string): string | null;
  /** Accepted: the class is chosen, the throttle passed and the TLS handshake done. */
  onOpen(connection: Connection<Client>): void;
  /**
   * One line without CR and LF, never empty. `bytes[start, end)` is a view that is valid only during the call.
   * It is not called again after `close()`, and not while work of the client waits for a later turn: its further lines
   * wait with it. What the line costs is charged to the client's account.
   */
  onLine(connection: Connection<Client>, bytes: Uint8Array, start: number, end: number): void;
  /** A line over the limit was discarded; the answer is 417 ERR_INPUTTOOLONG. */
  onOversizedLine(connection: Connection<Client>): void;
  /**
   * Called exactly once for each connection that was opened. The reason is the one given to `close()`, or
   * "Connection closed", "SendQ exceeded", "Excess Flood", "Read error: ...", or, when all clients together hold too much,
   * "SendQ total exceeded" or "RecvQ total exceeded". Lines pushed to this
   * connection during the call are still sent (for the `ERROR` line) unless the socket is gone or is dropped for
   * its send queue.
   */
  onClose(connection: Connection<Client>, reason: string): void;
}

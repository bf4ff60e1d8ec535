/** What the parser of requests tells the connection that feeds it. */
import type { RefusalName } from './status.ts';
import type { Dialect, ModeName } from './wire.ts';

/** One request. The object is the parser's and is used again for the next: copy what outlives the call. */
export interface Request {
  /** Of version 2; 0 in version 1, where answers have the order of the requests. */
  readonly id: number;
  /** Its answer waits for those of all earlier requests; always so in version 1. */
  readonly ordered: boolean;
  readonly priority: boolean;
  readonly mode: ModeName;
  /** As it was sent: valid UTF-8 of at most 4096 bytes, nothing else is checked. */
  readonly uri: string;
  /** Length of the body that follows, for modes that have one; else 0. */
  readonly bodyBytes: number;
}

/** A first message of version 2. */
export interface Hello {
  /** Whether the version is one that is spoken here; otherwise HELLO_ACK says no (or nothing) and the connection closes. */
  readonly accepted: boolean;
  /** Decided by the order of the capabilities' bytes; from then on that of the connection. */
  readonly dialect: Dialect;
  /** Bits of `CAPABILITY` that the client has. */
  readonly capabilities: number;
  /** Requests that the client wants to have outstanding; 0 is unlimited in `document`. */
  readonly depth: number;
}

/** Something that is not a request that can be carried out. It is answered in its place among the requests. */
export interface Fault {
  /** Of the request, or 0 where there was none. */
  readonly id: number;
  readonly ordered: boolean;
  readonly status: RefusalName;
  /** For the answer: what was wrong and what was expected. */
  readonly message: string;
  /** Where the next message begins is unknown: after the answer the connection closes. */
  readonly closes: boolean;
}

/** Receives what the parser finds, in the order of the bytes. */
export interface RequestSink {
  /** Version 2 begins. */
  onHello(hello: Hello): void;
  /** A request; returns whether parsing goes on. With false the rest waits for `resume`. */
  onRequest(request: Request): boolean;
  /**
   * Bytes of the body of the last request: a range of the chunk that was pushed. Returns whether parsing goes on. Not called
   * for an empty body.
   */
  onBody(source: Buffer, start: number, end: number): boolean;
  /** The body is complete; called for each request of a mode that has one. Returns whether parsing goes on. */
  onBodyEnd(): boolean;
  /** A request that cannot be carried out. Returns whether parsing goes on. */
  onFault(fault: Fault): boolean;
  /** The client asks to close after what is outstanding. Nothing is parsed after it. */
  onClose(reason: number): void;
}
